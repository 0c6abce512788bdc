extension Column.Storage {
    /// The rows of some ranges after one another; the ranges are within the column.
    func copied(_ runs: RowRuns) -> Self {
        switch self {
        case .null: .null(runs.count)
        case .boolean(let bits): .boolean(bits.copied(runs))
        case .int8(let values): .int8(parts(values, runs))
        case .int16(let values): .int16(parts(values, runs))
        case .int32(let values): .int32(parts(values, runs))
        case .int64(let values): .int64(parts(values, runs))
        case .float32(let values): .float32(parts(values, runs))
        case .float64(let values): .float64(parts(values, runs))
        case .decimal(let values): .decimal(parts(values, runs))
        case .bytes(let rows): .bytes(rows.copied(runs))
        case .dictionary(let codes, let values): .encoded(parts(codes, runs), values)
        case .list(let offsets, let values): .list(offsets: shifted(offsets, runs), values: values.copied(inner(offsets, runs)))
        case .map(let offsets, let keys, let values):
            .map(
                offsets: shifted(offsets, runs), keys: keys.copied(inner(offsets, runs)), values: values.copied(inner(offsets, runs)))
        case .structure(let columns, _): .structure(columns.map { $0.copied(runs) }, count: runs.count)
        case .choice(let tags, let alternatives): .choice(tags: parts(tags, runs), alternatives: alternatives.map { $0.copied(runs) })
        }
    }

    /// The rows of several columns of one type, one after another.
    static func concatenated(_ columns: [Column]) -> Self {
        switch columns[0].storage {
        case .null: return .null(columns.reduce(0) { $0 + $1.count })
        case .boolean:
            var bits = Bitmap()
            bits.reserveCapacity(columns.reduce(0) { $0 + $1.count })
            for case .boolean(let more) in columns.lazy.map(\.storage) { bits.append(contentsOf: more) }
            return .boolean(bits)
        case .int8: return .int8(joined(columns) { if case .int8(let values) = $0 { values } else { [] } })
        case .int16: return .int16(joined(columns) { if case .int16(let values) = $0 { values } else { [] } })
        case .int32: return .int32(joined(columns) { if case .int32(let values) = $0 { values } else { [] } })
        case .int64: return .int64(joined(columns) { if case .int64(let values) = $0 { values } else { [] } })
        case .float32: return .float32(joined(columns) { if case .float32(let values) = $0 { values } else { [] } })
        case .float64: return .float64(joined(columns) { if case .float64(let values) = $0 { values } else { [] } })
        case .decimal: return .decimal(joined(columns) { if case .decimal(let values) = $0 { values } else { [] } })
        case .bytes, .dictionary: return joinedTexts(columns)
        case .list:
            let parts = columns.map { column -> (offsets: [Int32], values: Column) in
                if case .list(let offsets, let values) = column.storage {
                    (offsets, values)
                } else {
                    preconditionFailure("a list's storage")
                }
            }
            return .list(offsets: joinedOffsets(parts.map(\.offsets)), values: .concatenated(parts.map(\.values)))
        case .map:
            let parts = columns.map { column -> (offsets: [Int32], keys: Column, values: Column) in
                if case .map(let offsets, let keys, let values) = column.storage { return (offsets, keys, values) }
                preconditionFailure("a map's storage")
            }
            return .map(
                offsets: joinedOffsets(parts.map(\.offsets)), keys: .concatenated(parts.map(\.keys)),
                values: .concatenated(parts.map(\.values)))
        case .structure(let members, _):
            let joined = members.indices.map { member in
                Column.concatenated(columns.map { if case .structure(let part, _) = $0.storage { part[member] } else { members[member] } })
            }
            return .structure(joined, count: columns.reduce(0) { $0 + $1.count })
        case .choice(_, let alternatives):
            let joinedAlternatives = alternatives.indices.map { index in
                Column.concatenated(
                    columns.map { if case .choice(_, let part) = $0.storage { part[index] } else { alternatives[index] } })
            }
            return .choice(
                tags: joined(columns) { if case .choice(let tags, _) = $0 { tags } else { [] } }, alternatives: joinedAlternatives)
        }
    }

    /// Dictionaries stay where the rows are many more than the values of all of them; a dictionary that is shared is taken once.
    private static func joinedTexts(_ columns: [Column]) -> Self {
        var values: ByteRows?
        var bases: [Int32] = []
        var last: (values: ByteRows, base: Int32)?
        let rowCount = columns.reduce(0) { $0 + $1.count }
        for column in columns {
            guard case .dictionary(_, let more) = column.storage else { return joinedRows(columns) }
            if last.map({ !$0.values.isIdentical(to: more) }) ?? true {
                let base = values?.count ?? 0
                guard base + more.count <= rowCount / 2 || values == nil, (values?.data.count ?? 0) + more.data.count <= Int(Int32.max)
                else {
                    return joinedRows(columns)
                }
                if values == nil { values = more } else { values?.append(contentsOf: more) }
                last = (more, Int32(base))
            }
            bases.append(last?.base ?? 0)
        }
        var codes: [Int32] = []
        codes.reserveCapacity(rowCount)
        for (column, base) in zip(columns, bases) {
            guard case .dictionary(let more, _) = column.storage else { continue }
            if base == 0 { codes.append(contentsOf: more) } else { codes.append(contentsOf: more.lazy.map { $0 + base }) }
        }
        return .dictionary(codes: codes, values: values ?? ByteRows())
    }

    private static func joinedRows(_ columns: [Column]) -> Self {
        let parts = columns.map { column in if case .bytes(let rows) = column.flattened.storage { rows } else { ByteRows() } }
        var rows = ByteRows(reservingRows: parts.reduce(0) { $0 + $1.count }, bytes: parts.reduce(0) { $0 + $1.data.count })
        for part in parts { rows.append(contentsOf: part) }
        return .bytes(rows)
    }
}

private func joined<Element>(_ columns: [Column], _ values: (Column.Storage) -> [Element]) -> [Element] {
    var result: [Element] = []
    result.reserveCapacity(columns.reduce(0) { $0 + $1.count })
    for column in columns { result.append(contentsOf: values(column.storage)) }
    return result
}

private func joinedOffsets(_ parts: [[Int32]]) -> [Int32] {
    var offsets: [Int32] = [0]
    offsets.reserveCapacity(parts.reduce(1) { $0 + $1.count - 1 })
    for part in parts {
        let base = offsets[offsets.count - 1]
        for row in 1..<part.count { offsets.append(base + part[row]) }
    }
    return offsets
}

private func parts<Element>(_ values: [Element], _ runs: RowRuns) -> [Element] {
    if runs.ranges.count == 1 { return Array(values[runs.ranges[0]]) }
    var result: [Element] = []
    result.reserveCapacity(runs.count)
    for range in runs.ranges { result.append(contentsOf: values[range]) }
    return result
}

/// The elements of the lists in some ranges of rows, which lie beside each other.
private func inner(_ offsets: [Int32], _ runs: RowRuns) -> RowRuns {
    RowRuns(runs.ranges.map { Int(offsets[$0.lowerBound])..<Int(offsets[$0.upperBound]) })
}
