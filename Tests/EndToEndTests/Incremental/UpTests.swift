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
        try project.directory.write("log/.keep", "")
        let program = "'\(try BuiltProgram.sluice())'"
        let running = try Command.shell(
            "exec \(program) up flows --no-server --every 20ms 2> log/errors", environment: ["SLUICE_HOME": project.home],
            directory: project.directory.root
        ).start()
        try await wait(for: "4,5", in: "out/a")
        try project.directory.write("in/2.csv", "n\nx\n")
        try await wait(for: "warning: a: waits .* type-error: .*", in: "log")
        try project.directory.write("in/2.csv", "n\n8\n")
        try await wait(for: "8,9", in: "out/a")
        running.signal(SIGTERM)
        #expect(try await running.wait().exitCode == 0)
        #expect(try !project.directory.text("log/errors").contains("SluiceError("))
    }

    @Test("nothing runs before all definitions are right")
    func refused() async throws {
        try definition("good")
        try definition("wrong", steps: "[{filter: nothing > 1}]")
        try definition("sorted", steps: "[{sort: n}]")
        for name in ["good", "wrong", "sorted"] { try project.directory.write("in/\(name)/1.csv", "n\n1\n") }
        let result = try await project.sluice("up", "flows")
        #expect(result.exitCode == 2, "\(result.transcript)")
        for word in ["wrong.yaml:", "\"nothing\"", "sorted.yaml:", "piece by piece"] {
            #expect(result.errors.contains(word), "\(word): \(result.transcript)")
        }
        #expect(!project.directory.files().contains { $0.hasPrefix("out/") })
        let twice = try await project.sluice("up", "flows/good.yaml", "flows/good.yaml")
        #expect(twice.exitCode == 2 && twice.errors.contains("both of the pipeline"), "\(twice.transcript)")
        try project.directory.write("empty/x.txt", "")
        let none = try await project.sluice("up", "empty")
        #expect(none.exitCode == 2 && none.errors.contains("incremental: true"), "\(none.transcript)")
    }
}
