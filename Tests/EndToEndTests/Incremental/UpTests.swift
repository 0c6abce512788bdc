import Glibc
import SluiceTestKit
import Testing

/// Several pipelines that follow their sources in one process.
@Suite("sluice up")
struct UpTests {
    private let project: Project

    init() throws { project = try Project() }

    private func definition(_ name: String, steps: String = "[]", more: String = "incremental: true") throws {
        try project.directory.write(
            "flows/\(name).yaml",
            """
            name: \(name)
            \(more)
            source: {files: "../in/\(name)/*.csv", columns: {n: int64}}
            steps: \(steps)
            sink: {files: ../out/\(name), format: csv, mode: append}
            """)
    }

    /// Waits until a file below the folder has a line.
    private func wait(for line: String, in folder: String) async throws {
        let found = try await Command.shell(
            "for i in $(seq 1200); do grep -rqx -- '\(line)' \(folder) 2>/dev/null && exit 0; sleep 0.05; done; exit 1",
            directory: project.directory.root
        ).run()
        try #require(found.exitCode == 0, "no line \(line) in \(folder)")
    }

    /// Follows the folder; what it tells is in `log/errors`.
    private func startTelling() throws -> RunningCommand {
        try project.directory.write("log/.keep", "")
        return try Command.shell(
            "exec '\(try BuiltProgram.sluice())' up flows --no-server --every 20ms 2> log/errors",
            environment: ["SLUICE_HOME": project.home], directory: project.directory.root
        ).start()
    }

    @Test("one that fails is begun again when its cause is gone, the others go on meanwhile, and all end well at SIGTERM")
    func restarts() async throws {
        for name in ["good", "poisoned"] { try definition(name) }
        try definition("whole", more: "")
        try project.directory.write(
            "flows/good.tests.yaml", "- {name: nothing comes of nothing, inputs: {source: \"n\\n\"}, expect: {rows: []}}\n")
        #expect(try await project.sluice("validate", "flows/good.tests.yaml").exitCode == 0)
        try project.directory.write("in/good/1.csv", "n\n1\n")
        try project.directory.write("in/poisoned/1.csv", "n\nx\n")
        let running = try project.command(["up", "flows", "--every", "20ms", "--json"]).start()
        try await wait(for: "1", in: "out/good")
        // A record that ends the run does so again and again; the file is mended meanwhile.
        try project.directory.write("in/good/2.csv", "n\n2\n")
        try await wait(for: "2", in: "out/good")
        try project.directory.write("in/poisoned/1.csv", "n\n7\n")
        try await wait(for: "7", in: "out/poisoned")
        running.signal(SIGTERM)
        let result = try await running.wait()
        #expect(result.exitCode == 0, "\(result.transcript)")
        #expect(result.errors.contains("poisoned: waits") && result.errors.contains("value-does-not-fit"), "\(result.transcript)")
        let pipelines = try result.json()["pipelines"]
        #expect(pipelines?[0]?["pipeline"]?.text == "good" && pipelines?[1]?["pipeline"]?.text == "poisoned" && pipelines?[2] == nil)
        #expect(pipelines?[0]?["rows_out"]?.integer == 2 && (pipelines?[1]?["restarts"]?.integer ?? 0) >= 1, "\(result.transcript)")
        let runs = try await project.json("runs", "list")
        #expect(runs["runs"]?[0]?["state"]?.text == "succeeded")
    }

    @Test("one whose input has got another type waits, says why in a person's words, and goes on when the input is mended")
    func replanned() async throws {
        try project.directory.write(
            "flows/a.yaml",
            "name: a\nincremental: true\nsource: {files: ../in/*.csv}\nsteps: [{derive: {h: n + 1}}]\n"
                + "sink: {files: ../out/a, format: csv, mode: append}\n")
        try project.directory.write("in/1.csv", "n\n4\n")
        let running = try startTelling()
        try await wait(for: "4,5", in: "out/a")
        try project.directory.write("in/2.csv", "n\nx\n")
        try await wait(for: "warning: a: waits .* type-error: .*", in: "log")
        try project.directory.write("in/2.csv", "n\n8\n")
        try await wait(for: "8,9", in: "out/a")
        running.signal(SIGTERM)
        #expect(try await running.wait().exitCode == 0)
        #expect(try !project.directory.text("log/errors").contains("SluiceError("))
    }

