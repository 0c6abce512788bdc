import Glibc
import SluiceTestKit
import Testing

/// Runs that are stopped, by request or by force.
@Suite("interruptions")
struct InterruptionTests {
    @Test("SIGINT and SIGTERM end a run with 130, and nothing of it is left", arguments: [SIGINT, SIGTERM])
    func signals(_ signal: Int32) async throws {
        let victim = try await Victim()
        let running = try await startSlowRun(victim)
        running.signal(signal)
        running.signal(SIGCONT)
        let result = try await running.wait()
        #expect(result.exitCode == 130, "\(result.transcript)")
        try victim.checkUntouched()
        #expect(try await states(victim.project) == ["interrupted", "succeeded"])
    }

    @Test("after kill -9 the next run is right, and the first one shows as interrupted")
    func killed() async throws {
        let victim = try await Victim()
        let running = try await startSlowRun(victim)
        running.signal(SIGKILL)
        #expect(try await running.wait().ending == .signal(SIGKILL))
        let shown = try await victim.project.sluice("catalog", "show", "shop.orders")
        #expect(shown.output.contains("three"), "\(shown.transcript)")
        #expect(try await states(victim.project) == ["interrupted", "succeeded"])
        try victim.checkUntouched()

        let second = try await victim.run().run()
        #expect(second.exitCode == 0, "\(second.transcript)")
        #expect(try await victim.project.countRows("shop", "orders") == (Project.slowRows, Project.slowRows))
        #expect(victim.project.stagedFiles.isEmpty)
        #expect(try await states(victim.project) == ["succeeded", "interrupted", "succeeded"])
    }

    @Test("kill -9 at any moment: the table is the old one or the new one, never a mixture", arguments: [5, 20, 60, 150, 300, 600, 1_000])
    func killedAnywhere(_ milliseconds: Int) async throws {
        let victim = try await Victim()
        try await victim.project.writeSlowInput()
        let running = try victim.run().start()
        try await Task.sleep(for: .milliseconds(milliseconds))
        running.signal(SIGKILL)
        _ = try await running.wait()
        // Any command finishes or rolls back what the killed run left.
        let tables = try await victim.project.json("catalog", "tables")
        let count = tables["tables"]?[0]?["rows"]?.integer
        #expect(count == 3 || count == Project.slowRows, "\(tables)")
        #expect(try await victim.project.countRows("shop", "orders").rows == count)
        #expect(victim.project.stagedFiles.isEmpty, "\(victim.project.stagedFiles)")
    }

    @Test("kill -9 of a run with a stream, then a second run: each record once in the table")
    func killedWithStream() async throws {
        let victim = try await Victim(more: "stream: {name: orders, shards: 4, key: id}")
        let running = try await startSlowRun(victim)
        running.signal(SIGKILL)
        _ = try await running.wait()
        let second = try await victim.run().run()
        #expect(second.exitCode == 0, "\(second.transcript)")
        #expect(try await victim.project.countRows("shop", "orders") == (Project.slowRows, Project.slowRows))
    }

    @Test(
        "a reader that goes away is no crash",
        arguments: ["functions", "schema pipeline", "catalog show shop.orders --rows 100000", "runs list --json"])
    func head(_ arguments: String) async throws {
        let project = try await CommandLineTests.finishedProject()
        let rows = (1...20_000).map { "\($0),\($0),text\n" }.joined()
        try project.directory.write("in/input.csv", "id,amount,text\n" + rows)
        _ = try await project.sluice("run", "pipeline.yaml", "--quiet")
        let line = "set +o pipefail; '\(try BuiltProgram.sluice())' \(arguments) 2> errors | head -n 1; echo \"${PIPESTATUS[0]}\" > status"
        let result = try await Command.shell(line, environment: ["SLUICE_HOME": project.home], directory: project.directory.root).run()
        #expect(result.exitCode == 0, "\(result.transcript)")
        let status = try project.directory.text("status").trimmed
        // 141 is the shell's word for SIGPIPE, the usual end of a program whose reader left.
        let errors = try project.directory.text("errors")
        #expect(["0", "141"].contains(status), "status \(status): \(errors)")
        #expect(errors.isEmpty)
    }

    /// Starts a run over a long input and stops it in the middle of its work.
    private func startSlowRun(_ victim: Victim) async throws -> RunningCommand {
        try await victim.project.writeSlowInput()
        let running = try victim.run().start()
        let isAtWork = running.stop { !victim.project.stagedFiles.isEmpty }
        try #require(isAtWork, "the run did not stage anything: \(running.outputSoFar) \(running.errorsSoFar)")
        return running
    }

    /// States of all runs, newest first.
    private func states(_ project: Project) async throws -> [String] {
        try await project.json("runs", "list")["runs"]?.items.compactMap { $0["state"]?.text } ?? []
    }
}
