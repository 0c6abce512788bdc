#if PostgreSQL
import SluiceCore

/// Makes of a row a line of COPY's text format, without its end.
struct PostgreSQLRowEncoder: RowEncoder {
    let table: String
    let columns: [TargetColumns.Column]

    func encode(_ batch: Batch) throws(SluiceError) -> ByteRows {
        var cells: [ByteRows] = []
        for column in columns {
            let values = batch.columns[column.index].flattened
            if column.isRequired, let row = (0..<batch.rowCount).first(where: { values.isNull($0) }) {
                throw SluiceError(
                    .rowRefused, "column \"\(column.name)\" of \(table) takes no null, and a row has one",
                    at: batch.origin?.location(row), remedy: "leave such rows out with the step filter, or put them aside with assert")
            }
            cells.append(try self.cells(of: values, column, batch))
        }
        var rows = ByteRows()
        for row in 0..<batch.rowCount {
            for (place, column) in cells.enumerated() {
                if place > 0 { rows.extend(UInt8(ascii: "\t")) }
                column.withRow(row) { rows.extend($0) }
            }
            rows.endRow()
        }
        return rows
    }

    private func cells(of values: Column, _ column: TargetColumns.Column, _ batch: Batch) throws(SluiceError) -> ByteRows {
        var cells = ByteRows()
        var text: [UInt8] = []
        for row in 0..<values.count {
            if values.isNull(row) {
                CopyText.appendNull(to: &cells)
            } else if case (.string, .bytes(let rows)) = (values.type, values.storage) {
                var hasZero = false
                rows.withRow(row) { bytes in
                    hasZero = bytes.contains(0)
                    CopyText.append(bytes, to: &cells)
                }
                if hasZero { throw zero(column, row, batch) }
            } else {
                text.removeAll(keepingCapacity: true)
                PostgreSQLText.append(values[row], values.type, to: &text)
                if text.contains(0) { throw zero(column, row, batch) }
                text.withUnsafeBufferPointer { CopyText.append($0, to: &cells) }
            }
            cells.endRow()
        }
        return cells
    }

    private func zero(_ column: TargetColumns.Column, _ row: Int, _ batch: Batch) -> SluiceError {
        SluiceError(
            .rowRefused, "a text of column \"\(column.name)\" has a zero byte, which PostgreSQL does not take",
            at: batch.origin?.location(row), remedy: "replace it in a step, or write the column as binary")
    }
}

/// Values as PostgreSQL reads them.
enum PostgreSQLText {
    /// Appends a value that is not null.
    static func append(_ value: Value, _ type: DataType, to text: inout [UInt8]) {
        switch (value, type) {
        case (.binary(let bytes), _):
            text.append(contentsOf: "\\x".utf8)
            for byte in bytes {
                text.append(digit(byte >> 4))
                text.append(digit(byte & 15))
            }
        case (.list(let values), .list(let element)) where PostgreSQLTypes.isPlain(element): appendArray(values, element, to: &text)
        case (.list, _), (.structure, _), (.map, _), (_, .choice): value.appendJSON(to: &text)
        default: value.appendText(to: &text)
        }
    }

    private static func appendArray(_ values: [Value], _ element: DataType, to text: inout [UInt8]) {
        text.append(UInt8(ascii: "{"))
        for (place, value) in values.enumerated() {
            if place > 0 { text.append(UInt8(ascii: ",")) }
            if value.isNull {
                text.append(contentsOf: "NULL".utf8)
            } else {
                var plain: [UInt8] = []
                append(value, element, to: &plain)
                text.append(UInt8(ascii: "\""))
                for byte in plain {
                    if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { text.append(UInt8(ascii: "\\")) }
                    text.append(byte)
                }
                text.append(UInt8(ascii: "\""))
            }
        }
        text.append(UInt8(ascii: "}"))
    }

    private static func digit(_ number: UInt8) -> UInt8 { number < 10 ? UInt8(ascii: "0") + number : UInt8(ascii: "a") + number - 10 }
}
#endif
