import Glibc
import SluiceTestKit
import Testing

/// Programs that are steps, and that do not do what they should.
@Suite("exec")
struct ExecTests {
    private let project: Project

    init() throws { project = try Project() }

    private func run(_ step: String, more: String = "") async throws -> CommandResult {
        try project.directory.write("in.csv", "n,s\n1,a\n2,b\n3,c\n")
        try project.directory.write(
            "p.yaml",
            """
            name: p
            source: {files: in.csv}
            steps:
              - exec: \(step)
            sink: {files: out, format: csv}
            \(more)
            """)
        return try await project.command(["run", "p.yaml", "--quiet"]).run()
    }

    @Test(
        "a program that fails, ends early, says too much, does nothing or is not there fails the run, and nothing is written",
        arguments: [
            ("{shell: \"echo no model >&2; exit 3\", columns: {n: int64}}", "ended with exit code 3; its last words: no model"),
            ("{shell: \"kill -9 $$\", columns: {n: int64}, rows: any}", "was ended by signal 9"),
            ("{command: [head, -n, 1], columns: {n: int64}}", "ended before the last row"),
            ("{shell: \"cat; exit 4\", columns: {n: int64}, rows: any}", "ended with exit code 4"),
            ("{shell: \"while read -r x; do echo {}; echo {}; done\", columns: {n: int64}}", "wrote more lines than it was given rows"),
            ("{shell: \"cat; echo {}\", columns: {n: int64}}", "wrote more lines than it was given rows"),
            ("{shell: \"cat; printf '{}'\", columns: {n: int64}, rows: any}", "ended within a line"),
            ("{shell: \"echo waiting >&2; sleep 600\", columns: {n: int64}, timeout: 1 s}", "did nothing for 1 s; its last words: waiting"),
            ("{command: [no-such-program-here], columns: {n: int64}}", "cannot start \"no-such-program-here\": No such file or directory"),
        ])
    func failures(_ step: String, _ message: String) async throws {
        let result = try await run(step)
        #expect(result.exitCode == 1, "\(result.transcript)")
        #expect(result.errors.contains("error[exec-failed]: step \"1 exec\": "), "\(result.transcript)")
        #expect(result.errors.contains(message), "\(result.transcript)")
        #expect(project.directory.files(below: "out").isEmpty)
    }

    @Test("what a program writes on its standard error becomes notices, and only the last of it")
    func notices() async throws {
        let shell = "cat; for i in 1 2 3 4 5 6 7; do echo note $i >&2; done"
        let result = try await run("{shell: \"\(shell)\", columns: {n: int64}, rows: any}")
        #expect(result.exitCode == 0, "\(result.transcript)")
        let document = try await project.json("run", "p.yaml")
        #expect(document["notices"]?[0]?.text == "step \"1 exec\": the program wrote: note 3", "\(document)")
        #expect(document["notices"]?[4]?.text == "step \"1 exec\": the program wrote: note 7" && document["notices"]?[5] == nil)
    }

    @Test("a program that waits, and what it started, end when the run is killed") func killed() async throws {
        try project.directory.write("in.csv", "n\n1\n")
        let shell = "sleep 600 & echo $! > inner.pid; echo $$ > outer.pid; wait"
        try project.directory.write(
            "p.yaml", "{name: p, source: {files: in.csv}, steps: [{exec: {shell: \"\(shell)\", columns: {n: int64}}}], sink: {files: out}}")
        let running = try project.command(["run", "p.yaml"]).start()
        var processes: [String] = []
        try await wait {
            processes = ["inner.pid", "outer.pid"].compactMap { try? TemporaryDirectory.contents(of: project.directory.path($0)) }
                .flatMap { $0.split(separator: "\n").map(String.init) }
            return processes.count == 2
        }
        #expect(processes.allSatisfy(Self.runs))
        running.signal(SIGKILL)
        _ = try await running.wait()
        try await wait { !processes.contains(where: Self.runs) }
    }

    /// Whether a process is there; one that has ended, and that nobody has asked for its end, has no words.
    private static func runs(_ process: String) -> Bool {
        (try? TemporaryDirectory.contents(of: "/proc/\(process)/cmdline"))?.isEmpty == false
    }

    private func wait(_ condition: () -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(300)
        while !condition() {
            try #require(ContinuousClock.now < end)
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    @Test("no shell looks at a command's arguments")
    func noShell() async throws {
        let result = try await run(#"{command: [printf, '{"a": "%s"}\n', "$(id) && `id`"], columns: {a: string}, rows: any}"#)
        #expect(result.exitCode == 0, "\(result.transcript)")
        #expect(try CSVDocument.directory(project.directory.path("out")).rows == [["$(id) && `id`"]], "a program need not read its input")
    }
}
