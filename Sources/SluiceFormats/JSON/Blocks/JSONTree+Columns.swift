import SluiceCore

extension JSONTree {
    /// The columns of the root's members.
    ///
    /// - Parameters:
    ///   - failures: gets the records of values that do not fit, in no order; these are null in their columns.
    func columns(_ bytes: UnsafeBufferPointer<UInt8>, _ structure: JSONStructure, _ failures: inout [Int]) -> [Column] {
        members(0).map { column($0, bytes, structure, &failures) }
    }

    private func members(_ node: Int) -> [Int] {
        (nodes[node].firstKey..<(nodes[node].firstKey + nodes[node].keyCount)).map { keys[$0].node }
    }

    private func column(
        _ node: Int, _ bytes: UnsafeBufferPointer<UInt8>, _ structure: JSONStructure, _ failures: inout [Int]
    ) -> Column {
        let rows = UnsafeBufferPointer(start: nodes[node].rows, count: nodes[node].count)
        switch nodes[node].kind {
        case .value:
            return JSONValues(rows: rows, bytes: bytes, escapes: structure.escapes).column(types[node], &failures)
        case .object:
            let columns = members(node).map { column($0, bytes, structure, &failures) }
            return Column(types[node], .structure(columns, count: rows.count), validity: validity(rows))
        case .list:
            let (offsets, values) = elements(node, rows, nodes[node].element, bytes, structure, &failures)
            return Column(types[node], .list(offsets: offsets, values: values), validity: validity(rows))
        case .map:
            let (_, keys) = elements(node, rows, nodes[node].key, bytes, structure, &failures)
            let (offsets, values) = elements(node, rows, nodes[node].element, bytes, structure, &failures)
            return Column(types[node], .map(offsets: offsets, keys: keys, values: values), validity: validity(rows))
        }
    }

    private func elements(
        _ node: Int, _ rows: UnsafeBufferPointer<UInt64>, _ element: Int, _ bytes: UnsafeBufferPointer<UInt8>, _ structure: JSONStructure,
        _ failures: inout [Int]
    ) -> (offsets: [Int32], values: Column) {
        precondition(nodes[element].count <= Int(Int32.max), "a list column has over 2^31 elements; batches are kept smaller")
        let offsets = [Int32](unsafeUninitializedCapacity: rows.count + 1) { target, count in
            target.initializeElement(at: 0, to: 0)
            for row in rows.indices { target.initializeElement(at: row &+ 1, to: Int32(truncatingIfNeeded: rows[row] &>> 1)) }
            count = rows.count + 1
        }
        var failed: [Int] = []
        let values = column(element, bytes, structure, &failed)
        for place in failed { failures.append(row(of: place, rows)) }
        return (offsets, values)
    }

    /// The row whose list has an element, by bisection.
    private func row(of element: Int, _ rows: UnsafeBufferPointer<UInt64>) -> Int {
        var (low, high) = (0, rows.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if Int(rows[middle] >> 1) > element { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// Of objects, lists and maps: the lowest bit.
    private func validity(_ rows: UnsafeBufferPointer<UInt64>) -> Bitmap? {
        var builder = ValidityBuilder(count: rows.count)
        for row in rows.indices where rows[row] & 1 == 0 { builder.setNull(row) }
        return builder.bitmap
    }
}
