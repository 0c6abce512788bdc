import Glibc
import SluiceTestKit
import Testing

/// Trouble with the state directory and with other runs.
@Suite("bad state")
struct StateFailureTests {
    @Test("a disk that is full", .enabled(if: SmallDisk.isPermitted, "mounting a small file system is not permitted here"))
    func fullDisk() async throws {
        let disk = try SmallDisk(bytes: 2 << 20)
        let victim = try await Victim(project: Project(home: disk.root + "/home"))
        try await victim.project.writeSlowInput()
        try await victim.expect(Failure(code: "disk-full", exitCode: 1, says: ["no space left"], advises: ["free space"]))
        // What stands is still there for everybody.
        let shown = try await victim.project.sluice("catalog", "show", "shop.orders")
        #expect(shown.exitCode == 0, "\(shown.transcript)")
        #expect(shown.output.contains("three"))
        let states = try await victim.project.json("runs", "list")["runs"]?.items.map { $0["state"] }
        #expect(states == [.string("failed"), .string("failed"), .string("succeeded")])
    }

    @Test("a state directory of a newer version", .enabled(if: InstalledProgram.isThere("python3"), "python3 is not there"))
    func newerState() async throws {
        let victim = try await Victim()
        let change =
            "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute(\"INSERT INTO grdb_migrations VALUES ('99 time travel')\"); c.commit()"
        let result = try await Command("python3", ["-c", change, victim.project.home + "/sluice.sqlite"]).run()
        try #require(result.exitCode == 0, "\(result.transcript)")
        let failure = Failure(
            code: "state-too-new", exitCode: 1, file: "home/sluice.sqlite", says: ["99 time travel"], advises: ["--home"])
        try await victim.expect(failure)
        // Reading commands say the same.
        for arguments in [["catalog", "tables"], ["runs", "list"], ["catalog", "show", "shop.orders"]] {
            try await victim.expect(failure, of: victim.project.command(arguments))
        }
    }

    @Test("two runs of one pipeline at once")
    func twoRuns() async throws {
        let victim = try await Victim()
        try await victim.project.writeSlowInput()
        let first = try victim.run().start()
        // Stopped in the middle of its work, it stays the first for as long as the second one takes.
        let isAtWork = first.stop { !victim.project.stagedFiles.isEmpty }
        try #require(isAtWork, "the first run did not stage anything: \(first.errorsSoFar)")
        let second = try await victim.project.command(["run", "pipeline.yaml", "--json"]).run()
        #expect(second.exitCode == 1, "\(second.transcript)")
        let error = try #require(second.json()["error"])
        #expect(error["code"] == .string("already-running"))
        #expect(error["message"]?.text?.contains("\"orders\"") == true)
        #expect(error["message"]?.text?.contains("\(first.processID)") == true, "\(error)")
        #expect(error["remedy"]?.text?.isEmpty == false)
        #expect(error["retriable"] == .boolean(true))
        first.signal(SIGCONT)
        let result = try await first.wait()
        #expect(result.exitCode == 0, "\(result.transcript)")
        #expect(try await victim.project.countRows("shop", "orders").rows == Project.slowRows)
    }

    @Test("a file in the place of the state, and a directory in the place of a definition, are wrong arguments")
    func wrongKinds() async throws {
        let project = try Project()
        try project.directory.write("in/input.csv", Victim.goodRows)
        try project.pipeline()
        for arguments in [
            ["run", "pipeline.yaml", "--home", "pipeline.yaml"], ["runs", "list", "--home", "pipeline.yaml"], ["run", "in"],
        ] {
            let result = try await project.command(arguments).run()
            #expect(result.exitCode == 2, "\(arguments): \(result.transcript)")
            #expect(result.errors.contains("directory"), "\(result.transcript)")
        }
    }

    @Test("a run records how long its parts took")
    func timings() async throws {
        let project = try Project()
        try project.directory.write("in/input.csv", Victim.goodRows)
        try project.pipeline()
        let run = try await project.json("run", "pipeline.yaml")
        #expect(
            run["timings"]?.items.compactMap { $0["name"]?.text } == ["plan", "read, transform and stage", "prepare the commit"], "\(run)")
    }
}
