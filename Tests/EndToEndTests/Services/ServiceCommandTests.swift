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
        let whole = try await project.sluice("mock", "log", "--port", port)
        #expect(whole.output.hasPrefix("number\tservice\tstatus\trequest\tfaults\trule broken\n"), "\(whole.transcript)")
        #expect(whole.output.contains("\t200\tGET /zendesk/api/v2/incremental/tickets/cursor.json?start_time="), "\(whole.transcript)")
        let log = try await project.json("mock", "log", "--port", port, "--violations")
        #expect(log["requests"]?.items.isEmpty == true, "\(log)")
        let clean = try await project.sluice("mock", "log", "--port", port, "--violations")
        #expect(clean.output.hasPrefix("No rule was broken by "), "\(clean.transcript)")
        let silent = try await project.sluice("mock", "log", "--port", port, "--service", "stripe")
        #expect(silent.output == "There were no requests.\n", "\(silent.transcript)")
    }

    @Test("a port that is taken is refused with a sentence") func taken() async throws {
        let second = try await project.sluice("mock", "up", "stripe", "--port", port)
        #expect(
            second.exitCode == 1 && second.errors.contains("error[address-in-use]: port \(port) of 127.0.0.1 is taken"),
            "\(second.transcript)")
    }

    @Test("rows that a service refuses are not counted as written, and told of") func refusals() async throws {
        try await shop()
        try project.directory.write("people.csv", "email\na@example.com\nnowhere\nb@example.com\nc@example.com\n")
        try project.directory.write(
            "people.yaml",
            """
            name: people
            source: {files: people.csv}
            sink: {stripe: customers, connection: shop, mode: create, errors: refused.jsonl}
            """)
        let run = try await project.sluice("run", "people.yaml")
        let notice = "stripe customers refused 1 row, which is in \(project.directory.path("refused.jsonl")) with the reason"
        #expect(run.exitCode == 0 && run.output.contains("4 read, 3 written, 0 dead letters"), "\(run.transcript)")
        #expect(run.errors.contains(notice), "\(run.transcript)")
        let document = try await project.json("run", "people.yaml")
        #expect(document["rows_out"]?.integer == 3 && document["notices"]?.items.compactMap(\.text) == [notice], "\(document)")
    }

    @Test("an equal row of a later run is another record, as is one of a later epoch of the same run") func equalRows() async throws {
        try await shop()
        let row = #"{"name":"Equal"}"# + "\n"
        try project.directory.write("in/a.jsonl", row)
        try project.directory.write(
            "equal.yaml",
            """
            name: equal
            incremental: true
            source: {files: "in/*.jsonl"}
            sink: {stripe: customers, connection: shop, mode: create}
            """)
        let following = try project.command(["run", "equal.yaml", "--follow"]).start()
        var known = 0
        while known < 1, following.isRunning { known = try await customers("Equal") }
        try project.directory.write("in/b.jsonl", row)
        while known < 2, following.isRunning { known = try await customers("Equal") }
        following.signal(SIGTERM)
        let ended = try await following.wait()
        #expect(ended.exitCode == 0, "\(ended.transcript)")
        try project.directory.write("in/c.jsonl", row + row)
        let later = try await project.sluice("run", "equal.yaml")
        #expect(later.exitCode == 0, "\(later.transcript)")
        #expect(try await customers("Equal") == 4)
    }

    @Test("equal rows of two routes are two records, however often the run is repeated") func routes() async throws {
        try await shop()
        try project.directory.write("in/a.jsonl", #"{"name":"Twin"}"# + "\n")
        try project.directory.write(
            "twins.yaml",
            """
            name: twins
            source: {files: "in/*.jsonl"}
            match: all
            routes:
              one: {sink: {stripe: customers, connection: shop, mode: create}}
              two: {sink: {stripe: customers, connection: shop, mode: create}}
            """)
        for _ in 1...2 {
            let result = try await project.sluice("run", "twins.yaml")
            #expect(result.exitCode == 0, "\(result.transcript)")
            #expect(try await customers("Twin") == 2)
        }
    }

    private func shop() async throws {
        var command = try project.command([
            "connections", "add", "shop", "stripe", "--url", "http://127.0.0.1:\(port)/stripe", "--secret", "api_key",
        ])
        command.input = .text("sk_test_mock\n")
        let added = try await command.run()
        try #require(added.exitCode == 0, "\(added.transcript)")
    }

    /// How many of the last customers have a name.
    private func customers(_ name: String) async throws -> Int {
        try await Task.sleep(for: .milliseconds(100))
        let list = try await Command(
            "curl", ["-s", "-H", "Authorization: Bearer sk_test_mock", "http://127.0.0.1:\(port)/stripe/v1/customers?limit=50"]
        ).run()
        return list.output.split(separator: "\"name\":\"\(name)\"", omittingEmptySubsequences: false).count - 1
    }

    @Test("a connector that a file declares is shown, and its connection tested, by the file") func declared() async throws {
        try project.directory.write(
            "crm.yaml",
            """
            connector: crm
            summary: Charges of our CRM.
            settings:
              key: {description: A key., secret: true}
            url: https://crm.example.com
            auth: [{bearer: "{key}"}]
            check: /v1/customers
            entities:
              charges:
                description: A charge.
                key: id
                fields: {id: string, amount: int64}
                read: {path: /v1/charges, records: data}
            """)
        let shown = try await project.sluice("connectors", "show", "crm.yaml")
        #expect(shown.exitCode == 0, "\(shown.transcript)")
        for text in ["Charges of our CRM.", "key (secret)", "A charge.", "amount", "{http: crm.yaml, entity: charges, connection: NAME}"] {
            #expect(shown.output.contains(text), "\(text): \(shown.transcript)")
        }
        let document = try await project.json("connectors", "show", "crm.yaml")
        #expect(document["name"]?.text == "crm" && document["service"]?["entities"]?.items.count == 1, "\(document)")
        var command = try project.command([
            "connections", "add", "crm", "crm.yaml", "--url", "http://127.0.0.1:\(port)/stripe", "--secret", "key",
        ])
        command.input = .text("sk_test_mock\n")
        let added = try await command.run()
        #expect(added.exitCode == 0, "\(added.transcript)")
        let tested = try await project.sluice("connections", "test", "crm")
        #expect(tested.exitCode == 0 && tested.output.contains("takes the credentials"), "\(tested.transcript)")
        #expect(unlink(project.directory.path("crm.yaml")) == 0)
        let lost = try await project.sluice("connections", "test", "crm")
        #expect(lost.exitCode != 0 && lost.errors.contains("crm.yaml"), "\(lost.transcript)")
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
