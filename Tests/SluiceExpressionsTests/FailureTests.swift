import SluiceCore
import Testing

@testable import SluiceExpressions

/// Failures of rows: where they count and where not.
struct FailureTests {
    let table: Batch

    init() throws {
        table = try batch(
            ("x", .int64, [.integer(0), .integer(2), .null, .integer(5)]),
            ("t", .string, [.string("7"), .string("seven"), .null, .string(" 7")]))
    }

    private func failed(_ text: String) throws -> [Int] { try evaluated(text, table).errors.byRow.keys.sorted() }

    @Test("a failing row is null, has a code and a message that quotes the value, and names the column")
    func plain() throws {
        let result = try evaluated("10 // x", table)
        #expect(result.column.values == [.null, .integer(5), .null, .integer(2)])
        #expect(result.errors[0] == RowError(.divisionByZero, "10 // 0 is undefined, in 10 // x", column: "x"))
        #expect(result.errors.count == 1)
        let cast = try evaluated("t::int32", table)
        #expect(cast.column.values == [.integer(7), .null, .null, .null])
        #expect(cast.errors[1] == RowError(.valueDoesNotFit, "\"seven\" is not a valid int32, in t::int32", column: "t"))
        #expect(cast.errors[3]?.message == "\" 7\" is not a valid int32, in t::int32")
    }

    @Test(
        "only the branch that decides a row can fail it",
        arguments: [
            ("x <> 0 AND 10 / x > 1", [Int]()), ("10 / x > 1 AND x <> 0", [0]), ("x = 0 OR 10 / x > 1", []), ("x <> 0 OR 10 / x > 1", [0]),
            ("CASE WHEN x = 0 THEN 0 ELSE 10 / x END", []), ("CASE WHEN 10 / x > 3 THEN 1 ELSE 0 END", [0]),
            ("CASE x WHEN 0 THEN 10 / x ELSE 1 END", [0]), ("if(x > 0, 10 / x, -1)", []), ("coalesce(x, t::int64)", []),
            ("coalesce(nullif(x, 0), t::int64)", []), ("coalesce(nullif(x, 2), t::int64)", [1]), ("coalesce(10 / x, 1)", [0]),
            ("10 / x IS NULL", [0]), ("NOT (10 / x > 1)", [0]), ("10 / x IN (1, 2)", [0]), ("concat(10 / x, 'a')", [0]),
            ("greatest(10 / x, 1)", [0]), ("x BETWEEN 10 / x AND 5", [0]), ("[10 / x]", [0]), ("nullif(1, 10 / x)", [0]),
            ("try(10 / x) IS NULL", []), ("coalesce(try(t::int64), 10 / x)", []), ("try(t::int64 + 10 / x)", []),
            ("TRY_CAST(t AS int64)", []), ("CASE WHEN x = 0 THEN 1 / 0 END", [0]), ("CASE WHEN false THEN 1 / 0 END", []),
            ("1 / 0", [0, 1, 2, 3]),
            ("false AND 1 / 0 > 1", []), ("list_transform([x, 1], e -> 10 / e)", [0]),
            ("list_filter([x, 1], e -> e <> 0 AND 10 / e > 1)", []), ("try(list_transform([x, 1], e -> 10 / e))", []),
        ])
    func branches(_ text: String, _ rows: [Int]) throws { #expect(try failed(text) == rows, "\(text)") }

    @Test("TRY is null exactly where its argument fails, also inside COALESCE and AND")
    func tries() throws {
        #expect(try values("try(coalesce(10 / x, 1))", table) == [.null, .float(5), .float(1), .float(2)])
        #expect(try values("try(10 / x > 3 AND false)", table) == [.null, .boolean(false), .boolean(false), .boolean(false)])
        #expect(try values("coalesce(try(10 / x), -1)", table) == [.float(-1), .float(5), .float(-1), .float(2)])
        #expect(try values("TRY_CAST(t AS int64)", table) == [.integer(7), .null, .null, .null])
    }

    @Test(
        "arithmetic that leaves its type fails",
        arguments: [
            ("9223372036854775807 + 1", "overflow"), ("-9223372036854775807 - 2", "overflow"), ("3037000500 * 3037000500", "overflow"),
            ("cast('-9223372036854775808' as int64) // -1", "overflow"), ("-cast('-9223372036854775808' as int64)", "overflow"),
            ("abs(cast('-9223372036854775808' as int64))", "overflow"), ("7 % 0", "division-by-zero"), ("7.5 // 0", "division-by-zero"),
            ("cast('9' as decimal(38,0)) * cast('99999999999999999999999999999999999999' as decimal(38,0))", "overflow"),
            ("cast('99999999999999999999999999999999999999' as decimal(38,0)) + 1", "overflow"),
            ("cast(1 as decimal(5,2)) % 0", "division-by-zero"), ("DATE '9999-12-31' + 1", "overflow"),
            ("DATE '2024-01-01' + 9223372036854775807", "overflow"),
            ("DATE '2024-01-01' + INTERVAL '99999 years'", "overflow"), ("TIMESTAMP '9999-12-31 23:00:00' + INTERVAL 1 HOUR", "overflow"),
            ("repeat('ab', 9000000)", "limit-exceeded"), ("lpad('a', 99999999)", "limit-exceeded"),
            ("replace(repeat('a', 10000), 'a', repeat('b', 10000))", "limit-exceeded"),
        ])
    func overflow(_ text: String, _ code: String) throws { #expect(try rowFailure(text) == code, "\(text)") }

    @Test("what is just inside a type works")
    func bounds() throws {
        #expect(try value("9223372036854775806 + 1") == .integer(.max))
        #expect(try value("cast('-9223372036854775808' as int64) % -1") == .integer(0))
        #expect(try value("-9223372036854775808") == .integer(.min))
        #expect(try value("9223372036854775808").json == "9223372036854775808")
        #expect(try value("typeof(9223372036854775808)") == .string("decimal(19,0)"))
        #expect(try value("DATE '9999-12-30' + 1").json == "\"9999-12-31\"")
        #expect(try value("DATE '2024-01-31' + INTERVAL '1 month'").json == "\"2024-02-29\"")
        #expect(try value("DATE '2024-01-31' - DATE '2023-12-31'") == .integer(31))
        #expect(try value("DATE '2024-01-01' + INTERVAL '1 day 2 hours'").json == "\"2024-01-02T02:00:00\"")
    }
}
