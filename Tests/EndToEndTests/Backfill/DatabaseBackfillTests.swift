import SluiceSQLite
import SluiceTestKit
import Testing

/// Ranges of tables of databases, by the time and by the number in their cursor.
@Suite("backfills of databases")
struct DatabaseBackfillTests {
    private let project: Project

    init() throws {
        project = try Project()
        try SQLiteConnection(project.directory.path("shop.db"), .create).execute(
            """
            CREATE TABLE orders (id INTEGER PRIMARY KEY, placed TIMESTAMP, n INTEGER);
            WITH RECURSIVE ids (id) AS (SELECT 0 UNION ALL SELECT id + 1 FROM ids WHERE id < 95)
              INSERT INTO orders SELECT id, datetime('2024-03-01', id || ' hours'), id FROM ids;
            """)
    }

    private func define(cursor: String, steps: String, sink: String) throws {
        try project.directory.write(
            "p.yaml", "name: p\nsource: {sqlite: shop.db, table: orders, cursor: \(cursor)}\nsteps: \(steps)\nsink: \(sink)\n")
    }

    private func backfill(_ from: String, _ to: String, _ arguments: String...) async throws -> JSONDocument {
        let result = try await project.command(["backfill", "p.yaml", "--from", from, "--to", to, "--json"] + arguments).run()
        try #require(result.exitCode == 0, "\(result.transcript)")
        return try result.json()
    }

    private func numbers() throws -> [Int] {
        try CSVDocument.directory(project.directory.path("out"))["n"].compactMap { Int($0) }.sorted()
    }

    @Test("days of a table replace the partitions of these days, and are done once")
    func days() async throws {
        try define(
            cursor: "placed", steps: "[{derive: {day: cast(placed as date)}}, {select: [n, day]}]",
            sink: "{files: out, format: csv, partition_by: day}")
        let document = try await backfill("2024-03-02", "2024-03-04")
        #expect(document["cut_by"]?.text == "the column placed")
        #expect(document["units"]?.items.map { $0["rows_in"]?.integer } == [24, 24], "\(document)")
        #expect(try numbers() == Array(24..<72))
        try SQLiteConnection(project.directory.path("shop.db"), .write).execute("UPDATE orders SET n = 1000 WHERE id = 30")
        _ = try await backfill("2024-03-02", "2024-03-04", "--restart")
        #expect(try numbers() == Array(24..<30) + Array(31..<72) + [1000])
    }

    @Test("numbers of rows are added, each once, also where the command is given again")
    func byNumber() async throws {
        try define(cursor: "id", steps: "[{select: [n]}]", sink: "{files: out, format: csv}")
        let document = try await backfill("10", "20", "--append")
        #expect(document["units"]?.items.map { $0["unit"]?.text } == ["10-20"], "\(document)")
        _ = try await backfill("10", "20", "--append")
        #expect(try numbers() == Array(10..<20))
    }
}
