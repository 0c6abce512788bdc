import SluiceCore

/// Puts the leaves of a batch together to structs, lists and maps.
///
/// An entry has a value at a node when its definition level reaches the node's `slotLevel` and its repetition level does not belong to a list
/// further down. Source: the record assembly of Dremel, section 4, done by columns instead of records.
struct ColumnAssembler {
    /// By position in the schema.
    private let leaves: [Int: LeafBatch]
    private(set) var errors: [(row: Int, error: RowError)] = []

    init(_ leaves: [Int: LeafBatch]) { self.leaves = leaves }

    /// The column of a node: one value for each slot of it.
    ///
    /// - Throws: `corruptFile` when leaves of one struct or map have different numbers of values.
    mutating func column(_ node: ParquetNode) throws(SluiceError) -> Column {
        switch node.content {
        case .leaf(let index):
            guard let batch = leaves[index] else { throw PageError.damaged("a column is missing") }
            return batch.column
        case .structure(let members):
            var columns: [Column] = []
            for member in members { columns.append(try column(member)) }
            return try structure(node, columns)
        case .list(let element):
            let values = try column(element)
            let (offsets, validity) = try offsets(node, element, count: values.count)
            return Column(node.type, .list(offsets: offsets, values: values), validity: validity)
        case .map(let key, let value):
            let keys = try column(key)
            let values = try column(value)
            guard keys.count == values.count else { throw PageError.damaged("a map has \(keys.count) keys and \(values.count) values") }
            let (offsets, validity) = try offsets(node, key, count: keys.count)
            if keys.nullCount > 0 { reportNullKeys(node, keys, offsets) }
            return Column(node.type, .map(offsets: offsets, keys: keys, values: values), validity: validity)
        }
    }

    private func structure(_ node: ParquetNode, _ members: [Column]) throws(SluiceError) -> Column {
        let count = members[0].count
        guard members.allSatisfy({ $0.count == count }) else {
            throw PageError.damaged("the members of struct \"\(node.name)\" have different numbers of values")
        }
        return Column(node.type, .structure(members, count: count), validity: try validity(node, count: count))
    }

    private func levels(_ node: ParquetNode) throws(SluiceError) -> LeafLevels {
        guard let levels = leaves[node.firstLeaf]?.levels else { throw PageError.damaged("a column has no levels") }
        return levels
    }

    /// Which slots of a node are not null; nil if all are.
    private func validity(_ node: ParquetNode, count: Int) throws(SluiceError) -> Bitmap? {
        guard node.isNullable else { return nil }
        let levels = try levels(node)
        var bits = [UInt64](repeating: 0, count: (count + 63) / 64)
        var slot = 0
        for entry in 0..<levels.count where levels.hasSlot(entry, node) {
            guard slot < count else { throw PageError.damaged("struct \"\(node.name)\" has more values than its members") }
            if Int(levels.definition[entry]) >= node.definitionLevel { bits[slot >> 6] |= 1 << UInt64(slot & 63) }
            slot += 1
        }
        guard slot == count else { throw PageError.damaged("struct \"\(node.name)\" has fewer values than its members") }
        return Bitmap(words: bits, count: count)
    }

    /// Where the elements of each list are among all elements, of which there are `count`.
    private func offsets(_ node: ParquetNode, _ element: ParquetNode, count: Int) throws(SluiceError) -> ([Int32], Bitmap?) {
        let levels = try levels(node)
        var offsets: [Int32] = []
        offsets.reserveCapacity(levels.count + 1)
        var validity = Bitmap()
        if node.isNullable { validity.reserveCapacity(levels.count) }
        var elements: Int32 = 0
        for entry in 0..<levels.count {
            if levels.hasSlot(entry, node) {
                offsets.append(elements)
                if node.isNullable { validity.append(Int(levels.definition[entry]) >= node.definitionLevel) }
            }
            if levels.hasSlot(entry, element) { elements += 1 }
        }
        offsets.append(elements)
        guard Int(elements) == count else {
            throw PageError.damaged("the lists of \"\(node.name)\" have \(elements) elements, not \(count)")
        }
        return (offsets, node.isNullable ? validity : nil)
    }

    /// Old writers let keys be null, which a map cannot have.
    private mutating func reportNullKeys(_ node: ParquetNode, _ keys: Column, _ offsets: [Int32]) {
        guard let batch = leaves[node.firstLeaf], let levels = batch.levels else { return }
        var row = -1
        var slot = -1
        var reported = -1
        for entry in 0..<levels.count {
            if levels.repetition[entry] == 0 { row += 1 }
            guard levels.hasSlot(entry, node) else { continue }
            slot += 1
            let hasNull = (offsets[slot]..<offsets[slot + 1]).contains { keys.isNull(Int($0)) }
            if hasNull, row != reported {
                errors.append((row, RowError(.valueDoesNotFit, "a map has a null key", column: node.name)))
                reported = row
            }
        }
    }
}

extension LeafLevels {
    /// Whether an entry begins a value (or null) of a node.
    @inline(__always)
    fileprivate func hasSlot(_ entry: Int, _ node: ParquetNode) -> Bool {
        Int(definition[entry]) >= node.slotLevel && Int(repetition[entry]) <= node.repetitionLevel
    }
}
