import SluiceCore
import Testing

@testable import SluiceExpressions

struct ErrorTests {
    static let schema = Schema(unchecked: [
        Field("dep_delay", .int64), Field("carrier", .string), Field("day", .date), Field("seen", .timestamp(zoned: false)),
        Field("actor", .structure([Field("login", .string)])), Field("tags", .list(.string)),
        Field("price", .decimal(precision: 12, scale: 2)),
        Field("flag", .boolean),
    ])

    @Test(
        "an error says what, where and what to do",
        arguments: [
            ("dep_dely > 15", "unknown-column", 0..<8, "did you mean \"dep_delay\"?"),
            ("carrier = \"AA\"", "unknown-column", 10..<14, "single quotes: 'AA'"),
            ("uper(carrier)", "unknown-function", 0..<4, "did you mean \"upper\"?"),
            ("sum(dep_delay)", "unknown-function", 0..<3, "aggregate step"),
            ("actor.logn", "unknown-column", 6..<10, "did you mean \"login\"?"),
            ("tags.name", "type-error", 0..<9, "list_transform"),
            ("carrier == 'AA'", "syntax-error", 8..<10, "single ="),
            ("flag && flag", "syntax-error", 5..<7, "AND"),
            ("flag || flag", "type-error", 0..<4, "OR"),
            ("!flag", "syntax-error", 0..<1, "NOT"),
            ("(dep_delay + 1", "syntax-error", 14..<14, "character 1 is not closed"),
            ("dep_delay + 1)", "syntax-error", 13..<14, "never opened"),
            ("carrier = 'AA", "syntax-error", 10..<13, "closing '"),
            ("1 < dep_delay < 5", "syntax-error", 14..<15, "BETWEEN"),
            ("'1' + 1", "type-error", 0..<3, "CAST"),
            ("carrier > 5", "type-error", 10..<11, "CAST"),
            ("day > '2024-02-30'", "value-does-not-fit", 6..<18, "2024-01-31"),
            ("DATE '2024-13-01'", "value-does-not-fit", 5..<17, "2024-01-31"),
            ("seen - seen", "type-error", 0..<11, "date_diff"),
            ("INTERVAL '1 day'", "type-error", 0..<16, "INTERVAL"),
            ("day + INTERVAL '1 dya'", "syntax-error", 6..<22, "day"),
            ("substring(carrier)", "type-error", 0..<18, "substring(text, start[, length])"),
            ("round(carrier)", "type-error", 6..<13, "CAST"),
            ("CAST(carrier AS intt)", "type-error", 16..<20, "int"),
            ("CAST(tags AS int64)", "type-error", 0..<19, ""),
            ("CASE WHEN dep_delay THEN 1 END", "type-error", 10..<19, "<> 0"),
            ("CASE WHEN flag THEN 1 ELSE 'x' END", "type-error", 27..<30, "CAST"),
            ("regexp_matches(carrier, '(')", "syntax-error", 24..<27, #"\("#),
            ("regexp_matches(carrier, '(a)\\1')", "syntax-error", 24..<31, "regexp_extract"),
            ("x -> 1", "unknown-column", 0..<1, ""),
            ("list_filter(tags, 1)", "type-error", 18..<19, "list_filter(list, x -> condition)"),
            ("12abc", "syntax-error", 0..<5, "double quotes"),
            ("", "syntax-error", 0..<0, ""),
            ("flag THEN 1", "syntax-error", 5..<9, ""),
            ("dep_delay IN ()", "syntax-error", 14..<15, ""),
            ("count(*)", "syntax-error", 6..<7, "aggregate"),
            ("to_date(carrier, '%Q')", "type-error", 17..<21, "%Y"),
        ])
    func errors(_ text: String, _ code: String, _ range: Range<Int>, _ advice: String) throws {
        // A lambda outside of a call is a matter of syntax, found before names.
        let expected = text == "x -> 1" ? ("syntax-error", 2..<4) : (code, range)
        let error = try #require(failure(text, Self.schema), "\(text) is accepted")
        #expect(error.code.name == expected.0, "\(text): \(error.message)")
        #expect(error.range == expected.1, "\(text): \(error.message)")
        #expect((error.remedy ?? "").contains(advice), "\(text): \(error.remedy ?? "no remedy")")
        #expect(error.message.first?.isUppercase != true || error.message.hasPrefix("IN") || error.message.hasPrefix("ESCAPE"))
    }

    @Test("the caret stands under the part that is wrong, in its line")
    func caret() throws {
        let one = "carrier = \"AA\""
        #expect(try #require(failure(one, Self.schema)).caret(in: one) == "carrier = \"AA\"\n          ^^^^")
        let two = "flag AND\n  dep_dely > 15\nAND flag"
        let error = try #require(failure(two, Self.schema))
        #expect(error.caret(in: two) == "  dep_dely > 15\n  ^^^^^^^^")
        #expect(error.position(in: two) == (2, 3))
        #expect(error.rendered(in: two).hasSuffix("did you mean \"dep_delay\"?"))
        let accents = "'é' = ärger"
        #expect(try #require(failure(accents, Self.schema)).caret(in: accents) == "'é' = ärger\n      ^^^^^")
    }

    @Test("a condition has to be boolean")
    func predicate() throws {
        #expect(throws: ExpressionError.self) { try Expression(parsing: "dep_delay").bindPredicate(to: Self.schema) }
        #expect(try Expression(parsing: "NULL").bindPredicate(to: Self.schema).type == .boolean)
    }

    @Test("nesting stops at the limit and below it works", arguments: ["(", "upper(", "[", "NOT ", "CASE WHEN true THEN "])
    func nesting(_ opening: String) throws {
        let closing = ["(": ")", "upper(": ")", "[": "]", "NOT ": "", "CASE WHEN true THEN ": " END"][opening] ?? ""
        let core = opening == "NOT " ? "true" : "'a'"
        func nested(_ depth: Int) -> String { String(repeating: opening, count: depth) + core + String(repeating: closing, count: depth) }
        #expect(failure(nested(60)) == nil)
        #expect(failure(nested(ExpressionLimits.nesting - 1)) == nil)
        #expect(failure(nested(ExpressionLimits.nesting))?.code == .limitExceeded)
        #expect(failure(nested(20_000 / opening.count))?.code == .limitExceeded)
    }

    @Test("chains of operators and long texts stop at their limits")
    func chains() throws {
        let sum = Array(repeating: "1", count: ExpressionLimits.treeHeight - 1).joined(separator: " + ")
        #expect(try value(sum) == .integer(Int64(ExpressionLimits.treeHeight - 1)))
        #expect(failure(sum + " + 1 + 1")?.code == .limitExceeded)
        let many = Array(repeating: "dep_delay = 1", count: 3000).joined(separator: " OR ")
        #expect(failure(many, Self.schema) == nil)
        let long = "'" + String(repeating: "a", count: ExpressionLimits.textScalars - 2) + "'"
        #expect(failure(long) == nil)
        #expect(failure(long + " ")?.code == .limitExceeded)
    }

    @Test("a part that stands inside itself many times is evaluated once each time, not over and over")
    func nestedForms() throws {
        let table = try batch(("b", .boolean, [.boolean(true), .null]))
        let depth = 60
        for (start, end) in [
            ("(", " BETWEEN b AND true)"), ("(", " IN (b, NOT b))"), ("CASE ", " WHEN b THEN b WHEN NOT b THEN NOT b END"),
        ] {
            let text = String(repeating: start, count: depth) + "b" + String(repeating: end, count: depth)
            #expect(try evaluated(text, table).errors.isEmpty)
        }
    }

    @Test("lambdas inside lambdas stop at the limit of elements")
    func lambdas() throws {
        let list = "[" + Array(repeating: "1", count: 3000).joined(separator: ",") + "]"
        let table = try batch(("b", .boolean, [.boolean(true)]))
        let inner = "list_transform(\(list), y -> if(b, x, y))"
        #expect(try values("list_length(\(inner.replacing("x, y)", with: "1, y)")))", table) == [.integer(3000)])
        #expect(try evaluated("list_transform(\(list), x -> \(inner))", table).errors[0]?.code == .limitExceeded)
    }

    @Test("columns that an expression reads")
    func columns() throws {
        let expression = try Expression(parsing: "\"dep_delay\" + 1 > 2 AND list_filter(tags, x -> x = carrier)[1] = carrier AND x")
        #expect(expression.referencedColumns == ["dep_delay", "tags", "carrier", "x"])
        #expect(expression.soleColumn == nil)
        #expect(try Expression(parsing: " \"my column\" ").soleColumn == "my column")
        let bound = try Expression(parsing: "list_transform(tags, x -> x || carrier)").bind(to: Self.schema)
        #expect(bound.columns == [1, 5])
        #expect(bound.type == .list(.string))
    }

    @Test("words and names in any case and script")
    func names() throws {
        let table = try batch(("größe", .int64, [.integer(3)]), ("date", .date, [.date(0)]), ("odd name", .int64, [.integer(4)]))
        #expect(try values("case when größe > 1 AND NOT false Then \"odd name\" eND", table) == [.integer(4)])
        #expect(try values("date = Date '1970-01-01'", table) == [.boolean(true)])
        #expect(failure("\"GRÖSSE\"", table.schema)?.code == .unknownColumn)
    }
}
