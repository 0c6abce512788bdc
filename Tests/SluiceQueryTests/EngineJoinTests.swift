import SluiceCore
import SluiceQuery
import SluiceTestKit
import Testing

/// Joins, sub-queries, common table expressions and unions that the engine answers, against SQLite on the same files.
@Suite("joins in the engine")
struct EngineJoinTests {
    /// Orders, customers and regions, with nulls and doubles among the keys.
    static func inquiry(_ seed: Int, orders: Int = 200) throws -> Inquiry {
        var generator = SeededGenerator(seed: UInt64(seed))
        let inquiry = try Inquiry()
        func maybe(_ value: String) -> String { Int.random(in: 0..<9, using: &generator) == 0 ? "" : value }
        var text = "id,c,k,x,y,d,price\n"
        for row in 0..<orders {
            let c = Int.random(in: 0..<14, using: &generator), k = ["p", "q", "r", "s"].randomElement(using: &generator) ?? ""
            let x = Int.random(in: -3...9, using: &generator), y = Double(Int.random(in: -20...20, using: &generator)) / 4
            let day = Int.random(in: 10...28, using: &generator), cents = Int.random(in: 100...9_999, using: &generator)
            text += "\(row),\(maybe("\(c)")),\(maybe(k)),\(maybe("\(x)")),\(maybe("\(y)")),\(maybe("2024-01-\(day)")),"
            text += maybe("\(cents / 100).\(10 + cents % 90)") + "\n"
        }
        try inquiry.directory.write("o.csv", text)
        var customers = "c,name,k,x,region\n"
        for c in 0..<16 {
            let region = ["north", "south", "east"].randomElement(using: &generator) ?? ""
            let x = Int.random(in: -3...9, using: &generator)
            customers +=
                "\(c % 12),n\(c),\(maybe(["p", "q", "t"].randomElement(using: &generator) ?? "")),\(maybe("\(x)")),\(maybe(region))\n"
        }
        try inquiry.directory.write("c.csv", customers + ",nobody,p,1,north\n")
        try inquiry.directory.write("r.csv", "region,manager\nnorth,Ann\nsouth,Bob\nwest,Cy\n")
        return inquiry
    }

    private static let froms = [
        "O o JOIN C c ON c.c = o.c", "O o INNER JOIN C c ON o.c = c.c AND o.k = c.k", "C c JOIN O o ON c.c = o.c", "O o, C c",
        "O o LEFT JOIN C c ON c.c = o.c", "O o LEFT JOIN C c ON c.c = o.c AND c.x > 2", "C c LEFT JOIN O o ON c.c = o.c",
        "C c LEFT JOIN O o ON c.c = o.c AND o.x > 7", "C c RIGHT JOIN O o ON c.c = o.c", "O o RIGHT JOIN C c ON c.c = o.c AND o.x > 0",
        "O o FULL JOIN C c ON c.c = o.c", "O o JOIN C c ON c.c = o.c AND o.x < c.x", "O o JOIN C c ON o.c + 1 = c.c",
    ]
    private static let filters = [
        "o.x > 1", "c.region = 'north'", "c.region IS NULL", "o.x > c.x", "o.k = 'p' OR c.k = 'q'", "o.d >= '2024-01-15'",
        "c.name <> 'n3'", "o.id BETWEEN 20 AND 150", "o.k IN ('p', 'q')", "c.name LIKE 'n1%'", "o.price > 20",
        "o.c IN (SELECT c FROM C WHERE region = 'north')", "o.k NOT IN (SELECT k FROM C WHERE k IS NOT NULL)",
        "o.c NOT IN (SELECT c FROM C WHERE x > 6 AND c < 9)", "EXISTS (SELECT 1 FROM R r WHERE r.region = c.region)",
        "NOT EXISTS (SELECT * FROM R r WHERE r.region = c.region AND r.manager = 'Ann')", "o.y > (SELECT avg(y) FROM O)",
        "o.k NOT IN (SELECT k FROM C)",
    ]
    private static let keys = ["c.region", "o.k", "c.name", "o.x", "o.k || c.region", "coalesce(c.region, 'none')"]
    private static let aggregates = [
        "count(*)", "count(*) FILTER (WHERE o.x > 2)", "sum(o.x) FILTER (WHERE c.region = 'north')",
        "count(DISTINCT o.k) FILTER (WHERE o.y > 0)", "count(c.name)", "sum(o.x)", "avg(o.y)", "max(o.price)", "count(DISTINCT o.k)",
        "sum(o.x * c.x)", "min(o.d)",
        "sum(o.price)",
    ]
    private static let items = ["o.id", "c.name", "region", "o.x + c.x AS s", "manager", "o.k", "c.k", "price", "o.d AS day"]

