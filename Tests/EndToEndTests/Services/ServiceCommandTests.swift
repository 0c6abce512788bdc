import Glibc
import SluiceSQLite
import SluiceTestKit
import Testing

/// From a mock of a service to a table, by commands alone.
@Suite("services on the command line")
struct ServiceCommandTests {
    private let project: Project
    private let mock: RunningCommand
    private let address: String

    init() async throws {
        project = try Project()
        mock = try project.command(["mock", "up", "zendesk", "stripe", "--rows", "2500", "--strict", "--no-quotas"]).start()
        var found: Substring?
        while found == nil, mock.isRunning {
            try await Task.sleep(for: .milliseconds(20))
            found = mock.outputSoFar.split(separator: "\n").first { $0.hasSuffix("/zendesk") }
        }
        address = String(try #require(found))
        try project.directory.write(
            "tickets.yaml",
            """
            name: tickets
            incremental: true
            source: {zendesk: tickets, connection: acme}
            sink: {sqlite: warehouse.db, table: tickets, mode: upsert, keys: id}
            """)
    }

    private func connect() async throws -> CommandResult {
        var command = try project.command([
            "connections", "add", "acme", "zendesk", "--url", address, "--set", "email=etl@example.com", "--secret", "api_token",
        ])
        command.input = .text("sup3r-s3cret\n")
        return try await command.run()
    }

    private func count(_ condition: String = "1") throws -> Int64? {
        try SQLiteConnection(project.directory.path("warehouse.db"), .read).integer("SELECT count(*) FROM tickets WHERE \(condition)")
    }

    private var port: String { String(address.split(separator: "/")[1].split(separator: ":")[1]) }

    @Test("a connection is kept, tested and listed without its secret, and removed") func connections() async throws {
        let added = try await connect()
        #expect(added.exitCode == 0, "\(added.transcript)")
        let tested = try await project.sluice("connections", "test", "acme")
        #expect(tested.exitCode == 0 && tested.output.contains("takes the credentials"), "\(tested.transcript)")
        let listed = try await project.sluice("connections", "list")
        #expect(listed.output.contains("acme") && listed.output.contains("email=etl@example.com"), "\(listed.transcript)")
        #expect(!(listed.output + added.output + tested.output).contains("s3cret"))
        let refused = try await project.sluice("connections", "add", "x", "zendesk", "--set", "api_token=sup3r-s3cret")
        #expect(refused.exitCode == 2 && !refused.errors.contains("s3cret"), "\(refused.transcript)")
        let removed = try await project.sluice("connections", "remove", "acme")
        #expect(removed.exitCode == 0)
        let gone = try await project.sluice("run", "tickets.yaml")
        #expect(gone.exitCode == 2 && gone.errors.contains("no connection"), "\(gone.transcript)")
    }

    @Test("tickets go into a table; a run that is killed, and later ones, lose and double nothing") func run() async throws {
        _ = try await connect()
        let killed = try project.command(["run", "tickets.yaml"]).start()
        _ = killed.stop { project.directory.exists("home/outbox/tickets") }
        killed.signal(SIGKILL)
        _ = try await killed.wait()
        let run = try await project.sluice("run", "tickets.yaml")
        #expect(run.exitCode == 0, "\(run.transcript)")
        let first = try #require(try count())
        #expect(first >= 2_500)
        let moved = try await Command("curl", ["-s", "-X", "POST", "http://127.0.0.1:\(port)/_mock/clock?advance=600"]).run()
        #expect(moved.exitCode == 0, "\(moved.transcript)")
        let again = try await project.sluice("run", "tickets.yaml")
        #expect(again.exitCode == 0, "\(again.transcript)")
        #expect(try count() ?? 0 > first)
        #expect(try count("updated_at >= (SELECT max(updated_at) FROM tickets)") ?? 0 >= 1)
        let log = try await project.json("mock", "log", "--port", port, "--violations")
        #expect(log["requests"]?.items.isEmpty == true, "\(log)")
    }

    @Test("connectors show settings, entities and fields") func show() async throws {
        let shown = try await project.sluice("connectors", "show", "zendesk")
        #expect(shown.exitCode == 0, "\(shown.transcript)")
        for text in ["api_token (secret, optional)", "tickets", "updated_at", "create update"] { #expect(shown.output.contains(text)) }
        let document = try await project.json("connectors", "show", "stripe")
        #expect(document["service"]?["entities"]?.items.count == 3)
        let list = try await project.sluice("connectors", "list")
        #expect(list.output.contains("salesforce"))
        let unknown = try await project.sluice("connectors", "show", "zendsk")
        #expect(unknown.exitCode == 2 && unknown.errors.contains("zendesk"), "\(unknown.transcript)")
    }
}
