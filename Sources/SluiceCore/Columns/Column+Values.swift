extension Column {
    /// The value of one row. For messages, tests, closures and previews; kernels read the storage.
    public subscript(row: Int) -> Value {
        if isNull(row) { return .null }
        switch (type, storage) {
        case (_, .null): return .null
        case (_, .boolean(let bits)): return .boolean(bits[row])
        case (_, .int8(let values)): return .integer(Int64(values[row]))
        case (_, .int16(let values)): return .integer(Int64(values[row]))
        case (.date, .int32(let values)): return .date(values[row])
        case (_, .int32(let values)): return .integer(Int64(values[row]))
        case (.timestamp(let zoned), .int64(let values)): return .timestamp(values[row], zoned: zoned)
        case (_, .int64(let values)): return .integer(values[row])
        case (_, .float32(let values)): return .float(Double(values[row]))
        case (_, .float64(let values)): return .float(values[row])
        case (.decimal(_, let scale), .decimal(let values)): return .decimal(values[row], scale: scale)
        case (_, .decimal(let values)): return .decimal(values[row], scale: 0)
        case (_, .bytes(let rows)): return text(rows, row)
        case (_, .dictionary(let codes, let values)): return text(values, Int(codes[row]))
        case (_, .list(let offsets, let values)): return .list((offsets[row]..<offsets[row + 1]).map { values[Int($0)] })
        case (_, .map(let offsets, let keys, let values)):
            return .map((offsets[row]..<offsets[row + 1]).map { Value.Entry(keys[Int($0)], values[Int($0)]) })
        case (.structure(let fields), .structure(let columns, _)):
            return .structure(zip(fields, columns).map { Value.Member($0.name, $1[row]) })
        case (_, .structure): return .null
        case (_, .choice(let tags, let alternatives)): return alternatives[Int(tags[row])][row]
        }
    }

    private func text(_ rows: ByteRows, _ row: Int) -> Value {
        type == .binary ? .binary(Array(rows[row])) : .string(rows.text(row))
    }

    /// All values, for tests and previews.
    public var values: [Value] { (0..<count).map { self[$0] } }
}
