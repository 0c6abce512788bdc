import SluiceCore

/// Turns nested columns into the level streams of one leaf and the values that are there.
///
/// Each step of the way to the leaf is done for all rows at once. An entry that ends on the way (a null, an empty list) keeps the
/// definition level that it reached. Source: parquet-format, "Nested Encoding" (Dremel's record shredding).
struct Shredder {
    private let leaf: WriterLeaf
    private(set) var definition: [UInt8] = []
    private(set) var repetition: [UInt8] = []

    /// Entries of one column on their way.
    private struct Entries {
        var definition: [UInt8]
        var repetition: [UInt8]
        /// The row of the value that an entry has come to; negative once it has ended.
        var row: [Int32]
    }

    init(_ leaf: WriterLeaf) { self.leaf = leaf }

    /// Appends the levels of a column's rows, and returns the leaf's values that are there.
    ///
    /// - Throws: `valueDoesNotFit` for a null where none may be.
    mutating func shred(_ column: Column) throws(SluiceError) -> Column {
        var entries = Entries(
            definition: [UInt8](repeating: 0, count: column.count), repetition: [UInt8](repeating: 0, count: column.count),
            row: (0..<Int32(column.count)).map { $0 })
        var value = column
        var tags: (values: [UInt8], wanted: UInt8)?
        var repetitionLevel: UInt8 = 0
        for step in leaf.steps {
            if let tags {
                Self.endOthers(&entries, tags.values, wanted: tags.wanted)
            } else {
                try endNulls(&entries, value, isOptional: step.isOptional)
            }
            tags = nil
            switch (step.next, value.storage) {
            case (.element, .list(let offsets, let elements)):
                repetitionLevel += 1
                entries = Self.expanded(entries, offsets, level: repetitionLevel)
                value = elements
            case (.mapKey, .map(let offsets, let keys, _)):
                repetitionLevel += 1
                entries = Self.expanded(entries, offsets, level: repetitionLevel)
                value = keys
            case (.mapValue, .map(let offsets, _, let values)):
                repetitionLevel += 1
                entries = Self.expanded(entries, offsets, level: repetitionLevel)
                value = values
            case (.member(let index), .structure(let members, _)): value = members[index]
            case (.alternative(let index), .choice(let all, let alternatives)):
                tags = (all, UInt8(index))
                value = alternatives[index]
            default: break
            }
        }
        definition.append(contentsOf: entries.definition)
        if leaf.repetitionLevel > 0 { repetition.append(contentsOf: entries.repetition) }
        let rows = entries.row.filter { $0 >= 0 }
        // Most nested columns have no nulls at the leaf; then the values are taken as they are.
        return rows.count == value.count && rows.last.map { Int($0) } == value.count - 1 ? value : value.gather(rows)
    }

    /// Ends the entries whose value is null; the others reach the next definition level.
    private func endNulls(_ entries: inout Entries, _ value: Column, isOptional: Bool) throws(SluiceError) {
        let validity = value.type == .null ? value.explicitValidity : value.validity
        if !isOptional {
            guard let validity else { return }
            for row in entries.row where row >= 0 && !validity[Int(row)] { throw LeafData.unexpectedNull(leaf) }
            return
        }
        for index in entries.row.indices where entries.row[index] >= 0 {
            if let validity, !validity[Int(entries.row[index])] {
                entries.row[index] = -1
            } else {
                entries.definition[index] += 1
            }
        }
    }

    /// Ends the entries of a choice whose value is of another alternative.
    private static func endOthers(_ entries: inout Entries, _ tags: [UInt8], wanted: UInt8) {
        for index in entries.row.indices where entries.row[index] >= 0 {
            if tags[Int(entries.row[index])] != wanted {
                entries.row[index] = -1
            } else {
                entries.definition[index] += 1
            }
        }
    }

    /// One entry for each element; an empty list ends.
    private static func expanded(_ entries: Entries, _ offsets: [Int32], level: UInt8) -> Entries {
        var result = Entries(definition: [], repetition: [], row: [])
        let total = entries.row.count + Int(offsets[offsets.count - 1])
        result.definition.reserveCapacity(total)
        result.repetition.reserveCapacity(total)
        result.row.reserveCapacity(total)
        for (index, row) in entries.row.enumerated() {
            let elements = row < 0 ? 0..<0 : offsets[Int(row)]..<offsets[Int(row) + 1]
            if elements.isEmpty {
                result.definition.append(entries.definition[index])
                result.repetition.append(entries.repetition[index])
                result.row.append(-1)
                continue
            }
            for element in elements {
                result.definition.append(entries.definition[index] + 1)
                result.repetition.append(element == elements.lowerBound ? entries.repetition[index] : level)
                result.row.append(element)
            }
        }
        return result
    }
}
