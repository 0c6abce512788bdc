import SluiceCore
import SluiceQuery
import SluiceTestKit
import Testing

/// The engine and SQLite answer alike, whichever of the two is asked.
@Suite("one answer, two ways")
struct SameAnswerTests {
    /// Rows with nulls, repeated values, and texts that look like numbers.
    private static func rows(_ count: Int, using generator: inout SeededGenerator) -> String {
        var text = "id,k,name,x,y,d,at,ok,price\n"
        for row in 0..<count {
            func maybe(_ value: String) -> String { Int.random(in: 0..<8, using: &generator) == 0 ? "" : value }
            let month = Int.random(in: 1...3, using: &generator), day = Int.random(in: 1...28, using: &generator)
            let name = ["ann", "Bob", "bob", "12", "x_y", "50%", "é"].randomElement(using: &generator) ?? ""
            let x = Int.random(in: -3...9, using: &generator), y = Double(Int.random(in: -20...20, using: &generator)) / 4
            let cents = Int.random(in: 0...9_999, using: &generator)
            text +=
                "\(row),\(maybe(["p", "q", "r"].randomElement(using: &generator) ?? "")),\(maybe(name)),\(maybe("\(x)")),\(maybe("\(y)")),"
            text += "\(maybe("2024-0\(month)-\(day < 10 ? "0" : "")\(day)")),\(maybe("2024-0\(month)-01T0\(day % 10):00:00Z")),"
            text +=
                "\(maybe(Bool.random(using: &generator) ? "true" : "false")),\(maybe("\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)"))\n"
        }
        return text
    }

    private static let columns: [(String, String)] = [
        ("id", "int64"), ("k", "string"), ("name", "string"), ("x", "int32"), ("y", "float64"), ("d", "date"), ("at", "timestamptz"),
        ("ok", "boolean"), ("price", "decimal(10,2)"),
    ]

    private static let conditions = [
        "x > 2", "x BETWEEN -1 AND 4", "NOT x = 3", "x IN (1, 2, NULL)", "x NOT IN (1, 2)", "y < 1.5", "y >= x", "name = 'bob'",
        "name < 'b'",
        "name LIKE 'b%'", "name LIKE '_o_'", "name NOT LIKE '%\\%%'", "name IS NULL", "k IS NOT NULL AND x IS NULL", "d >= '2024-02-01'",
        "d = '2024-01-05' OR k = 'p'", "at < '2024-02-01T05:00:00Z'", "ok", "NOT ok", "ok AND x > 0", "price > 50", "price <= 12.5",
        "x + 1 > y * 2",
        "x / 2 = 1", "x % 3 = 1", "y / x > 1", "coalesce(x, 0) = 0", "length(name) = 3", "k || name = 'pbob'", "abs(x) > 2",
        "name IN ('ann', 'é')",
        "CASE WHEN x > 3 THEN 'big' WHEN x > 0 THEN 'small' END = 'small'", "nullif(k, 'p') IS NULL",
        "d BETWEEN '2024-01-10' AND '2024-02-20'",
        "(x > 1 OR y > 1) AND NOT (k = 'q')", "-x > 1", "1 < x", "F.x > 2",
    ]
    private static let keys = [
        "k", "name", "x", "ok", "d", "x + 1", "x / 2", "coalesce(k, 'none')", "CASE WHEN x > 2 THEN 'a' ELSE 'b' END",
    ]
    private static let aggregates = [
        "count(*)", "avg(CASE WHEN x > 2 THEN 1.0 ELSE 0 END)", "avg(CASE WHEN x > 2 THEN y ELSE x END)", "count(x)", "count(DISTINCT x)",
        "count(DISTINCT name)", "sum(x)", "avg(x)", "min(x)", "max(y)", "sum(y)", "avg(y)",
        "min(name)",
        "max(d)", "min(at)", "sum(x * 2)", "sum(x) / count(*)", "max(x) - min(x)", "sum(price)", "avg(price)", "max(price)", "count(x) + 1",
    ]
    private static let items = [
        "id", "k", "name AS n", "x", "y", "d", "at", "ok", "price", "x + y AS s", "x * 3", "x / 4 AS q", "x % 4", "y / 2.0",
        "k || '-' || name",
        "coalesce(name, k, '?')", "iif(x > 2, name, k)", "CASE WHEN ok THEN 'yes' ELSE 'no' END AS c", "abs(y)", "length(name)", "-x",
        "NAME", "\"x\"", "f.K",
    ]

    private static func query(using generator: inout SeededGenerator) -> String {
        func some(_ list: [String], _ most: Int) -> [String] {
            Array(list.shuffled(using: &generator).prefix(Int.random(in: 1...most, using: &generator)))
        }
        let filter = Int.random(in: 0..<4, using: &generator) == 0 ? "" : " WHERE " + some(conditions, 2).joined(separator: " AND ")
        let from = " FROM 'rows.csv' f" + filter
        if Bool.random(using: &generator) {
            let groups = some(keys, 2)
            let list = groups + some(aggregates, 4)
            let having = Int.random(in: 0..<3, using: &generator) == 0 ? " HAVING count(*) > 2" : ""
            let order = Bool.random(using: &generator) ? "" : " ORDER BY 1 DESC"
            return "SELECT \(list.joined(separator: ", "))\(from) GROUP BY \(groups.joined(separator: ", "))\(having)\(order)"
        }
        if Int.random(in: 0..<4, using: &generator) == 0 { return "SELECT \(some(aggregates, 5).joined(separator: ", "))\(from)" }
        let distinct = Int.random(in: 0..<4, using: &generator) == 0
        if distinct { return "SELECT DISTINCT \(some(["k", "name", "x", "ok", "d"], 3).joined(separator: ", "))\(from)" }
        let order = Bool.random(using: &generator) ? " ORDER BY x DESC, id LIMIT 20" : ""
        return "SELECT \(some(items, 5).joined(separator: ", "))\(from)\(order)"
    }

    @Test("generated queries have the same rows either way", arguments: Rounds.of(8))
    func generated(_ seed: Int) async throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let inquiry = try Inquiry()
        inquiry.columns = Self.columns
        try inquiry.directory.write("rows.csv", Self.rows(300, using: &generator))
        var byEngine = 0
        for _ in 0..<60 {
            let query = Self.query(using: &generator)
            let one = try await inquiry.ask(query)
            if one.summary.path == "engine" { byEngine += 1 }
            let other = try await inquiry.ask(query, .sqlite)
            let (left, right) = (Canonical.set(one.rows), Canonical.set(other.rows))
            #expect(left == right, "seed \(seed): \(query)\n\(one.summary.path) \(left.prefix(6))\nsqlite \(right.prefix(6))")
            #expect(one.schema.names == other.schema.names, "seed \(seed): \(query)")
            if query.contains("ORDER BY x DESC, id") { #expect(one.rows.map(Canonical.row) == other.rows.map(Canonical.row), "\(query)") }
        }
        #expect(byEngine > 20, "seed \(seed): the engine answered \(byEngine) of 60")
    }

    @Test("the engine answers what means the same, and says why it does not answer the rest")
    func paths() async throws {
        let inquiry = try Inquiry()
        inquiry.columns = Self.columns
        var generator = SeededGenerator(seed: 1)
        try inquiry.directory.write("rows.csv", Self.rows(10, using: &generator))
        for query in [
            "SELECT * FROM 'rows.csv'", "SELECT k, count(*) FROM 'rows.csv' GROUP BY 1 ORDER BY 2 DESC LIMIT 3",
            "SELECT month(d) AS m FROM 'rows.csv'",
            "select Name, X from 'rows.csv' as r where r.X >= 1 order by r.name",
        ] {
            #expect(try await inquiry.explain(query).hasPrefix("answered by: engine"), "\(query)")
        }
        for (query, reason) in [
            ("SELECT a.id FROM 'rows.csv' a, 'rows.csv' b", "tables without equal columns"),
            ("SELECT lower(name) FROM 'rows.csv'", "the function lower"),
            ("SELECT x > 1 FROM 'rows.csv'", "0 or 1"), ("SELECT id FROM 'rows.csv' WHERE name = 12", "texts with integers"),
            ("SELECT sum(x) OVER () FROM 'rows.csv'", "a window function"), ("SELECT id FROM 'rows.csv' LIMIT 1 OFFSET 2", "OFFSET"),
        ] {
            let text = try await inquiry.explain(query)
            #expect(text.hasPrefix("answered by: SQLite, because of") && text.contains(reason), "\(query): \(text)")
        }
    }
}
