import Glibc
import SluiceSQLite
import SluiceTestKit
import Testing

/// Following runs whose source gets or loses columns after they were planned.
@Suite("columns that come and go while a run follows")
struct LaterColumnTests {
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

    @Test("SQLite: a later column has its values, and one that is gone ends the run instead of becoming its name") func database()
        async throws
    {
        let database = try SQLiteConnection(project.directory.path("s.db"), .create)
        try database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT)")
        try database.execute("INSERT INTO t VALUES (1, 'x', '10')")
        try project.directory.write(
            "p.yaml", "name: p\nsource: {sqlite: s.db, table: t, cursor: id}\nsink: {table: d.t, format: csv, mode: append}\n")
        let running = try project.follow("p.yaml")
        try await wait(running, "select id, a, b from d.t", ["1,x,10"])
        try database.execute("BEGIN; ALTER TABLE t ADD COLUMN c TEXT; INSERT INTO t VALUES (2, 'y', '20', 'C2'); COMMIT")
        try await wait(running, "select id, a, b, c from d.t order by id", ["1,x,10,", "2,y,20,C2"])
        try database.execute("BEGIN; ALTER TABLE t RENAME COLUMN b TO bb; INSERT INTO t VALUES (3, 'z', '30', 'C3'); COMMIT")
        let ended = try await running.wait()
        #expect(ended.exitCode == 1 && ended.errors.contains("no such column: b"), "\(ended.transcript)")
        #expect(try await answer("select id, a, b, c from d.t order by id") == ["1,x,10,", "2,y,20,C2"])
    }

    @Test("a table of the catalog: a later column has its values") func table() async throws {
        try project.directory.write(
            "up.yaml", "name: up\nsource: {files: in, format: csv}\nsink: {table: d.t, mode: append}\nincremental: true\n")
        try project.directory.write("dn.yaml", "name: dn\nsource: {table: d.t}\nsink: {table: d.o, mode: append}\n")
        try project.directory.write("in/1.csv", "id,a\n1,x\n")
        _ = try await project.json("run", "up.yaml")
        let running = try project.follow("dn.yaml")
        try await wait(running, "select id, a from d.o", ["1,x"])
        try project.directory.write("in/2.csv", "id,a,b\n2,y,B2\n")
        _ = try await project.json("run", "up.yaml")
        try await wait(running, "select id, a, b from d.o order by id", ["1,x,", "2,y,B2"])
        running.signal(SIGTERM)
        #expect(try await running.wait().exitCode == 0)
    }

    @Test("rows that a database is owed wait where their column has become one of numbers") func owed() async throws {
        try project.directory.write(
            "p.yaml",
            "name: p\nsource: {files: in, format: csv, texts: keep}\nsink: {sqlite: w.db, table: t, mode: append}\nincremental: true\n")
        try project.directory.write("in/1.csv", "id,a\n1,x\n")
        _ = try await project.json("run", "p.yaml")
        let database = try SQLiteConnection(project.directory.path("w.db"), .write)
        try project.directory.write("in/2.csv", "id,a\n2,007\n")
        try database.execute("BEGIN IMMEDIATE")
        let busy = try await project.sluice("run", "p.yaml", "--quiet")
        try database.execute("ROLLBACK")
        #expect(busy.exitCode == 1 && busy.errors.contains("database-busy"), "\(busy.transcript)")
        try database.execute("DROP TABLE t; CREATE TABLE t (id TEXT, a NUMERIC)")
        let refused = try await project.sluice("run", "p.yaml", "--quiet")
        #expect(refused.exitCode != 0 && refused.errors.contains("schema-mismatch"), "\(refused.transcript)")
        #expect(try database.integer("SELECT count(*) FROM t") == 0)
        try database.execute("DROP TABLE t; CREATE TABLE t (id TEXT, a TEXT)")
        let settled = try await project.sluice("run", "p.yaml", "--quiet")
        #expect(settled.exitCode == 0, "\(settled.transcript)")
        #expect(try database.integer("SELECT count(*) FROM t WHERE a = '007'") == 1)
    }

    @Test("a stream of CSV records: a later column is left out with a notice") func stream() async throws {
        try project.directory.write(
            "up.yaml", "name: up\nsource: {files: in, format: csv}\nsink: {stream: s, format: csv}\nincremental: true\n")
        try project.directory.write("dn.yaml", "name: dn\nsource: {stream: s}\nsink: {table: d.o, mode: append}\n")
        try project.directory.write("in/1.csv", "id,a\n1,x\n")
        _ = try await project.json("run", "up.yaml")
        let running = try project.command(["run", "dn.yaml", "--follow", "--every", "20ms", "--json"]).start()
        try await wait(running, "select id, a from d.o", ["1,x"])
        try project.directory.write("in/2.csv", "id,a,b\n2,y,B2\n")
        _ = try await project.json("run", "up.yaml")
        try await wait(running, "select id, a from d.o order by id", ["1,x", "2,y"])
        running.signal(SIGTERM)
        let ended = try await running.wait()
        #expect(ended.exitCode == 0 && ended.output.contains(#"member \"b\" is in 1 object"#), "\(ended.transcript)")
    }

    @Test("files that are joined: a column that is gone ends the run, and no row has a null in its place") func joined() async throws {
        try project.directory.write(
            "p.yaml",
            """
            name: p
            source: {files: in, format: csv}
            steps:
              - join: {with: {files: names.csv}, on: id, kind: left, refresh: 20 ms}
              - derive: {shown: upper(name)}
            sink: {table: d.t, format: csv, mode: append}
            """)
        try project.directory.write("names.csv", "id,name\n1,a\n2,b\n")
        try project.directory.write("in/1.csv", "id\n1\n")
        let running = try project.follow("p.yaml")
        try await wait(running, "select id, shown from d.t", ["1,A"])
        try project.directory.write("names.csv", "id,title\n1,a\n2,b\n")
        try project.directory.write("in/2.csv", "id\n2\n")
        let ended = try await running.wait()
        #expect(ended.exitCode == 2 && ended.errors.contains("unknown column"), "\(ended.transcript)")
        #expect(try await answer("select id, shown from d.t") == ["1,A"])
    }
}
