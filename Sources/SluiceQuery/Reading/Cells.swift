import GRDBSQLite
import SluiceCore

/// One column of a batch, as SQLite asks for it: a row at a time.
///
/// A batch makes these objects once for some thousand rows; a cell is one call and no allocation.
class Cells {
    private let validity: Bitmap?

    init(_ column: Column) { validity = column.validity }

    @inline(__always)
    final func isNull(_ row: Int) -> Bool { if let validity { !validity[row] } else { false } }

    /// Gives a row's value to SQLite.
    func put(_ row: Int, into context: OpaquePointer?) {
        sqlite3_result_null(context)
    }

    /// What equal values have in common, however SQLite compares them; nil for null.
    func key(_ row: Int) -> UInt64? { nil }

    /// Cells of a column by its type.
    static func of(_ column: Column) -> Cells {
        switch (column.type, column.storage) {
        case (_, .null): Cells(column)
        case (.boolean, .boolean(let bits)): BooleanCells(column, bits)
        case (.int8, .int8(let values)): IntegerCells(column, values)
        case (.int16, .int16(let values)): IntegerCells(column, values)
        case (.date, .int32(let values)): DateCells(column, values)
        case (_, .int32(let values)): IntegerCells(column, values)
        case (.timestamp(let zoned), .int64(let values)): TimestampCells(column, values, zoned: zoned)
        case (_, .int64(let values)): IntegerCells(column, values)
        case (_, .float32(let values)): FloatCells(column, values.map { Double($0) })
        case (_, .float64(let values)): FloatCells(column, values)
        case (.decimal(let precision, let scale), .decimal(let values)): DecimalCells(column, values, precision: precision, scale: scale)
        case (.string, .bytes(let rows)): TextCells(column, rows)
        case (.string, .dictionary(let codes, let rows)): DictionaryCells(column, codes, rows)
        case (.choice, .choice(let tags, let alternatives)): ChoiceCells(column, tags, alternatives)
        default: ValueCells(column)
        }
    }
}

private final class BooleanCells: Cells {
    private let bits: Bitmap

    init(_ column: Column, _ bits: Bitmap) {
        self.bits = bits
        super.init(column)
    }

    override func put(_ row: Int, into context: OpaquePointer?) {
        if isNull(row) { sqlite3_result_null(context) } else { sqlite3_result_int64(context, bits[row] ? 1 : 0) }
    }

    override func key(_ row: Int) -> UInt64? { isNull(row) ? nil : EqualityKey.of(Int64(bits[row] ? 1 : 0)) }
}

private final class IntegerCells<Number: FixedWidthInteger>: Cells {
    private let values: [Number]

    init(_ column: Column, _ values: [Number]) {
        self.values = values
        super.init(column)
    }

    override func put(_ row: Int, into context: OpaquePointer?) {
        if isNull(row) { sqlite3_result_null(context) } else { sqlite3_result_int64(context, Int64(truncatingIfNeeded: values[row])) }
    }

    override func key(_ row: Int) -> UInt64? { isNull(row) ? nil : EqualityKey.of(Int64(truncatingIfNeeded: values[row])) }
}

private final class FloatCells: Cells {
    private let values: [Double]

    init(_ column: Column, _ values: [Double]) {
        self.values = values
        super.init(column)
    }

    override func put(_ row: Int, into context: OpaquePointer?) {
        if isNull(row) { sqlite3_result_null(context) } else { sqlite3_result_double(context, values[row]) }
    }

    override func key(_ row: Int) -> UInt64? { isNull(row) ? nil : EqualityKey.of(values[row]) }
}