    /// A query with the names of files for those of tables.
    static func files(_ query: String) -> String {
        var text = query + " "
        for (name, file) in [("O", "o.csv"), ("C", "c.csv"), ("R", "r.csv")] {
            for word in ["FROM ", "JOIN ", ", "] {
                for end in [" ", ")"] { text = text.replacing("\(word)\(name)\(end)", with: "\(word)'\(file)'\(end)") }
            }
        }
        return String(text.dropLast())
    }

    private static func query(using generator: inout SeededGenerator) -> String {
        func some(_ list: [String], _ count: ClosedRange<Int>) -> [String] {
            Array(list.shuffled(using: &generator).prefix(Int.random(in: count, using: &generator)))
        }
        var from = froms.randomElement(using: &generator) ?? ""
        var conditions = some(filters, 0...2)
        if from == "O o, C c" { conditions.append("o.c = c.c") }
        let hasRegions = Bool.random(using: &generator)
        if hasRegions {
            from += Bool.random(using: &generator) ? " JOIN R r ON r.region = c.region" : " LEFT JOIN R r ON c.region = r.region"
        }
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        if Bool.random(using: &generator) {
            let groups = some(keys, 1...2)
            let having = Int.random(in: 0..<4, using: &generator) == 0 ? " HAVING count(*) > 3" : ""
            let list = (groups + some(aggregates, 1...3)).joined(separator: ", ")
            return "SELECT \(list) FROM \(from)\(filter) GROUP BY \(groups.joined(separator: ", "))\(having) ORDER BY 1"
        }
        var list = some(items.filter { hasRegions ? $0 != "region" : $0 != "manager" }, 1...4)
        if Int.random(in: 0..<5, using: &generator) == 0 { list = ["c.*", "o.id"] }
        return "SELECT \(list.joined(separator: ", ")) FROM \(from)\(filter)"
    }

