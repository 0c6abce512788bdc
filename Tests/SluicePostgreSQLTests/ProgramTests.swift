#if PostgreSQL
import Glibc
import SluiceCore
import SluicePostgreSQL
import SluiceTestKit
import Testing

/// Runs of the whole program between streams and tables, through kills.
@Suite(
    "following runs with PostgreSQL",
    .enabled(if: Server.connection != nil && Server.program != nil, "run scripts/test-postgres --program"))
struct ProgramTests {
    private static let events = 3_000

    private let server: Server

    init() throws {
        server = try Server()
        func define(_ name: String, _ source: String, _ sink: String) throws {
            try server.directory.write(
                "\(name).yaml", "name: \(name)\nsource: \(source)\nsink: {postgresql: \"\(server.connection)\", \(sink)}\n")
        }
        let clicks = "{stream: clicks, columns: {k: int64, n: int64}}"
        try define("land", clicks, "table: clicks")
        try define("last", clicks, "table: last_clicks, mode: upsert, keys: k")
        try define("copy", "{postgresql: \"\(server.connection)\", table: clicks, cursor: place}", "table: copies")
        try server.execute(
            "CREATE TABLE clicks (k bigint, n bigint, place bigint GENERATED ALWAYS AS IDENTITY); CREATE TABLE last_clicks (k bigint PRIMARY KEY, n bigint)"
        )
    }

    private func command(_ arguments: [String]) throws -> Command {
        var command = Command(
            try #require(Server.program), arguments, environment: ["SLUICE_HOME": server.home], directory: server.directory.root)
        command.needs = [server.directory]
        return command
    }

    private func put(_ range: Range<Int>) async throws {
        var command = try command(["stream", "put", "clicks", "--key", "k"])
        command.input = .text(range.map { "{\"k\": \($0 % 17), \"n\": \($0)}\n" }.joined())
        let result = try await command.run()
        try #require(result.exitCode == 0, "\(result.transcript)")
    }

    @Test("kill -9 again and again: every record once in the tables, and the last of every key", arguments: [1, 2, 3])
    func killed(_ seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let names = ["land", "last", "copy"]
        _ = try await command(["stream", "create", "clicks", "--shards", "2"]).run()
        try await put(0..<1)
        var next = 1
        while next < Self.events {
            let running = try names.map { try command(["run", "\($0).yaml", "--follow", "--every", "20ms", "--quiet"]).start() }
            let end = min(Self.events, next + Int.random(in: 200...900, using: &random))
            try await put(next..<end)
            next = end
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...500, using: &random)))
            for process in running { process.signal(SIGKILL) }
            for process in running { _ = try await process.wait() }
        }
        for name in names {
            try server.directory.write("\(name).yaml", try server.directory.text("\(name).yaml") + "incremental: true\n")
            let result = try await command(["run", "\(name).yaml", "--quiet"]).run()
            #expect(result.exitCode == 0, "\(result.transcript)")
        }
        let all = (0..<Self.events).map { ["\($0 % 17)", "\($0)"] as [String?] }
        #expect(try server.rows("SELECT k, n FROM clicks ORDER BY n") == all)
        #expect(try server.rows("SELECT k, n FROM copies ORDER BY n") == all)
        #expect(try server.rows("SELECT k, n FROM last_clicks ORDER BY n") == Array(all.suffix(17)))
        #expect(TemporaryDirectory.files(below: server.home + "/outbox").isEmpty)
    }
}
#endif
