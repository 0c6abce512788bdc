import GRDBSQLite
import SluiceCore

final class TextCells: Cells {
    private let rows: ByteRows

    init(_ column: Column, _ rows: ByteRows) {
        self.rows = rows
        super.init(column)
    }

    override func put(_ row: Int, into context: OpaquePointer?) {
        if isNull(row) { sqlite3_result_null(context) } else { rows.withRow(row) { CellText.put($0, into: context) } }
    }

    override func key(_ row: Int) -> UInt64? { isNull(row) ? nil : rows.withRow(row) { EqualityKey.of(text: $0) } }
}

final class DictionaryCells: Cells {
    private let codes: [Int32]
    private let rows: ByteRows

    init(_ column: Column, _ codes: [Int32], _ rows: ByteRows) {
        self.codes = codes
        self.rows = rows
        super.init(column)
    }

    override func put(_ row: Int, into context: OpaquePointer?) {
        if isNull(row) { sqlite3_result_null(context) } else { rows.withRow(Int(codes[row])) { CellText.put($0, into: context) } }
    }

    override func key(_ row: Int) -> UInt64? { isNull(row) ? nil : rows.withRow(Int(codes[row])) { EqualityKey.of(text: $0) } }
}

/// Decimals as integers or doubles, whichever the column's declaration says.
///
/// - Precondition: `UnfitValues` finds none among them.
final class DecimalCells: Cells {
    private let values: [Int128]
    private let scale: Int
    private let isInteger: Bool

    init(_ column: Column, _ values: [Int128], precision: Int, scale: Int) {
        self.values = values
        self.scale = scale
        isInteger = scale == 0 && precision <= SQLType.exactIntegerDigits
        super.init(column)
    }

    override func put(_ row: Int, into context: OpaquePointer?) {
        if isNull(row) {
            sqlite3_result_null(context)
        } else if isInteger, let number = Int64(exactly: values[row]) {
            sqlite3_result_int64(context, number)
        } else if let number = SQLType.double(values[row], scale: scale) {
            sqlite3_result_double(context, number)
        } else {
            preconditionFailure("decimals with more digits were left out before")
        }
    }

    override func key(_ row: Int) -> UInt64? {
        if isNull(row) { return nil }
        if scale == 0, let number = Int64(exactly: values[row]) { return EqualityKey.of(number) }
        return EqualityKey.of(SQLType.double(values[row], scale: scale) ?? 0)
    }
}

/// Each value as cells of its own type have it.
final class ChoiceCells: Cells {
    private let tags: [UInt8]
    private let alternatives: [Cells]

    init(_ column: Column, _ tags: [UInt8], _ alternatives: [Column]) {
        self.tags = tags
        self.alternatives = alternatives.map { Cells.of($0) }
        super.init(column)
    }

    override func put(_ row: Int, into context: OpaquePointer?) {
        if isNull(row) { sqlite3_result_null(context) } else { alternatives[Int(tags[row])].put(row, into: context) }
    }

    override func key(_ row: Int) -> UInt64? { isNull(row) ? nil : alternatives[Int(tags[row])].key(row) }
}

/// Nested values as JSON, and binaries as they are.
final class ValueCells: Cells {
    private let column: Column

    override init(_ column: Column) {
        self.column = column
        super.init(column)
    }

    override func put(_ row: Int, into context: OpaquePointer?) {
        switch column[row] {
        case .null: sqlite3_result_null(context)
        case .binary(let bytes):
            bytes.withUnsafeBytes { buffer in
                if let start = buffer.baseAddress, buffer.count > 0 {
                    sqlite3_result_blob(context, start, Int32(buffer.count), CellText.transient)
                } else {
                    sqlite3_result_zeroblob(context, 0)
                }
            }
        case let value:
            var bytes: [UInt8] = []
            value.appendJSON(to: &bytes)
            bytes.withUnsafeBufferPointer { CellText.put($0, into: context) }
        }
    }

    override func key(_ row: Int) -> UInt64? {
        switch column[row] {
        case .null: return nil
        case .binary(let bytes): return bytes.withUnsafeBufferPointer { EqualityKey.of(bytes: $0) }
        case let value:
            var bytes: [UInt8] = []
            value.appendJSON(to: &bytes)
            return bytes.withUnsafeBufferPointer { EqualityKey.of(text: $0) }
        }
    }
}
