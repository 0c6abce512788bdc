import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceExpressions

/// Evaluating a column at a time is the same as evaluating each row alone.
struct PropertyTests {
    private static let schema = Schema(unchecked: [
        Field("i", .int64), Field("j", .int32), Field("f", .float64), Field("d", .decimal(precision: 10, scale: 2)), Field("t", .string),
        Field("u", .string), Field("b", .boolean), Field("day", .date), Field("at", .timestamp(zoned: false)), Field("xs", .list(.int64)),
    ])

    private static func value(_ type: DataType, _ generator: inout Seeded) -> Value {
        if Int.random(in: 0..<4, using: &generator) == 0 { return .null }
        let small = Int64.random(in: -4...4, using: &generator)
        switch type {
        case .int64: return .integer(Int.random(in: 0..<10, using: &generator) == 0 ? .max : small)
        case .int32: return .integer(small)
        case .float64: return .float([0, 0.5, -1.5, .nan, .infinity, 1e300][Int.random(in: 0..<6, using: &generator)])
        case .decimal: return .decimal(Int128(small) * 125, scale: 2)
        case .boolean: return .boolean(small > 0)
        case .date: return .date(Int32(small) * 400)
        case .timestamp: return .timestamp(small * 86_399_999_999, zoned: false)
        case .list: return .list((0..<max(0, small)).map { $0 == 2 ? .null : .integer($0) })
        default: return .string(["", "a", "7", "-3.5", "né", "2024-02-29", "a,b", "A%"][Int.random(in: 0..<8, using: &generator)])
        }
    }

    private static let numbers = ["i", "j", "f", "d", "2", "0", "1.5", "length(t)", "xs[1]", "year(day)", "NULL", "TRY_CAST(t AS int64)"]
    private static let texts = [
        "t", "u", "'a'", "upper(t)", "t || u", "substring(t, j, 2)", "CAST(i AS string)", "concat(t, f)", "replace(t, 'a', u)",
        "CAST(NULL AS string)",
    ]

    private static func number(_ depth: Int, _ generator: inout Seeded) -> String {
        guard depth > 0 else { return numbers.randomElement(using: &generator)! }
        let a = number(depth - 1, &generator)
        let b = number(depth - 1, &generator)
        switch Int.random(in: 0..<12, using: &generator) {
        case 0...4: return "(\(a) \(["+", "-", "/", "//", "%"].randomElement(using: &generator)!) \(b))"
        case 5: return "CASE WHEN \(condition(depth - 1, &generator)) THEN \(a) ELSE \(b) END"
        case 6: return "coalesce(\(a), \(b))"
        case 7: return "try(\(a) // \(b))"
        case 8: return "nullif(\(a), \(b))"
        case 9: return "greatest(\(a), \(b), j)"
        case 10: return "round(\(a), 1)"
        default: return "list_transform(xs, x -> \(a) + x)[1]"
        }
    }

    private static func condition(_ depth: Int, _ generator: inout Seeded) -> String {
        let comparison = ["=", "<>", "<", "<=", ">", ">=", "IS DISTINCT FROM"].randomElement(using: &generator)!
        switch Int.random(in: 0..<9, using: &generator) {
        case 0, 1: return "\(number(max(depth, 0), &generator)) \(comparison) \(number(0, &generator))"
        case 2: return "\(texts.randomElement(using: &generator)!) \(comparison) \(texts.randomElement(using: &generator)!)"
        case 3 where depth > 0: return "(\(condition(depth - 1, &generator)) AND \(condition(depth - 1, &generator)))"
        case 4 where depth > 0: return "(\(condition(depth - 1, &generator)) OR NOT \(condition(depth - 1, &generator)))"
        case 5: return "\(texts.randomElement(using: &generator)!) LIKE \(["'%a%'", "u", "'_'"].randomElement(using: &generator)!)"
        case 6: return "i IN (\(number(0, &generator)), 2, j)"
        case 7: return "at BETWEEN '1970-01-01' AND day + INTERVAL '1 month'"
        default:
            return ["b", "b IS NOT TRUE", "day > DATE '1970-01-01'", "t IN ('a', '7', NULL, 'b')", "list_contains(xs, j)"].randomElement(
                using: &generator)!
        }
    }

    @Test("a batch gives what its rows give alone", arguments: Rounds.of(8))
    func columnsAndRows(_ round: Int) throws {
        let seed = UInt64(round) &* 7919 &+ 11
        var generator = Seeded(seed: seed)
        let rowCount = [1, 3, 64, 65, 130, 7, 63, 100][round]
        let columns = try Self.schema.fields.map { field in
            try ColumnBuilder.column(field.type, (0..<rowCount).map { _ in Self.value(field.type, &generator) })
        }
        let batch = Batch(Self.schema, columns, rowCount: rowCount)
        var bound = 0
        for _ in 0..<60 {
            let text = Bool.random(using: &generator) ? Self.number(2, &generator) : Self.condition(2, &generator)
            let expression: BoundExpression
            do { expression = try Expression(parsing: text).bind(to: Self.schema) } catch {
                // Types of random parts need not go together; anything but a type error is a bug.
                #expect(error.code == .typeError, "\(text): \(error.message), seed \(seed)")
                continue
            }
            bound += 1
            let whole = expression.evaluate(batch)
            #expect(whole.column.count == rowCount && whole.column.type == expression.type)
            for row in 0..<rowCount {
                let alone = expression.evaluate(batch.slice(row..<(row + 1)))
                #expect(alone.column[0].json == whole.column[row].json, "\(text), row \(row) of seed \(seed)")
                #expect(alone.errors[0] == whole.errors[row], "\(text), row \(row) of seed \(seed)")
                #expect(whole.errors[row] == nil || whole.column.isNull(row), "\(text), row \(row) of seed \(seed)")
            }
        }
        #expect(bound > 30, "too few of the random expressions have types that go together")
    }

    @Test("an empty batch gives an empty column", arguments: FunctionCatalog.manuals.flatMap(\.examples).indices)
    func empty(_ index: Int) throws {
        let text = FunctionCatalog.manuals.flatMap(\.examples)[index].call
        guard failure(text) == nil else { return }
        let bound = try Expression(parsing: text).bind(to: .empty)
        #expect(bound.evaluate(Batch(.empty, [], rowCount: 0)).column.count == 0)
        #expect(bound.evaluate(Batch(.empty, [], rowCount: 3)).column.count == 3)
    }
}