    @Test("generated joins have the same rows either way", arguments: Rounds.of(8))
    func generated(_ seed: Int) async throws {
        var generator = SeededGenerator(seed: UInt64(seed + 100))
        let inquiry = try Self.inquiry(seed)
        var byEngine = 0
        for _ in 0..<50 {
            let query = Self.files(Self.query(using: &generator))
            let one = try await inquiry.ask(query)
            if one.summary.path == "engine" { byEngine += 1 }
            let other = try await inquiry.ask(query, .sqlite)
            let (left, right) = (Canonical.set(one.rows), Canonical.set(other.rows))
            #expect(
                left == right,
                "seed \(seed): \(query)\n\(one.summary.path) \(left.count) \(left.prefix(6))\nsqlite \(right.count) \(right.prefix(6))")
            #expect(one.schema.names == other.schema.names, "seed \(seed): \(query)")
        }
        #expect(byEngine > 35, "seed \(seed): the engine answered \(byEngine) of 50")
    }

    /// What data engineers write.
    static let whole = [
        "SELECT c.region, count(*) AS n, sum(o.x) AS s FROM O o JOIN C c USING (c) GROUP BY c.region ORDER BY n DESC, 1 LIMIT 2",
        "SELECT * FROM O o JOIN C c USING (c)", "SELECT * FROM C c LEFT JOIN R r ON r.region = c.region",
        "WITH big AS (SELECT * FROM O WHERE x > 3) SELECT k, count(*), avg(y) FROM big GROUP BY k",
        "WITH n AS (SELECT c, count(*) AS n FROM O GROUP BY c) SELECT c.name, n.n FROM C c LEFT JOIN n ON n.c = c.c WHERE c.x > 0",
        "WITH a AS (SELECT k, sum(x) AS s FROM O GROUP BY k), b(key, total) AS (SELECT k, sum(x) FROM C GROUP BY k) SELECT a.k, s, total FROM a JOIN b ON b.key = a.k",
        "SELECT t.region, max(t.n) FROM (SELECT c.region, o.k, count(*) AS n FROM O o JOIN C c ON c.c = o.c GROUP BY c.region, o.k) t GROUP BY t.region",
        "SELECT c, x FROM O UNION ALL SELECT c, x FROM C", "SELECT k FROM O UNION SELECT k FROM C ORDER BY k",
        "SELECT k, count(*) FROM (SELECT k FROM O UNION ALL SELECT k FROM C) GROUP BY k",
        "SELECT o.id, o.x, (SELECT max(x) FROM C) AS most FROM O o WHERE o.x = (SELECT max(x) FROM O)",
        "SELECT o.id, o.x - t.mean AS off FROM O o, (SELECT avg(x) AS mean FROM O) t WHERE o.id < 20",
        "SELECT a.id, b.id FROM O a JOIN O b ON a.c = b.c AND a.k = b.k AND a.id < b.id WHERE a.x > 2 AND b.x > 2",
        "SELECT count(*) FROM O o JOIN C c ON c.c = o.c JOIN R r ON r.region = c.region WHERE r.manager = 'Ann'",
        "SELECT count(DISTINCT o.c), count(DISTINCT c.region) FROM O o JOIN C c ON c.c = o.c",
        "SELECT DISTINCT c.region, o.k FROM O o JOIN C c ON c.c = o.c",
        "SELECT o.id FROM O o WHERE o.c IN (SELECT c FROM C) ORDER BY o.id DESC LIMIT 5",
        "SELECT o.id FROM O o WHERE o.c NOT IN (SELECT c FROM C WHERE x > 100)",
        "SELECT c.name FROM C c WHERE c.k NOT IN (SELECT region FROM R)",
        "SELECT o.k, c.k, o.c FROM O o FULL JOIN C c ON o.c = c.c AND o.k = c.k",
        "SELECT o.price, c.name FROM O o JOIN C c ON o.x = c.x ORDER BY o.id, c.name LIMIT 7",
    ]

    @Test("what data engineers write is answered by the engine", arguments: whole.indices)
    func wholeQueries(_ number: Int) async throws {
        let inquiry = try Self.inquiry(number)
        let query = Self.files(Self.whole[number])
        let one = try await inquiry.ask(query)
        let why = try await inquiry.explain(query)
        #expect(one.summary.path == "engine", "\(query): \(why)")
        let other = try await inquiry.ask(query, .sqlite)
        #expect(Canonical.set(one.rows) == Canonical.set(other.rows), "\(query)\n\(one.rows.prefix(5))\n\(other.rows.prefix(5))")
        #expect(one.schema.names == other.schema.names, "\(query)")
        if query.contains("ORDER BY") { #expect(one.rows.map(Canonical.row) == other.rows.map(Canonical.row), "\(query)") }
    }

    private static let shared = [
        "SELECT k, round(avg(y), 2) AS mean, upper(k) || '-' || count(*) FROM O GROUP BY k HAVING round(avg(y), 1) > -3 ORDER BY mean DESC, k LIMIT 3 OFFSET 1",
        "SELECT c.region AS place, sum(o.x) AS s, rank() OVER (ORDER BY sum(o.x) DESC, c.region) AS r FROM O o JOIN C c ON c.c = o.c GROUP BY place ORDER BY r",
        "SELECT round(sum(x) * 1.0 / count(*), 3), printf('%d', max(x)) FROM O WHERE k <> 'q'",
        "WITH big AS (SELECT * FROM O WHERE x > 0) SELECT k, printf('%05.2f', avg(y)) FROM big GROUP BY 1 ORDER BY 1",
        "WITH d AS (SELECT k, count(*) AS n FROM O GROUP BY k) SELECT k, n, rank() OVER (ORDER BY n DESC, k) FROM d",
        "SELECT t.k, s, row_number() OVER (ORDER BY s DESC, k) FROM (SELECT k, sum(x) AS s FROM O GROUP BY k) t LIMIT 3 OFFSET 1",
        "WITH a AS (SELECT c.region, o.k, count(*) AS n FROM O o JOIN C c ON c.c = o.c GROUP BY 1, 2), w AS (SELECT a.*, rank() OVER (PARTITION BY region ORDER BY n DESC, k) AS r FROM a) SELECT region, k, n FROM w WHERE r = 1",
        "WITH w AS (SELECT c, name, row_number() OVER (ORDER BY name) AS r FROM C), s AS (SELECT c, sum(x) AS s FROM O GROUP BY c) SELECT w.name, w.r, s.s FROM w JOIN s ON s.c = w.c",
    ]

    @Test("SQLite takes from the engine what gathers rows in a query that the engine cannot answer", arguments: shared.indices)
    func sharedQueries(_ number: Int) async throws {
        let inquiry = try Self.inquiry(number + 20)
        let query = Self.files(Self.shared[number])
        let plan = try await inquiry.explain(query)
        #expect(plan.hasPrefix("answered by: SQLite") && plan.contains(", by the engine:\n  reads files"), "\(plan)")
        let one = try await inquiry.ask(query), other = try await inquiry.ask(query, .sqlite)
        #expect(Canonical.set(one.rows) == Canonical.set(other.rows), "\(query)\n\(one.rows.prefix(5))\n\(other.rows.prefix(5))")
        #expect(one.schema == other.schema, "\(query)")
        #expect(one.summary.rowsRead == other.summary.rowsRead, "\(query)")
        guard query.contains("OVER (") else { return }
        let error = try #require(await inquiry.error(query.replacing("OVER (", with: "OVR (")))
        let place = try #require(await inquiry.error(query.replacing("OVER (", with: "OVR ("), .sqlite))
        #expect(error.location == place.location && error.message == place.message, "\(error)")
    }

    @Test("a column that is neither grouped nor gathered is left to SQLite, which takes it from some row")
    func bareColumns() async throws {
        let inquiry = try Self.inquiry(3)
        let query = "SELECT k, max(id), upper(k) FROM 'o.csv'"
        let plan = try await inquiry.explain(query)
        #expect(plan.hasPrefix("answered by: SQLite") && !plan.contains("by the engine"), "\(plan)")
        #expect(try await inquiry.ask(query).rows == inquiry.ask(query, .sqlite).rows)
    }
}
