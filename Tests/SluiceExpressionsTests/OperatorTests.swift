import SluiceCore
import Testing

@testable import SluiceExpressions

struct OperatorTests {
    @Test(
        "operators bind as in SQL",
        arguments: [
            ("1 + 2 * 3", "7"), ("(1 + 2) * 3", "9"), ("10 - 4 - 3", "3"), ("2 * 3 % 4", "2"), ("-2 * 3", "-6"), ("- (2 + 1)", "-3"),
            ("7 / 2", "3.5"), ("7 // 2", "3"), ("-7 // 2", "-3"), ("-7 % 3", "-1"), ("1 - -1", "2"), ("2 - 1 -- a comment", "1"),
            ("NOT 1 = 2", "true"), ("NOT false AND false", "false"), ("true OR false AND false", "true"),
            ("1 + 1 = 2 AND 'a' < 'b'", "true"),
            ("'a' || 'b' || 'c' = 'abc'", "true"), ("1 BETWEEN 0 AND 2 AND true", "true"), ("3 NOT BETWEEN 0 AND 2", "true"),
            ("-1::string", "\"-1\""), ("[1, 2, 3][2]", "2"), ("[1, 2, 3][-1]", "3"), ("1 IS NULL OR true", "true"),
            ("CASE WHEN 1 > 2 THEN 'a' WHEN 2 > 1 THEN 'b' ELSE 'c' END", "\"b\""), ("CASE 2 WHEN 1 THEN 10 WHEN 2 THEN 20 END", "20"),
            ("1.5 + 1", "2.5"), ("cast('12.30' as decimal(6,2)) + 1.005", "13.305"), ("cast('2.50' as decimal(6,2)) * 2", "5.00"),
            ("cast(7 as decimal(5,1)) % 2.5", "2.0"), ("cast(7 as decimal(5,1)) // 2", "3"), ("'x' IN ('a', 'x')", "true"),
            ("3 NOT IN (1, 2)", "true"),
        ])
    func precedence(_ text: String, _ expected: String) throws {
        #expect(try value(text).json == expected, "\(text)")
    }

    @Test("AND, OR and NOT follow three-valued logic")
    func truthTables() throws {
        let three: [Value] = [.boolean(true), .boolean(false), .null]
        let left = three.flatMap { [$0, $0, $0] }
        let table = try batch(("a", .boolean, left), ("b", .boolean, three + three + three))
        let (t, f, n) = (three[0], three[1], three[2])
        #expect(try values("a AND b", table) == [t, f, n, f, f, f, n, f, n])
        #expect(try values("a OR b", table) == [t, t, t, t, f, n, t, n, n])
        #expect(try values("NOT a", table) == [f, f, f, t, t, t, n, n, n])
        #expect(try values("a = b", table) == [t, f, n, f, t, n, n, n, n])
        #expect(try values("a IS DISTINCT FROM b", table) == [f, t, t, t, f, t, t, t, f])
        #expect(try values("a IS TRUE", table) == [t, t, t, f, f, f, f, f, f])
        #expect(try values("a IS NOT FALSE", table) == [t, t, t, f, f, f, t, t, t])
        #expect(try values("a IN (b, true)", table) == [t, t, t, f, t, n, n, n, n])
        #expect(try values("a IS NULL", table) == [f, f, f, f, f, f, t, t, t])
    }
}
