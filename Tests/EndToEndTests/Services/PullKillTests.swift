import Glibc
import SluiceMocks
import SluiceSQLite
import SluiceTestKit
import Testing

/// Flows over services, killed with SIGKILL at random requests and resumed, by commands alone.
///
/// The service's time stands still, so that a pull which nobody disturbs tells what the other has to be, row for row.
@Suite("pulls that are killed")
struct PullKillTests {
    /// What is pulled, and how.
    struct Subject: CustomTestStringConvertible, Sendable {
        var service: String
        var source: String
        /// Enough for several commits.
        var rows: Int
        /// The paths of requests for records begin so.
        var path: String
        /// Pages that a commit of an incremental pull has at most.
        var slicePages = 1

        var testDescription: String { source }

        static let tickets = Subject(
            service: "zendesk", source: "{http: zendesk.yaml, entity: tickets, connection: c}", rows: 6_000,
            path: "/zendesk/api/v2/incremental", slicePages: 12)
        private static let every = [
            tickets,
            Subject(
                service: "salesforce", source: "{salesforce: accounts, connection: c, bulk: always}", rows: 110_000,
                path: "/salesforce/services/data/v60.0/jobs"),
            Subject(
                service: "salesforce", source: "{salesforce: accounts, connection: c, bulk: never}", rows: 30_000,
                path: "/salesforce/services/data/v60.0/query", slicePages: 3),
            Subject(
                service: "stripe", source: "{stripe: customers, connection: c}", rows: 4_000, path: "/stripe/v1/customers", slicePages: 40),
        ]
        /// The first two where tests are short.
        static let all = Array(every[Rounds.of(every.count)])

        /// What a connection needs beside its address.
        var settings: [String] {
            switch service {
            case "zendesk": ["zendesk.yaml", "--set", "email=etl@example.com", "--secret", "api_token"]
            case "salesforce": ["salesforce", "--secret", "access_token"]
            default: ["stripe", "--secret", "api_key"]
            }
        }

        /// The mock of Stripe knows keys by their beginning, as the service does.
        var secret: String { service == "stripe" ? "sk_test_mock" : "mock-access-token" }
    }

    private static let seed = UInt64.random(in: 0 ... .max)
    private let project: Project

    init() throws {
        project = try Project()
        // The declaration of the benchmark has not the vendor's limit of ten requests a minute; smaller pages make more of them.
        let declaration = try TemporaryDirectory.contents(of: Repository.path("Benchmarks/connectors/zendesk.yaml"))
        for folder in ["", "pipelines/"] {
            try project.directory.write(folder + "zendesk.yaml", declaration.replacing("size: 1000", with: "size: 100"))
        }
    }

    private func serve(_ subject: Subject, _ plan: FaultPlan = FaultPlan()) async throws -> MockServer {
        var settings = MockServer.Settings { 0 }
        settings.rows = subject.rows
        settings.hasQuotas = false
        settings.plan = plan
        let server = try MockServer([subject.service], settings)
        var command = try project.command(
            ["connections", "add", "c"] + subject.settings.prefix(1) + ["--url", "\(server.address)/\(subject.service)"]
                + subject.settings.dropFirst())
        command.input = .text(subject.secret + "\n")
        let result = try await command.run()
        try #require(result.exitCode == 0, "\(result.transcript)")
        return server
    }

    private func write(_ name: String, _ subject: Subject, pull: String, more: String = "") throws {
        let key = subject.service == "salesforce" ? "Id" : "id"
        try project.directory.write(
            "pipelines/\(name).yaml",
            """
            flow: \(name)
            source: \(subject.source)
            pull: \(pull == "full" ? "full" : "{mode: incremental, slice_mb: 1}")
            destination: {sqlite: warehouse.db, table: \(name), \(pull == "full" ? "mode: overwrite" : "keys: \(key)")}
            \(more)
            """)
    }

