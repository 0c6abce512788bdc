import SluiceCore
import Testing

@testable import SluiceExpressions

/// Columns whose values came in more than one type, and maps.
struct ChoiceTests {
    private static let type = DataType.choice([.int64, .string, .float64])

    private static func rows() throws -> Batch {
        try batch(
            ("c", type, [.integer(5), .string("7"), .null, .float(1.5), .string("x"), .integer(-1)]),
            ("n", .int64, [.integer(1), .integer(2), .integer(3), .null, .integer(5), .integer(6)]),
            ("d", .choice([.int64, .string]), [.string("a"), .null, .integer(1), .null, .null, .integer(2)]))
    }

    @Test("each row is cast from the type that it came in")
    func casts() throws {
        let batch = try Self.rows()
        let strict = try evaluated("CAST(c AS int64)", batch)
        #expect(strict.column.values == [.integer(5), .integer(7), .null, .null, .null, .integer(-1)])
        #expect(strict.errors.byRow.keys.sorted() == [3, 4])
        #expect(strict.errors[4]?.message == "\"x\" is not a valid int64, in CAST(c AS int64)")
        #expect(try values("TRY_CAST(c AS int64)", batch) == strict.column.values)
        #expect(
            try values("CAST(c AS string)", batch) == [.string("5"), .string("7"), .null, .string("1.5"), .string("x"), .string("-1")])
        #expect(try values("TRY_CAST(c AS float64) * 2", batch) == [.float(10), .float(14), .null, .float(3), .null, .float(-2)])
    }

    @Test("a row whose type has no cast to the target fails, the others do not")
    func impossibleCasts() throws {
        let batch = try batch(("c", .choice([.list(.int64), .int64]), [.list([.integer(1)]), .integer(2), .null]))
        let result = try evaluated("CAST(c AS int32)", batch)
        #expect(result.column.values == [.null, .integer(2), .null])
        #expect(result.errors.byRow.keys.sorted() == [0])
        #expect(failure("CAST(c AS date)", batch.schema)?.code == .typeError)
    }

    @Test("typeof gives the type of each row")
    func types() throws {
        #expect(
            try values("typeof(c)", Self.rows()) == [
                .string("int64"), .string("string"), .null, .string("float64"), .string("string"), .string("int64"),
            ])
    }

    @Test("null tests, coalesce, CASE and paths hand choices on")
    func handedOn() throws {
        let batch = try Self.rows()
        #expect(try values("c IS NULL", batch) == [false, false, true, false, false, false].map { .boolean($0) })
        let expected: [Value] = [.integer(5), .string("7"), .integer(3), .float(1.5), .string("x"), .integer(-1)]
        #expect(try values("coalesce(c, n)", batch) == expected)
        #expect(try values("coalesce(CAST(d AS choice<int64, string, float64>), c)", batch)[1...2] == [.string("7"), .integer(1)])
        #expect(try values("CASE WHEN n > 2 THEN c END", batch) == [.null, .null, .null, .null, .string("x"), .integer(-1)])
        #expect(try values("[c, c][2]", batch) == batch.columns[0].values)
        #expect(try values("to_json(c)", batch)[0...3] == [.string("5"), .string("\"7\""), .null, .string("1.5")])
    }

    @Test(
        "comparing or computing with a choice is a type error that says to cast",
        arguments: [
            "c = 5", "5 < c", "c = d", "c IN (1, 2)", "c BETWEEN 1 AND 2", "c IS DISTINCT FROM 5", "c + 1", "-c", "NOT c",
            "CASE c WHEN 1 THEN 2 END", "greatest(c, 1)", "nullif(c, 1)", "c.part", "n = c", "CASE WHEN c THEN 1 END",
        ])
    func errors(_ text: String) throws {
        let error = failure(text, try Self.rows().schema)
        #expect(error?.code == .typeError)
        #expect(error?.remedy?.uppercased().contains("CAST(") == true, "\(error?.message ?? "no error") \(error?.remedy ?? "-")")
    }

    @Test("a choice in a list or struct compares by type, then by value")
    func nested() throws {
        let type = DataType.list(.choice([.int64, .string]))
        let batch = try batch(
            ("a", type, [.list([.integer(1)]), .list([.string("x")])]), ("b", type, [.list([.integer(1)]), .list([.integer(9)])]))
        #expect(try values("a = b", batch) == [.boolean(true), .boolean(false)])
        #expect(try values("a > b", batch) == [.boolean(false), .boolean(true)])
    }

    @Test("maps compare, cast and print")
    func maps() throws {
        let type = DataType.map(key: .string, value: .int32)
        let first = Value.map([.init(.string("a"), .integer(1)), .init(.string("b"), .null)])
        let batch = try batch(
            ("m", type, [first, .null, .map([])]), ("k", type, [first, first, .map([.init(.string("z"), .integer(3))])]))
        #expect(try values("m = k", batch) == [.boolean(true), .null, .boolean(false)])
        #expect(try values("m < k", batch) == [.boolean(false), .null, .boolean(true)])
        #expect(try values("CAST(m AS string)", batch) == [.string(#"{"a":1,"b":null}"#), .null, .string("{}")])
        let wide = try evaluated("CAST(m AS map<string, string>)", batch)
        #expect(wide.column[0].json == #"{"a":"1","b":null}"#)
        let failed = try evaluated("CAST(m AS map<int64, int32>)", batch)
        #expect(failed.errors.byRow.keys.sorted() == [0])
        #expect(try values("coalesce(m, k)", batch)[1] == first)
    }
}
