import Glibc
import SluiceMocks
import SluiceSQLite
import SluiceTestKit
import Testing

/// Flows that read a window by a job of a service, whose job is gone when a run goes on that was killed; by commands alone.
///
/// The service's time stands still, so that a pull which nobody disturbs tells what the other has to be, row for row.
@Suite("flows whose job is lost")
struct LostJobFlowTests {
    /// Three pages of results.
    private static let rows = 60_000
    private let project: Project
    private let server: MockServer

    init() async throws {
        project = try Project()
        var settings = MockServer.Settings { 0 }
        settings.rows = Self.rows
        settings.hasQuotas = false
        server = try MockServer(["salesforce"], settings)
        var command = try project.command(
            ["connections", "add", "c", "salesforce", "--url", "\(server.address)/salesforce", "--secret", "access_token"])
        command.input = .text("mock-access-token\n")
        let result = try await command.run()
        try #require(result.exitCode == 0, "\(result.transcript)")
    }

    private func write(_ name: String, _ destination: String) throws {
        try project.directory.write(
            "pipelines/\(name).yaml",
            """
            flow: \(name)
            source: {salesforce: accounts, connection: c, bulk: always}
            pull: {mode: incremental, slice_mb: 1}
            destination: {\(destination)}
            """)
    }

    /// Places of requests among those of one run, from 1.
    private struct Requests {
        var create: Int
        var secondPage: Int
    }

    /// Runs a flow that nobody disturbs.
    private func calm(_ name: String) async throws -> Requests {
        server.plan(FaultPlan())
        let before = server.journal.count
        _ = try await project.json("flow", "run", name)
        let asked = server.journal.dropFirst(before).map(\.target)
        let pages = asked.indices.filter { asked[$0].contains("/results") }
        let create = try #require(asked.firstIndex { $0.hasSuffix("/jobs/query") })
        try #require(pages.count == 3)
        return Requests(create: create - before + 1, secondPage: pages[1] - before + 1)
    }

    /// Kills a run that waits for the second page of its job, when the first one is committed.
    private func kill(_ name: String, _ requests: Requests) async throws {
        server.plan(FaultPlan([FaultPlan.Rule(.drip, at: requests.secondPage...requests.secondPage)]))
        let before = server.journal.count
        let running = try project.command(["flow", "run", name, "--quiet"]).start()
        while running.isRunning, server.journal.count < before + requests.secondPage { try await Task.sleep(for: .milliseconds(2)) }
        running.signal(SIGKILL)
        let result = try await running.wait()
        try #require(result.ending == .signal(SIGKILL), "\(result.transcript)")
    }

    private func jobs() -> Int { server.journal.count { $0.method == "POST" && $0.target.hasSuffix("/jobs/query") } }

    private func database() throws -> SQLiteConnection { try SQLiteConnection(project.directory.path("pipelines/warehouse.db"), .read) }

    @Test("with keys the destination is equal to the source, row for row", arguments: [MockFault.loseJob, .abortJob])
    func keyed(_ loss: MockFault) async throws {
        for name in ["calm", "killed"] { try write(name, "sqlite: warehouse.db, table: \(name), keys: Id") }
        let requests = try await calm("calm")
        try await kill("killed", requests)
        #expect(try database().integer("SELECT count(*) FROM killed") == 25_000)
        let before = jobs()
        server.plan(FaultPlan([FaultPlan.Rule(loss, at: requests.create...requests.create)]))
        let resumed = try await project.json("flow", "resume", "killed")
        // One in place of the lost one, and one for the window behind it.
        #expect(jobs() == before + 2)
        #expect(
            resumed["notices"]?.items.contains { $0.text?.contains("is gone, of which 25000 rows were read") ?? false } == true,
            "\(resumed)")
        for (a, b) in [("calm", "killed"), ("killed", "calm")] {
            #expect(try database().integer("SELECT count(*) FROM (SELECT * FROM \(a) EXCEPT SELECT * FROM \(b))") == 0)
        }
        #expect(try database().integer("SELECT count(*) FROM killed") == Int64(Self.rows))
    }

    @Test("a table of the catalog with keys has each row once") func table() async throws {
        try write("calm", "table: crm.calm, keys: Id, format: parquet")
        try write("killed", "table: crm.killed, keys: Id, format: parquet")
        let requests = try await calm("calm")
        try await kill("killed", requests)
        server.plan(FaultPlan([FaultPlan.Rule(.loseJob, at: requests.create...requests.create)]))
        _ = try await project.json("flow", "resume", "killed")
        for (a, b) in [("calm", "killed"), ("killed", "calm")] {
            let counted = try await project.sluice(
                "query", "SELECT count(*), (SELECT count(*) FROM (SELECT * FROM crm.\(a) EXCEPT SELECT * FROM crm.\(b))) FROM crm.\(a)",
                "--format", "csv")
            #expect(counted.output.split(separator: "\n").last == "\(Self.rows),0", "\(counted.transcript)")
        }
    }
}
