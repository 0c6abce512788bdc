import Glibc
import SluiceCore
import SluiceSQLite
import SluiceTestKit
import Testing

/// Runs between streams, tables of SQLite and other tables, through kills.
@Suite("following runs with SQLite")
struct SQLiteFollowTests {
    private let project: Project
    private static let events = 4_000

    init() throws {
        project = try Project()
        try project.directory.write(
            "land.yaml",
            """
            name: land
            source: {stream: clicks, columns: {k: int64, n: int64}}
            sink: {sqlite: shop.db, table: clicks, mode: append}
            """)
        try project.directory.write(
            "last.yaml",
            """
            name: last
            source: {stream: clicks, columns: {k: int64, n: int64}}
            sink: {sqlite: shop.db, table: last_clicks, mode: upsert, keys: k}
            """)
        try project.directory.write(
            "copy.yaml",
            """
            name: copy
            source: {sqlite: shop.db, table: clicks, cursor: rowid_of_click}
            sink: {sqlite: copy.db, table: clicks}
            """)
    }

    private func put(_ range: Range<Int>) async throws {
        var command = try project.command(["stream", "put", "clicks", "--key", "k"])
        command.input = .text(range.map { "{\"k\": \($0 % 17), \"n\": \($0)}\n" }.joined())
        let result = try await command.run()
        try #require(result.exitCode == 0, "\(result.transcript)")
    }

    private func follow(_ file: String) throws -> RunningCommand {
        try project.command(["run", file, "--follow", "--every", "20ms", "--quiet"]).start()
    }

    /// Runs over the rest, to the end.
    private func finish(_ file: String) async throws {
        let text = try project.directory.text(file)
        try project.directory.write(file, text + "\nincremental: true\n")
        let result = try await project.sluice("run", file, "--quiet")
        #expect(result.exitCode == 0, "\(result.transcript)")
    }

    private func numbers(_ sql: String, in file: String = "shop.db") throws -> [[Int64]] {
        let statement = try SQLiteConnection(project.directory.path(file), .read).prepare(sql)
        var rows: [[Int64]] = []
        while try statement.step() { rows.append((0..<statement.columnCount).map { statement.integer($0) }) }
        return rows
    }

    @Test("kill -9 again and again: every record once in the tables, and the last of every key", arguments: [1, 2, 3])
    func killed(_ seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let database = try SQLiteConnection(project.directory.path("shop.db"), .create)
        try database.execute(
            "CREATE TABLE clicks (k INTEGER, n INTEGER, rowid_of_click INTEGER PRIMARY KEY); CREATE TABLE last_clicks (k INTEGER PRIMARY KEY, n INTEGER)"
        )
        _ = try await project.sluice("stream", "create", "clicks", "--shards", "2")
        try await put(0..<1)
        var next = 1
        while next < Self.events {
            let running = try ["land.yaml", "last.yaml", "copy.yaml"].map(follow)
            let end = min(Self.events, next + Int.random(in: 200...900, using: &random))
            try await put(next..<end)
            next = end
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...400, using: &random)))
            for process in running { process.signal(SIGKILL) }
            for process in running { _ = try await process.wait() }
        }
        for file in ["land.yaml", "last.yaml", "copy.yaml"] { try await finish(file) }
        let all = (0..<Int64(Self.events)).map { [$0 % 17, $0] }
        #expect(try numbers("SELECT k, n FROM clicks ORDER BY n") == all)
        #expect(try numbers("SELECT k, n FROM last_clicks ORDER BY n") == Array(all.suffix(17)))
        #expect(try numbers("SELECT k, n FROM clicks ORDER BY n", in: "copy.db") == all)
        #expect(
            try numbers("SELECT rowid_of_click, n FROM clicks ORDER BY 1", in: "copy.db")
                == numbers("SELECT rowid_of_click, n FROM clicks ORDER BY 1"))
        #expect(TemporaryDirectory.files(below: project.home + "/outbox").isEmpty)
    }

    @Test("a database that another program has locked for longer than is waited is no end of the run, which says what it waits for")
    func locked() async throws {
        let database = try SQLiteConnection(project.directory.path("shop.db"), .create)
        try database.execute("CREATE TABLE clicks (k INTEGER, n INTEGER)")
        _ = try await project.sluice("stream", "create", "clicks")
        try await put(0..<10)
        let running = try follow("land.yaml")
        try await wait(for: 10)
        for _ in 0..<120 {
            do throws(SluiceError) {
                try database.execute("BEGIN EXCLUSIVE")
                break
            } catch {
                try #require(error.code == .databaseBusy)
            }
        }
        try await put(10..<20)
        var waiting: String?
        for _ in 0..<600 where waiting == nil {
            waiting = try await project.json("top")["pipelines"]?[0]?["waiting"]?.text
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(waiting?.contains("locked") == true, "\(waiting ?? "it does not wait")")
        try await put(20..<30)
        try database.execute("ROLLBACK")
        try await wait(for: 30)
        running.signal(SIGTERM)
        let ended = try await running.wait()
        #expect(ended.exitCode == 0, "\(ended.transcript)")
        #expect(try numbers("SELECT n FROM clicks ORDER BY n") == (0..<30).map { [$0] })
    }

    /// Waits until the table has so many rows; it cannot be asked while they are put there.
    private func wait(for rows: Int64) async throws {
        for _ in 0..<3_000 where (try? numbers("SELECT count(*) FROM clicks")) != [[rows]] { try await Task.sleep(for: .milliseconds(40)) }
    }
}
