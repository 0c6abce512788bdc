import SluiceCore
import SluiceExpressions

@testable import SluiceQuality

/// A batch from columns of values.
func batch(_ columns: (String, DataType, [Value])...) throws -> Batch {
    let schema = try Schema(columns.map { Field($0.0, $0.1) })
    let data = try columns.map { try ColumnBuilder.column($0.1, $0.2) }
    let count = data.first?.count ?? 0
    return Batch(
        schema, data, rowCount: count, origin: Origin(.file(path: "in.csv"), .dense(first: 1, count: count)))
}

/// 2024-03-01T12:00:00Z in microseconds.
let noon: Int64 = 1_709_294_400_000_000

/// Ten orders: ids 1…10; amounts with a null and a negative one; a customer that nobody knows.
func orders() throws -> Batch {
    try batch(
        ("id", .int64, (1...10).map { .integer($0) }),
        (
            "amount", .decimal(precision: 8, scale: 2),
            [100, 250, -50, 400, 500, 250, 700, 800, 900].map { .decimal($0, scale: 2) } + [.null]
        ),
        (
            "country", .string,
            ["NO", "SE", "NO", "", "  ", "DK", "NO", "SE", "NO"].map { .string($0) } + [.null]
        ),
        ("zip", .string, (0..<10).map { .string($0 == 3 ? "12a" : "\(1_000 + $0)") }),
        ("customer", .int32, [1, 2, 3, 1, 2, 3, 1, 2, 3, 9].map { .integer($0) }),
        ("day", .date, (0..<10).map { .date(19_783 - Int32($0)) }),
        ("at", .timestamp(zoned: true), (0..<10).map { .timestamp(noon - Int64($0) * 3_600_000_000, zoned: true) }),
        ("paid", .boolean, (0..<10).map { .boolean($0 != 2) }))
}

/// Three customers, of which one has no region.
func customers() throws -> Batch {
    try batch(
        ("id", .int64, [.integer(1), .integer(2), .integer(3)]), ("region", .string, [.string("north"), .null, .string("south")]),
        ("amount", .decimal(precision: 8, scale: 2), [.decimal(100, scale: 2), .decimal(250, scale: 2), .decimal(0, scale: 2)]))
}

/// What came out of a rule set over rows in one batch.
func verdict(
    _ text: String, _ rows: Batch? = nil, others: [String: Batch] = [:], composition: RuleComposition = .column,
    history: FigureHistory = { _, _ in [] }
) throws -> QualityVerdict {
    let rows = try rows ?? orders()
    let bound = try bind(text, rows.schema, others: others, composition: composition)
    var part = bound.makePart(comparingWith: compared(bound, others))
    _ = part.take(rows)
    return try bound.verdict(part, history: history)
}

func bind(
    _ text: String, _ schema: Schema, others: [String: Batch] = [:], composition: RuleComposition = .column
) throws -> BoundRuleSet {
    try BoundRuleSet(
        RuleSet(parsing: text), schema: schema, others: others.mapValues(\.schema), composition: composition, nowMicros: noon)
}

func compared(_ bound: BoundRuleSet, _ others: [String: Batch]) -> [ComparedPart] {
    others.sorted { $0.key < $1.key }.compactMap { name, rows in
        var part = bound.makeComparedPart(name)
        part?.take(rows)
        return part
    }
}

/// The error of a text that does not parse or bind, with the part of the text that it is about.
func failure(_ text: String, others: [String: Batch] = [:]) throws -> (error: ExpressionError, part: String)? {
    let schema = try orders().schema
    do {
        _ = try bind(text, schema, others: others)
        return nil
    } catch let error as ExpressionError {
        let scalars = Array(text.unicodeScalars)
        guard error.range.upperBound <= scalars.count else { return (error, "outside of the text") }
        return (error, String(String.UnicodeScalarView(scalars[error.range])))
    }
}
