import Glibc
import SluiceSQLite
import SluiceTestKit
import Testing

/// Flows from mocks of services to tables, by commands alone.
@Suite("flows on the command line")
struct FlowCommandTests {
    private let project: Project
    private let mock: RunningCommand
    private let port: String

    init() async throws {
        project = try Project()
        try project.directory.write("faults.json", #"{"faults": [{"fault": "new-field", "from": 6, "service": "zendesk"}]}"#)
        mock = try project.command([
            "mock", "up", "salesforce", "zendesk", "stripe", "--rows", "12000", "--no-quotas", "--faults", "faults.json",
        ]).start()
        var found: Substring?
        while found == nil, mock.isRunning {
            try await Task.sleep(for: .milliseconds(20))
            found = mock.outputSoFar.split(separator: "\n").first { $0.hasSuffix("/zendesk") }
        }
        port = String(try #require(found).split(separator: "/")[1].split(separator: ":")[1])
        for (name, setting) in [("salesforce", "access_token"), ("stripe", "api_key")] { try await connect(name, "--secret", setting) }
        try await connect("zendesk", "--set", "email=etl@example.com", "--secret", "api_token")
    }

    private func connect(_ service: String, as name: String? = nil, _ more: String...) async throws {
        let address = "http://127.0.0.1:\(port)/\(service)"
        var command = try project.command(["connections", "add", name ?? service, service, "--url", address] + more)
        command.input = .text("mock-access-token\n")
        let result = try await command.run()
        try #require(result.exitCode == 0, "\(result.transcript)")
    }

    private func write(_ name: String, _ text: String) throws { try project.directory.write("pipelines/\(name).yaml", text) }

    /// Accounts into a table of a database.
    private func accounts(_ name: String = "accounts", pull: String = "incremental") throws {
        try write(
            name,
            """
            flow: \(name)
            source: {salesforce: accounts, connection: salesforce}
            pull: \(pull)
            tasks:
              - map_all: {except: [Phone]}
              - map: {account_id: Id}
            destination: {sqlite: warehouse.db, table: \(name), \(pull == "full" ? "mode: overwrite" : "keys: account_id")}
            """)
    }

    private func integer(_ sql: String) throws -> Int64? {
        try SQLiteConnection(project.directory.path("pipelines/warehouse.db"), .read).integer(sql)
    }

    /// Accounts that are there so far.
    private func rows() throws -> Int64 {
        guard project.directory.exists("pipelines/warehouse.db") else { return 0 }
        return try integer("SELECT count(*) FROM sqlite_master WHERE name = 'accounts'") == 0
            ? 0 : integer("SELECT count(*) FROM accounts") ?? 0
    }

    private func run(_ name: String) async throws -> JSONDocument { try await project.json("flow", "run", name) }

    private func advance(_ seconds: Int) async throws {
        let moved = try await Command("curl", ["-s", "-X", "POST", "http://127.0.0.1:\(port)/_mock/clock?advance=\(seconds)"]).run()
        try #require(moved.exitCode == 0, "\(moved.transcript)")
    }

    @Test("the repository's flow is valid, and runs") func repository() async throws {
        try await connect("salesforce", as: "demo", "--secret", "access_token")
        try write("accounts", try TemporaryDirectory.contents(of: Repository.path("pipelines/accounts.yaml")))
        let valid = try await project.sluice("validate", "pipelines/accounts.yaml")
        #expect(valid.exitCode == 0, "\(valid.transcript)")
        let run = try await run("accounts")
        #expect(run["rows_in"]?.integer ?? 0 >= 12_000, "\(run)")
        let counted = try await project.sluice(
            "query", "SELECT count(*) > 0, sum(account_id IS NULL) FROM crm.accounts", "--format", "csv")
        #expect(counted.output.split(separator: "\n").last == "1,0", "\(counted.transcript)")
    }

    @Test("a flow pulls window after window; list, show, history and resume tell of them") func windows() async throws {
        try accounts()
        let listed = try await project.json("flow", "list")
        #expect(listed["flows"]?[0]?["flow"]?.text == "accounts" && listed["flows"]?[0]?["trigger"]?.text == "on demand")
        let first = try await run("accounts")
        let high = try #require(first["windows"]?[0]?["to"]?.text)
        #expect(first["windows"]?[0]?["source"]?.text == "salesforce/accounts" && first["windows"]?[0]?["from"]?.text == nil)
        #expect(try integer("SELECT count(*) FROM accounts") ?? 0 >= 12_000)
        try await advance(600)
        let second = try await run("accounts")
        let from = try #require(second["windows"]?[0]?["from"]?.text)
        #expect(from < high && second["windows"]?[0]?["to"]?.text ?? "" > high)
        let history = try await project.json("flow", "history", "accounts")
        #expect(history["runs"]?.items.count == 2 && history["runs"]?[0]?["windows"]?[0]?["from"]?.text == from)
        // What a terminal of 80 columns shows, and what a program beside it reads.
        _ = try await run("accounts")
        let screen = try await project.sluice("flow", "history", "accounts")
        #expect(screen.output.contains("written") && screen.output.contains("dead\n"), "\(screen.transcript)")
        #expect(screen.output.contains("  salesforce/accounts beginning to \(high)\n"), "\(screen.transcript)")
        let windows = screen.output.split(separator: "\n").drop { $0 != "Windows" }.dropFirst()
        #expect(windows.count == 3, "\(screen.transcript)")
        let shown = try await project.json("flow", "show", "accounts")
        #expect(shown["last_run"]?["state"]?.text == "succeeded" && shown["plan"] != nil)
        let resumed = try await project.json("flow", "resume", "accounts")
        #expect(resumed["resumed"]?.boolean == false)
        let unknown = try await project.sluice("flow", "run", "acounts")
        #expect(unknown.exitCode != 0 && unknown.errors.contains("accounts"), "\(unknown.transcript)")
    }

    @Test("a flow that is killed again and again resumes where it stopped: its destination equals the source, row for row")
    func kills() async throws {
        try accounts(pull: "{mode: incremental, slice_mb: 1}")
        var (kills, reached) = (0, Int64(0))
        while kills < 100 {
            let running = try project.command(["flow", kills == 0 ? "run" : "resume", "accounts", "--quiet"]).start()
            // Killed wherever it is when another slice is there.
            while running.isRunning, try rows() <= reached { try await Task.sleep(for: .milliseconds(5)) }
            reached = try rows()
            running.signal(SIGKILL)
            if try await running.wait().exitCode == 0 { break }
            kills += 1
        }
        #expect(kills >= 1)
        let history = try await project.json("flow", "history", "accounts")
        let states = history["runs"]?.items.map { $0["state"]?.text } ?? []
        #expect(states.first == "succeeded" && states.dropFirst().allSatisfy { $0 == "interrupted" }, "\(history)")
        // Behind the flow the source changes on: what it had until then is compared.
        let until = "(SELECT max(SystemModstamp) FROM accounts)"
        try accounts("whole", pull: "full")
        _ = try await run("whole")
        let old = "SELECT * FROM whole WHERE SystemModstamp <= \(until)"
        #expect(try integer("SELECT count(*) FROM (\(old) EXCEPT SELECT * FROM accounts)") == 0)
        #expect(try integer("SELECT count(*) FROM accounts") == integer("SELECT count(DISTINCT account_id) FROM accounts"))
        let gone = "SELECT account_id FROM accounts EXCEPT SELECT account_id FROM whole"
        #expect(try integer("SELECT count(*) FROM (\(gone))") == 0)
        #expect(try integer("SELECT count(*) FROM (SELECT * FROM accounts EXCEPT SELECT * FROM whole)") ?? 0 < 100)
    }

    @Test("fields that come up are followed, and no record is lost; the table has a version for each shape") func newFields() async throws {
        try write(
            "tickets",
            """
            flow: tickets
            source: {zendesk: tickets, connection: zendesk}
            pull: {mode: incremental, deleted: drop, slice_mb: 1}
            destination: {table: support.tickets, keys: id, format: parquet}
            """)
        let run = try await run("tickets")
        #expect(run["state"]?.text == "succeeded", "\(run)")
        let table = try await project.json(
            "query", "SELECT count(*) AS rows, count(sentiment) AS new, count(raw_subject) AS raw FROM support.tickets")
        let row = try #require(table["rows"]?[0])
        let rows = try #require(row["rows"]?.integer)
        #expect(rows >= 12_000 && row["raw"]?.integer == rows, "\(table)")
        let new = try #require(row["new"]?.integer)
        #expect(new > 0 && new < rows, "\(table)")
        let versions = try await project.json("catalog", "versions", "support.tickets")
        #expect(versions["versions"]?.items.count ?? 0 >= 2, "\(versions)")
    }

    @Test("a run of everything that meets a new field begins again with it, and the history says so") func newFieldsOfAll() async throws {
        try write(
            "tickets",
            """
            flow: tickets
            source: {zendesk: tickets, connection: zendesk}
            pull: full
            destination: {table: support.tickets, format: parquet}
            """)
        let ran = try await project.sluice("flow", "run", "tickets")
        #expect(ran.exitCode == 0 && ran.errors.contains("sentiment (string); the run begins again there"), "\(ran.transcript)")
        let history = try await project.sluice("flow", "history", "tickets")
        #expect(history.output.contains("  succeeded  ") && history.output.contains("  replanned  "), "\(history.transcript)")
        #expect(history.output.contains("  new-fields: records of zendesk tickets"), "\(history.transcript)")
    }

    @Test("a following run goes on with another plan when a field comes up, and reads it") func newFieldsFollowed() async throws {
        try write(
            "tickets",
            """
            name: tickets
            source: {zendesk: tickets, connection: zendesk, new_fields: follow, slice_mb: 1}
            sink: {table: support.tickets, format: parquet, mode: append}
            """)
        let running = try project.command(["run", "pipelines/tickets.yaml", "--follow", "--every", "20ms", "--json"]).start()
        var rows = 0
        for _ in 0..<3_000 where rows < 12_000 && running.isRunning {
            try await Task.sleep(for: .milliseconds(100))
            let counted = try await project.command(["query", "SELECT count(*) AS rows FROM support.tickets", "--json"]).run()
            if counted.exitCode == 0 { rows = try counted.json()["rows"]?[0]?["rows"]?.integer ?? 0 }
        }
        running.signal(SIGTERM)
        let ended = try await running.wait()
        #expect(ended.exitCode == 0, "\(ended.transcript)")
        let table = try await project.json(
            "query", "SELECT count(*) AS rows, count(sentiment) AS new FROM support.tickets")
        let row = try #require(table["rows"]?[0])
        let new = row["new"]?.integer ?? 0
        #expect(row["rows"]?.integer ?? 0 >= 12_000 && new > 0 && new < row["rows"]?.integer ?? 0, "\(table)")
    }

    @Test("a destination whose fields cannot hold the rows is refused, with the type that they take") func types() async throws {
        try write(
            "shop",
            """
            flow: shop
            source: {salesforce: contacts, connection: salesforce}
            pull: {mode: incremental, from: "2024-01-01", deleted: drop}
            tasks:
              - map: {name: LastName, balance: FirstName}
            destination: {stripe: customers, connection: stripe, mode: create}
            """)
        let refused = try await project.sluice("flow", "validate", "shop")
        #expect(refused.exitCode == 2 && refused.errors.contains("int64 in the field"), "\(refused.transcript)")
        #expect(refused.errors.contains("shop.yaml:6"), "\(refused.transcript)")
    }

    @Test("a preview shows rows behind the mapping of each destination, and leaves nothing") func preview() async throws {
        try write(
            "contacts",
            """
            flow: contacts
            source: {salesforce: contacts, connection: salesforce}
            pull: incremental
            tasks:
              - merge: {full_name: [FirstName, LastName]}
              - passthrough: [Id, Email, SystemModstamp]
            destinations:
              lake: {files: lake, format: csv, mode: append, prefix: [day, run]}
              shop:
                sqlite: warehouse.db
                table: contacts
                keys: Id
                tasks: [{mask: {Email: hash}}]
            """)
        let shown = try await project.json("flow", "preview", "contacts", "--limit", "3")
        let outputs = try #require(shown["outputs"]?.items)
        #expect(outputs.map { $0["destination"]?.text } == ["lake", "shop"])
        #expect(outputs.allSatisfy { $0["rows"]?.items.count == 3 })
        #expect(outputs[0]["rows"]?[0]?["full_name"]?.text == "First1 Last1")
        #expect(outputs[1]["rows"]?[0]?["Email"]?.text?.count == 64)
        #expect(!project.directory.exists("pipelines/lake") && !project.directory.exists("pipelines/warehouse.db"))
        let run = try await run("contacts")
        #expect(run["state"]?.text == "succeeded")
        let id = try #require(run["run_id"]?.text)
        let files = project.directory.files(below: "pipelines/lake")
        #expect(!files.isEmpty && files.allSatisfy { $0.split(separator: "/").count == 5 && $0.contains("/\(id)/") }, "\(files)")
        #expect(try integer("SELECT count(*) FROM contacts WHERE length(Email) = 64") ?? 0 >= 12_000)
    }

    @Test("a running flow is cancelled, and resumed") func cancel() async throws {
        try accounts()
        let idle = try await project.sluice("flow", "cancel", "accounts")
        #expect(idle.exitCode != 0)
        let running = try project.command(["flow", "run", "accounts", "--quiet"]).start()
        var ended = try await project.sluice("flow", "cancel", "accounts")
        while ended.exitCode != 0, running.isRunning { ended = try await project.sluice("flow", "cancel", "accounts") }
        _ = try await running.wait()
        let resumed = try await project.sluice("flow", "resume", "accounts")
        #expect(resumed.exitCode == 0, "\(resumed.transcript)")
        #expect(try integer("SELECT count(*) FROM accounts") ?? 0 >= 12_000)
    }

    @Test("validate tells of fields and entities with place and remedy") func validate() async throws {
        try accounts()
        let good = try await project.sluice("flow", "validate")
        #expect(good.exitCode == 0, "\(good.transcript)")
        try write(
            "bad",
            """
            flow: bad
            source: {salesforce: accounts, connection: salesforce}
            pull: incremental
            tasks:
              - map: {name: Nmae}
            destination: {stripe: customers, connection: stripe, mode: create}
            """)
        let bad = try await project.sluice("flow", "validate", "bad")
        #expect(bad.exitCode == 2, "\(bad.transcript)")
        #expect(bad.errors.contains("bad.yaml:5:17") && bad.errors.contains("Name"), "\(bad.transcript)")
        try write(
            "worse",
            """
            flow: worse
            source: {salesforce: accounts, connection: salesforce}
            pull: incremental
            tasks: [{validate: {Industry: not_negative}}]
            destination: {stripe: customers, connection: stripe, mode: create}
            """)
        let worse = try await project.sluice("flow", "validate", "worse")
        #expect(worse.exitCode == 2 && worse.errors.contains("worse.yaml:4:21"), "\(worse.transcript)")
    }
}
