import SluiceCore

extension Column {
    /// The same values where a null's row holds whatever stands under it.
    var withoutValidity: Column { validity == nil ? self : Column(type, storage) }

    /// The rows of a text or binary column.
    var plainBytes: ByteRows {
        guard case .bytes(let rows) = flattened.storage else { preconditionFailure("a column of the type \(type) has no bytes") }
        return rows
    }

    /// The values of a column of integers, dates or timestamps; nil for other types.
    var integers: [Int64]? {
        switch storage {
        case .int8(let values): values.map { Int64($0) }
        case .int16(let values): values.map { Int64($0) }
        case .int32(let values): values.map { Int64($0) }
        case .int64(let values): values
        default: nil
        }
    }

    /// For each integer what stands at its distance from `least` in `table`; -1 outside of it.
    func integerPlaces(from least: Int64, in table: [Int32]) -> [Int32] {
        switch storage {
        case .int8(let values): places(values, least, table)
        case .int16(let values): places(values, least, table)
        case .int32(let values): places(values, least, table)
        case .int64(let values): places(values, least, table)
        default: preconditionFailure("a column of the type \(type) has no integers")
        }
    }
}

@inline(__always)
private func places<Number: FixedWidthInteger>(_ values: [Number], _ least: Int64, _ table: [Int32]) -> [Int32] {
    let bound = UInt64(table.count)
    return table.withUnsafeBufferPointer { table in
        values.map { value in
            let place = UInt64(bitPattern: Int64(truncatingIfNeeded: value) &- least)
            return place < bound ? table[Int(truncatingIfNeeded: place)] : -1
        }
    }
}