    @Test("what is wrong in a folder is told and left out, SIGHUP takes what was mended, changed and removed, and keeps what became wrong")
    func leftOut() async throws {
        let names = ["good", "wrong", "sorted", "gone"]
        try definition("good")
        try definition("gone")
        try definition("wrong", steps: "[{filter: nothing > 1}]")
        try definition("sorted", steps: "[{sort: n}]")
        try project.directory.write(
            "flows/job.yaml", "job: tick\ncommand: echo ran >> ../ticks\nschedule: {at: \"* * * * * *\", pool: p}\n")
        try project.directory.write("flows/pool.yaml", "pool: p\nslots: 1\n")
        try project.directory.write(
            "flows/lost.yaml", "job: lost\ncommand: echo lost >> ../lost\nschedule: {at: \"* * * * * *\", pool: q}\n")
        for name in names { try project.directory.write("in/\(name)/1.csv", "n\n1\n") }
        let running = try startTelling()
        try await wait(for: "1", in: "out/good")
        try await wait(for: "ran", in: "ticks")
        let told = try project.directory.text("log/errors")
        for word in ["wrong.yaml:", "\"nothing\"", "sorted.yaml:", "piece by piece", "lost.yaml:3:", "no pool"] {
            #expect(told.contains(word), "\(word): \(told)")
        }
        #expect(told.split(separator: "\n").count { $0.contains("wrong.yaml:") } == 1, "\(told)")
        // One is mended, one changes, one goes away, one becomes wrong.
        try definition("wrong", steps: "[{derive: {m: n + 1}}]")
        try definition("sorted", steps: "[{filter: nothing = 1}]")
        try definition("good", steps: "[{derive: {n: n * 10}}]")
        try #require(try await Command.shell("rm flows/gone.yaml", directory: project.directory.root).run().exitCode == 0)
        try project.directory.write("flows/job.yaml", "job: tick\ncommand: [\n")
        running.signal(SIGHUP)
        try await wait(for: ".*read the definitions again: 1 job, 2 pipelines; what is wrong stays as it was before", in: "log")
        try await wait(for: "1,2", in: "out/wrong")
        for name in names { try project.directory.write("in/\(name)/2.csv", "n\n2\n") }
        try await wait(for: "20", in: "out/good")
        let ticks = try project.directory.text("ticks").count
        _ = try await Command.shell(
            "for i in $(seq 400); do [ $(wc -c < ticks) -gt \(ticks) ] && exit 0; sleep 0.05; done; exit 1",
            directory: project.directory.root
        ).run()
        #expect(try project.directory.text("ticks").count > ticks, "the job from before goes on")
        running.signal(SIGTERM)
        #expect(try await running.wait().exitCode == 0)
        let out = project.directory.files().filter { $0.hasPrefix("out/") || $0 == "lost" }
        #expect(!out.contains { $0.hasPrefix("out/sorted") || $0 == "lost" }, "\(out)")
        let gone = try await Command.shell("cat out/gone/*", directory: project.directory.root).run()
        #expect(!gone.output.contains("2"), "\(gone.output)")
    }

    @Test("mistakes in a file that was named end the command, and so does a folder in which nothing is right")
    func refused() async throws {
        try definition("good")
        try definition("wrong", steps: "[{filter: nothing > 1}]")
        for name in ["good", "wrong"] { try project.directory.write("in/\(name)/1.csv", "n\n1\n") }
        let result = try await project.sluice("up", "flows/good.yaml", "flows/wrong.yaml")
        #expect(result.exitCode == 2 && result.errors.contains("\"nothing\""), "\(result.transcript)")
        #expect(!project.directory.files().contains { $0.hasPrefix("out/") })
        try project.directory.write("bad/a.yaml", "name: a\nincremental: true\nsource: {fils: x}\nsink: {files: y}\n")
        let bad = try await project.sluice("up", "bad")
        #expect(bad.exitCode == 2 && bad.errors.contains("\"fils\""), "\(bad.transcript)")
        let twice = try await project.sluice("up", "flows/good.yaml", "flows/good.yaml")
        #expect(twice.exitCode == 2 && twice.errors.contains("both of the pipeline"), "\(twice.transcript)")
        try project.directory.write("empty/x.txt", "")
        let none = try await project.sluice("up", "empty")
        #expect(none.exitCode == 2 && none.errors.contains("incremental: true"), "\(none.transcript)")
    }
}
