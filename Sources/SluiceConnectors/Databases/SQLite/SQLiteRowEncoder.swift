import SluiceCore
import SluiceSQLite

/// Makes a row of cells: for each its class (a byte, as `SQLiteKind` numbers them); behind it 8 bytes of a number, or 4 bytes of length and a text
/// or blob. Numbers are little-endian.
struct SQLiteRowEncoder: RowEncoder {
    /// SQLite makes null of the number.
    static let notANumber = "NaN".utf8

    let table: String
    let columns: [TargetColumns.Column]

    func encode(_ batch: Batch) throws(SluiceError) -> ByteRows {
        var cells: [ByteRows] = []
        for column in columns {
            let values = batch.columns[column.index].flattened
            if column.isRequired, values.nullCount > 0 { throw missing(column, values, batch) }
            cells.append(Self.cells(of: values))
        }
        var rows = ByteRows()
        for row in 0..<batch.rowCount {
            for column in cells { column.withRow(row) { rows.extend($0) } }
            rows.endRow()
        }
        return rows
    }

    private func missing(_ column: TargetColumns.Column, _ values: Column, _ batch: Batch) -> SluiceError {
        let row = (0..<batch.rowCount).first { values.isNull($0) } ?? 0
        return SluiceError(
            .rowRefused, "column \"\(column.name)\" of \(table) takes no null, and a row has one", at: batch.origin?.location(row),
            remedy: "leave such rows out with the step filter, or put them aside with assert")
    }

    private static func cells(of column: Column) -> ByteRows {
        var cells = ByteRows()
        for row in 0..<column.count {
            if column.isNull(row) { put(.null, &cells) } else { append(column, row, to: &cells) }
            cells.endRow()
        }
        return cells
    }

    private static func append(_ column: Column, _ row: Int, to cells: inout ByteRows) {
        switch (column.type, column.storage) {
        case (.boolean, .boolean(let bits)): put(Int64(bits[row] ? 1 : 0), &cells)
        case (.int8, .int8(let values)): put(Int64(values[row]), &cells)
        case (.int16, .int16(let values)): put(Int64(values[row]), &cells)
        case (.int32, .int32(let values)): put(Int64(values[row]), &cells)
        case (.int64, .int64(let values)): put(values[row], &cells)
        case (.float32, .float32(let values)): put(Double(values[row]), &cells)
        case (.float64, .float64(let values)): put(values[row], &cells)
        case (.string, .bytes(let rows)): rows.withRow(row) { put(.text, $0, &cells) }
        case (.binary, .bytes(let rows)): rows.withRow(row) { put(.blob, $0, &cells) }
        case (.timestamp(let zoned), .int64(let values)): text(&cells) { timestamp(values[row], zoned, &$0) }
        // Only JSON tells a number from a text that looks like one.
        case (.choice, _): text(&cells) { column[row].appendJSON(to: &$0) }
        default: text(&cells) { column[row].appendText(to: &$0) }
        }
    }

    /// `2024-01-31 10:00:00.500`, with `+00:00` behind a point in time: so texts of one column sort as their times do.
    private static func timestamp(_ micros: Int64, _ zoned: Bool, _ text: inout [UInt8]) {
        TimeText.append(micros: micros, zoned: false, to: &text)
        if let place = text.firstIndex(of: UInt8(ascii: "T")) { text[place] = UInt8(ascii: " ") }
        if zoned { text.append(contentsOf: "+00:00".utf8) }
    }

    private static func text(_ cells: inout ByteRows, _ write: (inout [UInt8]) -> Void) {
        var bytes: [UInt8] = []
        write(&bytes)
        bytes.withUnsafeBufferPointer { put(.text, $0, &cells) }
    }

    private static func put(_ number: Double, _ cells: inout ByteRows) {
        guard !number.isNaN else { return text(&cells) { $0.append(contentsOf: notANumber) } }
        put(.real, &cells)
        put(number.bitPattern, bytes: 8, &cells)
    }

    private static func put(_ number: Int64, _ cells: inout ByteRows) {
        put(.integer, &cells)
        put(UInt64(bitPattern: number), bytes: 8, &cells)
    }

    private static func put(_ kind: SQLiteKind, _ bytes: UnsafeBufferPointer<UInt8>, _ cells: inout ByteRows) {
        put(kind, &cells)
        put(UInt64(bytes.count), bytes: 4, &cells)
        cells.extend(bytes)
    }

    private static func put(_ kind: SQLiteKind, _ cells: inout ByteRows) { cells.extend(kind.rawValue) }

    private static func put(_ number: UInt64, bytes: Int, _ cells: inout ByteRows) {
        for place in 0..<bytes { cells.extend(UInt8(truncatingIfNeeded: number >> UInt64(8 * place))) }
    }
}
