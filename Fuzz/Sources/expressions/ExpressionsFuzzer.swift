import FuzzKit
import SluiceCore
import SluiceExpressions

/// A text as an expression and as a select list: parsed, bound to a schema, and evaluated; all rows at once and row by row must give the same.
@_cdecl("LLVMFuzzerTestOneInput") public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = String(decoding: Fuzzing.bytes(data, count), as: UTF8.self)
    // One time for all evaluations, so that they can be compared.
    EvaluationClock.$current.withValue(WallClock { 1_700_000_000_123_456 }) { check(text) }
    return 0
}

private func check(_ text: String) {
    _ = try? SelectList(parsing: text)
    guard let expression = try? Expression(parsing: text) else { return }
    _ = expression.referencedColumns
    _ = try? expression.bindPredicate(to: batch.schema)
    guard let bound = try? expression.bind(to: batch.schema) else { return }
    let whole = bound.evaluate(batch)
    Fuzzing.require(whole.column.count == batch.rowCount, "\(whole.column.count) values for \(batch.rowCount) rows")
    // Texts that functions may make within their limit would take seconds to print.
    guard whole.column.byteCount < 1 << 16 else { return }
    for row in 0..<batch.rowCount {
        let one = bound.evaluate(batch.slice(row..<(row + 1)))
        let (found, expected) = (whole.column[row].json, one.column[0].json)
        Fuzzing.require(found == expected, "row \(row) is \(found) among others, \(expected) alone")
        Fuzzing.require((whole.errors[row] == nil) == (one.errors[0] == nil), "row \(row) fails among others or alone only")
    }
}

/// A few rows of each type, with nulls and values at the ends of their ranges.
private let batch: Batch = {
    let columns: [(String, DataType, [Value])] = [
        ("i", .int64, [.integer(0), .integer(.min), .null, .integer(.max), .integer(-7)]),
        ("s", .string, [.string("abc"), .string(""), .string("Zoë, 😀"), .null, .string(" 12 ")]),
        ("f", .float64, [.float(0.5), .float(.nan), .float(-.infinity), .null, .float(1e300)]),
        ("b", .boolean, [.boolean(true), .boolean(false), .null, .boolean(true), .boolean(false)]),
        ("d", .date, [.date(0), .date(.min), .null, .date(.max), .date(19_000)]),
        (
            "t", .timestamp(zoned: true),
            [.timestamp(0, zoned: true), .timestamp(.min, zoned: true), .null, .timestamp(.max, zoned: true), .null]
        ),
        (
            "m", .decimal(precision: 10, scale: 2),
            [.decimal(0, scale: 2), .decimal(9_999_999_999, scale: 2), .null, .decimal(-1, scale: 2), .null]
        ),
        ("l", .list(.int64), [.list([]), .list([.integer(1), .null, .integer(.max)]), .null, .list([.integer(3)]), .list([.null])]),
        ("y", .int8, [.integer(127), .integer(-128), .null, .integer(0), .integer(1)]),
    ]
    var fields: [Field] = []
    var made: [Column] = []
    for (name, type, values) in columns {
        guard let column = try? ColumnBuilder.column(type, values) else { preconditionFailure("the column \(name) cannot be made") }
        fields.append(Field(name, type))
        made.append(column)
    }
    guard let schema = try? Schema(fields) else { preconditionFailure("two columns of one name") }
    return Batch(schema, made, rowCount: 5)
}()
