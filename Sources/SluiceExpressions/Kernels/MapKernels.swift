import SluiceCore

/// Nodes that put maps together and take them apart.
enum MapKernels {
    /// A map of each row's keys and values; a key that is null or stands twice fails its row.
    ///
    /// - Parameter offsets: where each row's entries are in `keys` and `values`.
    static func made(
        _ type: DataType, _ input: KernelInput, _ failures: inout Failures, offsets: [Int32], keys: Column, values: Column
    ) -> Column {
        var kept = Bitmap(repeating: true, count: input.rowCount)
        for row in 0..<input.rowCount where input.isValid(row) {
            let entries = Int(offsets[row])..<Int(offsets[row + 1])
            if entries.contains(where: { keys.isNull($0) }) {
                failures.add(row, .invalidArgument, "a key of the map is null")
                kept[row] = false
            } else if let twice = repeated(keys, entries) {
                failures.add(row, .invalidArgument, "the key \(keys[twice].json) stands twice in the map")
            }
        }
        if kept.allSet, keys.nullCount == 0 { return Column(type, .map(offsets: offsets, keys: keys, values: values)) }
        // No key of a map is null, also not in rows that failed.
        let lists = Column(.list(.null), .list(offsets: offsets, values: .nulls(.null, count: keys.count)))
        let parents = parentRows(offsets)
        let present = keys.explicitValidity & kept.gather(parents)
        let positions = present.setPositions
        var newOffsets: [Int32] = [0]
        var next = 0
        for row in 0..<lists.count {
            while next < positions.count, positions[next] < offsets[row + 1] { next += 1 }
            newOffsets.append(Int32(next))
        }
        return Column(type, .map(offsets: newOffsets, keys: keys.gather(positions), values: values.gather(positions)))
    }

    /// The second place of a key that stands twice among some entries.
    private static func repeated(_ keys: Column, _ entries: Range<Int>) -> Int? {
        if entries.count < 2 { return nil }
        var seen = KeyTable()
        var key: [UInt8] = []
        return entries.first { entry in
            key.removeAll(keepingCapacity: true)
            RowKey.append(keys, entry, to: &key)
            return !seen.insert(key)
        }
    }

    /// The value of a key: of the last entry that has it, null where none has.
    static func value(_ map: any BoundNode, _ key: any BoundNode, _ type: DataType) -> any BoundNode {
        KernelNode(type, [map, key], makesNull: true) { input, _ in
            let (offsets, keys, values) = input[0].spread(input.rowCount).maps
            if keys.count == 0 { return .nulls(type, count: input.rowCount) }
            let wanted = input[1].isConstant ? input[1] : Vector(column: input[1].column.gather(parentRows(offsets)))
            let equal = ComparisonKernel.bits(.equal, Vector(column: keys), wanted, count: keys.count)
            var places = [Int32](repeating: -1, count: input.rowCount)
            var row = 0
            for entry in equal.setPositions {
                while entry >= offsets[row + 1] { row += 1 }
                places[row] = entry
            }
            return values.gatherOrNull(places)
        }
    }
}

extension Column {
    var maps: (offsets: [Int32], keys: Column, values: Column) {
        if case .map(let offsets, let keys, let values) = storage { return (offsets, keys, values) }
        preconditionFailure("\(type) is no map")
    }
}