    /// Runs a flow, kills it behind so many requests, resumes it, and so on, until it has come to its end.
    ///
    /// - Returns: How often it was killed.
    private func runKilled(
        _ name: String, _ subject: Subject, _ server: MockServer, _ generator: inout SeededGenerator
    ) async throws -> Int {
        // Enough for a commit behind what each run asks first.
        let most = max(6 + subject.slicePages, server.journal.count / 3)
        var kills = 0
        var verb = "run"
        for _ in 0..<200 {
            let end = server.journal.count + Int.random(in: 1...most, using: &generator)
            let running = try project.command(["flow", verb, name, "--quiet"]).start()
            while running.isRunning, server.journal.count < end { try await Task.sleep(for: .milliseconds(1)) }
            running.signal(SIGKILL)
            let result = try await running.wait()
            if result.exitCode == 0 {
                if kills == 0 { print("\(name) was over before it was killed: the machine is busy; seed \(Self.seed)") }
                return kills
            }
            if verb == "resume", result.errors.contains("has not run yet") {
                // The one before was killed before it had begun its run.
                verb = "run"
                continue
            }
            try #require(result.ending == .signal(SIGKILL), "\(result.transcript)")
            (kills, verb) = (kills + 1, "resume")
        }
        Issue.record("\(name) has not come to its end; seed \(Self.seed)")
        return 0
    }

    private func requests(_ server: MockServer, _ subject: Subject) -> Int { server.journal.count { $0.target.hasPrefix(subject.path) } }

    private func integer(_ sql: String) throws -> Int64? {
        try SQLiteConnection(project.directory.path("pipelines/warehouse.db"), .read).integer(sql)
    }

    @Test("the destination is equal to the source, row for row, and what was committed is not asked for again", arguments: Subject.all)
    func incremental(_ subject: Subject) async throws { try await check(subject, pull: "incremental", pagesAgain: subject.slicePages + 3) }

    @Test("a pull of everything goes on behind the last page that was kept", arguments: Subject.all)
    func full(_ subject: Subject) async throws { try await check(subject, pull: "full", pagesAgain: 4) }

    /// - Parameter pagesAgain: Requests that a kill may cost.
    private func check(_ subject: Subject, pull: String, pagesAgain: Int) async throws {
        var generator = SeededGenerator(seed: Self.seed)
        let server = try await serve(subject)
        try write("calm", subject, pull: pull)
        try write("killed", subject, pull: pull)
        _ = try await project.json("flow", "run", "calm")
        let asked = requests(server, subject)
        let kills = try await runKilled("killed", subject, server, &generator)
        #expect(try integer("SELECT count(*) FROM calm") ?? 0 >= Int64(subject.rows))
        #expect(try integer("SELECT count(*) FROM killed") == integer("SELECT count(*) FROM calm"), "seed \(Self.seed)")
        for (a, b) in [("calm", "killed"), ("killed", "calm")] {
            #expect(try integer("SELECT count(*) FROM (SELECT * FROM \(a) EXCEPT SELECT * FROM \(b))") == 0, "seed \(Self.seed)")
        }
        let again = requests(server, subject) - 2 * asked
        #expect(again <= kills * pagesAgain, "\(again) requests more for \(kills) kills; seed \(Self.seed)")
        #expect(server.violations.map(\.violation) == [])
    }

    @Test("records that fail are at their prefix once each, however often the flow is killed", arguments: ["incremental", "full"])
    func errors(_ pull: String) async throws {
        var generator = SeededGenerator(seed: Self.seed)
        let subject = Subject.tickets
        let server = try await serve(subject, FaultPlan([FaultPlan.Rule(.badValues, at: 1...Int.max)]))
        for name in ["calm", "killed"] {
            try write(name, subject, pull: pull, more: "on_error: {action: dead_letter, prefix: errors/\(name)}")
        }
        _ = try await project.json("flow", "run", "calm")
        _ = try await runKilled("killed", subject, server, &generator)
        let letters = try ["calm", "killed"].map { name in
            try project.directory.files(below: "pipelines/errors/\(name)").flatMap { file in
                try project.directory.text("pipelines/errors/\(name)/\(file)").split(separator: "\n").map { line in
                    try JSONDocument(parsing: String(line))["raw"]?.text ?? String(line)
                }
            }.sorted()
        }
        #expect(letters[0] == letters[1] && letters[0].count > subject.rows / 50, "seed \(Self.seed)")
        #expect(try integer("SELECT count(*) FROM killed") == Int64(subject.rows - letters[0].count))
    }
}
