import Glibc
import SluiceSQLite
import SluiceTestKit
import Testing

/// What incremental and following runs join with is read whole, as it is then, whatever the connector could read by a cursor.
@Suite("tables that incremental runs join with")
struct JoinedTableTests {
    private let project: Project

    init() throws { project = try Project() }

    private func answer(_ query: String) async throws -> [String] {
        try await project.sluice("query", query, "--format", "csv").output.split(separator: "\n").dropFirst().map(String.init)
    }

    private func wait(_ running: RunningCommand, _ query: String, _ expected: [String]) async throws {
        let end = ContinuousClock.now + .seconds(300)
        while try await answer(query) != expected {
            try #require(ContinuousClock.now < end, "\(running.errorsSoFar)")
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    @Test("a database's: rows without a value of the cursor count, and a later column has its values", arguments: ["", ", cursor: at"])
    func database(cursor: String) async throws {
        let database = try SQLiteConnection(project.directory.path("s.db"), .create)
        try database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, at INTEGER)")
        try database.execute("INSERT INTO t VALUES (1, 'x', 5), (2, 'y', NULL)")
        try project.directory.write(
            "p.yaml",
            """
            name: p
            source: {files: in, format: csv}
            steps:
              - join: {with: {sqlite: s.db, table: t\(cursor)}, on: id, kind: left, refresh: 20 ms}
              - drop: at
            sink: {table: d.o, mode: append}
            """)
        try project.directory.write("in/1.csv", "id\n1\n2\n")
        let running = try project.follow("p.yaml")
        try await wait(running, "select id, a from d.o order by id", ["1,x", "2,y"])
        try database.execute("BEGIN; ALTER TABLE t ADD COLUMN b TEXT; INSERT INTO t VALUES (3, 'z', NULL, 'B3'); COMMIT")
        try project.directory.write("in/2.csv", "id\n3\n")
        try await wait(running, "select id, a, b from d.o order by id", ["1,x,", "2,y,", "3,z,B3"])
        running.signal(SIGTERM)
        #expect(try await running.wait().exitCode == 0)
    }

    @Test("a service's: more records than one slice of them has") func service() async throws {
        let (mock, address) = try await project.mocks("salesforce", rows: 10_000)
        var add = try project.command([
            "connections", "add", "salesforce", "salesforce", "--url", address + "/salesforce", "--secret", "access_token",
        ])
        add.input = .text("mock-access-token\n")
        let added = try await add.run()
        try #require(added.exitCode == 0, "\(added.transcript)")
        let source = "{salesforce: contacts, connection: salesforce, bulk: never, slice_mb: 1}"
        try project.directory.write("all.yaml", "name: all\nsource: \(source)\nsteps: [{select: [Id]}]\nsink: {table: d.ids}\n")
        let count = try await project.json("run", "all.yaml")["rows_out"]?.integer ?? 0
        #expect(count >= 10_000)
        try project.directory.write(
            "p.yaml",
            """
            name: p
            source: {table: d.ids}
            steps: [{join: {with: \(source), on: Id, kind: semi}}]
            sink: {table: d.o, mode: append}
            incremental: true
            """)
        #expect(try await project.json("run", "p.yaml")["rows_out"]?.integer == count)
        mock.signal(SIGTERM)
        _ = try await mock.wait()
    }
}
