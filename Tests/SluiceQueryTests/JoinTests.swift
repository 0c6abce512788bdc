import SluiceCore
import SluiceQuery
import SluiceTestKit
import Testing

/// Joins and what else SQLite does over virtual tables, against the same rows in SQLite's own tables.
@Suite("joins")
struct JoinTests {
    /// A file's rows, and the same as a common table expression of constants that SQLite keeps itself.
    private struct Rows {
        var csv: String
        var constants: String
    }

    private static func rows(_ count: Int, using generator: inout SeededGenerator) -> Rows {
        var csv = "id,t,v\n"
        var constants: [String] = []
        for row in 0..<count {
            let id = Int.random(in: 0..<8, using: &generator) == 0 ? nil : Int.random(in: 0..<12, using: &generator)
            let text = ["1", "01", "1.0", "a", "A", "", "2"].randomElement(using: &generator) ?? ""
            csv += "\(id.map(String.init) ?? ""),\"\(text)\",\(row)\n"
            constants.append("SELECT \(id.map(String.init) ?? "NULL") AS id, '\(text)' AS t, \(row) AS v")
        }
        return Rows(csv: csv, constants: constants.joined(separator: " UNION ALL "))
    }

    private static let queries = [
        "SELECT a.v, b.v FROM A a JOIN B b ON a.id = b.id", "SELECT a.v, b.v FROM A a JOIN B b ON a.t = b.t",
        "SELECT a.v, b.v FROM A a LEFT JOIN B b ON a.id = b.id AND b.v > 5",
        "SELECT a.v, b.v FROM A a JOIN B b ON a.id = b.id AND a.t = b.t",
        "SELECT a.v, b.v FROM A a JOIN B b ON a.id < b.id WHERE b.v < 6", "SELECT count(*) FROM A a, B b",
        "SELECT a.v FROM A a WHERE a.id IN (SELECT id FROM B WHERE v > 10)",
        "SELECT a.v FROM A a WHERE NOT EXISTS (SELECT 1 FROM B b WHERE b.id = a.id)",
        "SELECT a.v, (SELECT max(b.v) FROM B b WHERE b.id = a.id) FROM A a",
        "SELECT a.id, sum(b.v) FROM A a JOIN B b USING (id) GROUP BY a.id",
        "SELECT v, rank() OVER (PARTITION BY id ORDER BY v) FROM A",
        "WITH c AS (SELECT id, count(*) AS n FROM A GROUP BY id) SELECT c.n, b.v FROM c JOIN B b ON b.id = c.id",
        "SELECT id FROM A UNION SELECT id FROM B", "SELECT id FROM A EXCEPT SELECT id FROM B",
        "SELECT a.v, b.v FROM A a JOIN B b ON a.id = b.t + 0",
        "SELECT x.v, y.v, z.v FROM A x JOIN A y ON x.id = y.id JOIN B z ON z.id = y.id WHERE x.v < y.v",
        "SELECT group_concat(t, '|') FROM (SELECT t FROM A ORDER BY v)",
        "SELECT a.v, b.v FROM A a JOIN B b ON a.t = b.id", "SELECT v FROM A ORDER BY id NULLS LAST, v LIMIT 5 OFFSET 3",
        "SELECT a.v, b.v FROM A a RIGHT JOIN B b ON a.id = b.id", "SELECT a.v, b.v FROM A a FULL JOIN B b ON a.id = b.id AND b.v > 5",
        "SELECT v FROM A WHERE id = 1 OR t = 'a'", "SELECT a.v, b.v FROM A a JOIN B b ON a.id = b.id OR a.t = b.t",
    ]

    @Test("the rows are those of SQLite's own tables", arguments: 0..<6)
    func model(_ seed: Int) async throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let inquiry = try Inquiry()
        inquiry.columns = [("id", "int64"), ("t", "string"), ("v", "int64")]
        let (a, b) = (Self.rows(40, using: &generator), Self.rows(25, using: &generator))
        try inquiry.directory.write("a.csv", a.csv)
        try inquiry.directory.write("b.csv", b.csv)
        for query in Self.queries {
            let real = query.replacing("FROM A", with: "FROM 'a.csv'").replacing("JOIN A", with: "JOIN 'a.csv'").replacing(
                "JOIN B", with: "JOIN 'b.csv'"
            )
            .replacing("FROM B", with: "FROM 'b.csv'").replacing(", B b", with: ", 'b.csv' b")
            // A materialised expression has no affinity; casts give it that of the columns.
            let typed = { (rows: Rows) in
                "SELECT CAST(id AS INTEGER) AS id, CAST(t AS TEXT) AS t, CAST(v AS INTEGER) AS v FROM (\(rows.constants))"
            }
            let tables = "A AS MATERIALIZED (\(typed(a))), B AS MATERIALIZED (\(typed(b)))"
            let model = query.hasPrefix("WITH ") ? "WITH \(tables), " + query.dropFirst(5) : "WITH \(tables) " + query
            let answer = try await inquiry.ask(real, .sqlite)
            let expected = try await inquiry.ask(model)
            #expect(
                answer.texts.map { $0.joined(separator: "|") }.sorted() == expected.texts.map { $0.joined(separator: "|") }.sorted(),
                "seed \(seed): \(real)")
        }
    }

    @Test("the smaller table of a join is kept, whichever stands first")
    func smaller() async throws {
        let inquiry = try Inquiry()
        try inquiry.directory.write("large.csv", "id,v\n" + (0..<20_000).map { "\($0 % 50),\($0)\n" }.joined())
        try inquiry.directory.write("small.csv", "id,name\n" + (0..<50).map { "\($0),n\($0)\n" }.joined())
        for query in [
            "SELECT count(*) FROM 'large.csv' l JOIN 'small.csv' s ON s.id = l.id",
            "SELECT count(*) FROM 'small.csv' s JOIN 'large.csv' l ON s.id = l.id",
        ] {
            let plan = try await inquiry.explain(query, .sqlite)
            #expect(plan.contains("(small.csv): columns id; looked up by id"), "\(plan)")
            #expect(try await inquiry.ask(query, .sqlite).texts == [["20000"]])
        }
    }
}
