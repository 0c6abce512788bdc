extension Column {
    /// The rows at `positions`, in that order; a position may repeat.
    ///
    /// - Complexity: O(rows taken + bytes taken).
    public func gather(_ positions: [Int32]) -> Column {
        Column(type, storage.gather(positions), validity: validity?.gather(positions))
    }

    /// As `gather`, with null where the position is negative.
    public func gatherOrNull(_ positions: [Int32]) -> Column {
        if !positions.contains(where: { $0 < 0 }) { return gather(positions) }
        let present = Bitmap(positions.lazy.map { $0 >= 0 })
        guard count > 0 else { return .nulls(type, count: positions.count) }
        let taken = gather(positions.map { max($0, 0) })
        if type == .null { return taken }
        return Column(type, taken.storage, validity: taken.explicitValidity & present)
    }

    public func slice(_ rows: Range<Int>) -> Column {
        if rows == 0..<count { return self }
        return Column(type, storage.slice(rows), validity: validity?.slice(rows))
    }

    /// The rows of several columns of one type, one after another; `columns` is not empty.
    public static func concatenated(_ columns: [Column]) -> Column {
        precondition(!columns.isEmpty, "nothing to concatenate")
        if columns.count == 1 { return columns[0] }
        let type = columns[0].type
        precondition(columns.allSatisfy { $0.type == type }, "columns of different types cannot be concatenated")
        var validity: Bitmap?
        if type != .null, columns.contains(where: { $0.validity != nil }) {
            var bits = Bitmap()
            for column in columns { bits.append(contentsOf: column.explicitValidity) }
            validity = bits
        }
        return Column(type, .concatenated(columns), validity: validity)
    }
}

extension Column.Storage {
    func gather(_ positions: [Int32]) -> Self {
        switch self {
        case .null: .null(positions.count)
        case .boolean(let bits): .boolean(bits.gather(positions))
        case .int8(let values): .int8(taken(values, positions))
        case .int16(let values): .int16(taken(values, positions))
        case .int32(let values): .int32(taken(values, positions))
        case .int64(let values): .int64(taken(values, positions))
        case .float32(let values): .float32(taken(values, positions))
        case .float64(let values): .float64(taken(values, positions))
        case .decimal(let values): .decimal(taken(values, positions))
        case .bytes(let rows): .bytes(rows.gather(positions))
        case .list(let offsets, let values): gatherLists(offsets, values, positions)
        case .structure(let columns, _): .structure(columns.map { $0.gather(positions) }, count: positions.count)
        }
    }

    func slice(_ rows: Range<Int>) -> Self {
        switch self {
        case .null: .null(rows.count)
        case .boolean(let bits): .boolean(bits.slice(rows))
        case .int8(let values): .int8(Array(values[rows]))
        case .int16(let values): .int16(Array(values[rows]))
        case .int32(let values): .int32(Array(values[rows]))
        case .int64(let values): .int64(Array(values[rows]))
        case .float32(let values): .float32(Array(values[rows]))
        case .float64(let values): .float64(Array(values[rows]))
        case .decimal(let values): .decimal(Array(values[rows]))
        case .bytes(let bytes): .bytes(bytes.slice(rows))
        case .list(let offsets, let values):
            .list(
                offsets: offsets[rows.lowerBound...rows.upperBound].map { $0 - offsets[rows.lowerBound] },
                values: values.slice(Int(offsets[rows.lowerBound])..<Int(offsets[rows.upperBound])))
        case .structure(let columns, _): .structure(columns.map { $0.slice(rows) }, count: rows.count)
        }
    }

    static func concatenated(_ columns: [Column]) -> Self {
        switch columns[0].storage {
        case .null: return .null(columns.reduce(0) { $0 + $1.count })
        case .boolean:
            var bits = Bitmap()
            for case .boolean(let more) in columns.lazy.map(\.storage) { bits.append(contentsOf: more) }
            return .boolean(bits)
        case .int8: return .int8(joined(columns) { if case .int8(let values) = $0 { values } else { [] } })
        case .int16: return .int16(joined(columns) { if case .int16(let values) = $0 { values } else { [] } })
        case .int32: return .int32(joined(columns) { if case .int32(let values) = $0 { values } else { [] } })
        case .int64: return .int64(joined(columns) { if case .int64(let values) = $0 { values } else { [] } })
        case .float32: return .float32(joined(columns) { if case .float32(let values) = $0 { values } else { [] } })
        case .float64: return .float64(joined(columns) { if case .float64(let values) = $0 { values } else { [] } })
        case .decimal: return .decimal(joined(columns) { if case .decimal(let values) = $0 { values } else { [] } })
        case .bytes:
            var rows = ByteRows()
            for case .bytes(let more) in columns.lazy.map(\.storage) { rows.append(contentsOf: more) }
            return .bytes(rows)
        case .list:
            var offsets: [Int32] = [0]
            var parts: [Column] = []
            for case .list(let more, let values) in columns.lazy.map(\.storage) {
                let base = offsets[offsets.count - 1]
                for offset in more.dropFirst() { offsets.append(base + offset) }
                parts.append(values)
            }
            return .list(offsets: offsets, values: .concatenated(parts))
        case .structure(let members, _):
            let joined = members.indices.map { member in
                Column.concatenated(columns.map { if case .structure(let part, _) = $0.storage { part[member] } else { members[member] } })
            }
            return .structure(joined, count: columns.reduce(0) { $0 + $1.count })
        }
    }
}

private func joined<Element>(_ columns: [Column], _ values: (Column.Storage) -> [Element]) -> [Element] {
    var result: [Element] = []
    result.reserveCapacity(columns.reduce(0) { $0 + $1.count })
    for column in columns { result.append(contentsOf: values(column.storage)) }
    return result
}

private func taken<Element>(_ values: [Element], _ positions: [Int32]) -> [Element] {
    [Element](unsafeUninitializedCapacity: positions.count) { buffer, count in
        for (target, source) in positions.enumerated() {
            (buffer.baseAddress! + target).initialize(to: values[Int(source)])
        }
        count = positions.count
    }
}

private func gatherLists(_ offsets: [Int32], _ values: Column, _ positions: [Int32]) -> Column.Storage {
    var taken: [Int32] = []
    var newOffsets: [Int32] = [0]
    for position in positions {
        taken.append(contentsOf: offsets[Int(position)]..<offsets[Int(position) + 1])
        newOffsets.append(Int32(taken.count))
    }
    return .list(offsets: newOffsets, values: values.gather(taken))
}
