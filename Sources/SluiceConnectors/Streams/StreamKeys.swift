import SluiceCore
import SluiceStreams

/// Partition keys of rows: the text of a column, or where there is none the record's own bytes.
enum StreamKeys {
    /// The column's values as text; null is the empty key.
    static func rows(of column: Column) -> ByteRows {
        switch column.storage {
        case .bytes(let rows) where column.validity == nil: rows
        case .dictionary: rows(of: column.flattened)
        case .int64(let values) where column.type == .int64: integers(values, column)
        case .int32(let values) where column.type == .int32: integers(values, column)
        default: texts(column)
        }
    }

    /// The records themselves, as far as a key may be long.
    static func rows(of records: ByteRows) -> ByteRows {
        var keys = ByteRows(reservingRows: records.count, bytes: records.byteCount)
        for row in 0..<records.count { keys.append(records[row].prefix(StreamLimits.keyBytes)) }
        return keys
    }

    private static func integers(_ values: [some FixedWidthInteger], _ column: Column) -> ByteRows {
        var keys = ByteRows(reservingRows: values.count, bytes: values.count * 8)
        var text: [UInt8] = []
        for (row, value) in values.enumerated() {
            text.removeAll(keepingCapacity: true)
            if !column.isNull(row) { NumberText.append(Int64(value), to: &text) }
            keys.append(text)
        }
        return keys
    }

    private static func texts(_ column: Column) -> ByteRows {
        var keys = ByteRows()
        var text: [UInt8] = []
        for row in 0..<column.count {
            text.removeAll(keepingCapacity: true)
            column[row].appendText(to: &text)
            keys.append(text)
        }
        return keys
    }
}
