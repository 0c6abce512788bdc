import Glibc
import SluiceTestKit
import Testing

/// Events through `sluice up`: each makes one run.
@Suite("events of jobs") struct EventRunTests {
    private let project: Project

    init() throws { project = try Project() }

    private func wait(_ condition: String) async throws {
        let found = try await Command.shell(
            "for i in $(seq 1200); do \(condition) && exit 0; sleep 0.1; done; exit 1", environment: ["SLUICE_HOME": project.home],
            directory: project.directory.root
        ).run()
        try #require(found.exitCode == 0, "never: \(condition)\n\(found.transcript)")
    }

    private func ran(_ name: String, _ count: Int) -> String { "[ $(cat \(name) 2>/dev/null | wc -l) -ge \(count) ]" }

    @Test("files that arrive while schedulers are killed again and again are each in one run") func kills() async throws {
        try project.directory.write("in/.keep", "")
        try project.directory.write(
            "catalog/f.yaml",
            "job: f\ncommand: \"for f in {files}; do test -f $f && echo $f >> ../files; done\"\nschedule: {on: {file: \"../in/*.csv\"}, concurrency: 9}\n"
        )
        try project.directory.write("catalog/ready.yaml", "job: ready\ncommand: echo up >> ../up\nschedule: \"* * * * * *\"\n")
        // The first look, which makes no event.
        var running = try project.command(["up", "--quiet"]).start()
        try await wait(ran("up", 1))
        for number in 0..<6 {
            try project.directory.write("in/\(number).csv", "x\n")
            try await Task.sleep(for: .milliseconds(700))
            running.signal(SIGKILL)
            _ = try await running.wait()
            running = try project.command(["up", "--quiet"]).start()
        }
        try await wait(ran("files", 6))
        running.signal(SIGTERM)
        #expect(try await running.wait().exitCode == 0)
        let files = try project.directory.text("files").split(separator: "\n").sorted()
        #expect(files.count == 6 && files.enumerated().allSatisfy { $1.hasPrefix("/") && $1.hasSuffix("/in/\($0).csv") }, "\(files)")
    }

    @Test("a port for webhooks that is taken ends `up`, also where no job is there yet") func takenPort() async throws {
        let program = "'\(try BuiltProgram.sluice())'"
        let first = try Command.shell(
            "exec \(program) up --port 0 --webhooks 0 2> errors", environment: ["SLUICE_HOME": project.home],
            directory: project.directory.root
        ).start()
        try await wait("grep -qs 'no job waits' errors")
        let line = try #require(try project.directory.text("errors").split(separator: "\n").first { $0.hasPrefix("webhooks: ") })
        let port = String(try #require(line.split(separator: ":").dropFirst(3).first?.prefix { $0.isNumber }))
        let second = try await project.sluice("up", "--home", "other", "--port", "0", "--webhooks", port)
        #expect(second.exitCode == 1 && second.errors.contains("cannot listen on port \(port)"), "\(second.transcript)")
        first.signal(SIGTERM)
        #expect(try await first.wait().exitCode == 0)
    }

    @Test("a stream that reaches a count, a webhook with its secret, and a notice of a failure by webhook") func streamAndHook()
        async throws
    {
        let program = "'\(try BuiltProgram.sluice())'"
        func shell(_ line: String) throws -> Command {
            Command.shell(line, environment: ["SLUICE_HOME": project.home], directory: project.directory.root)
        }
        try project.directory.write(
            "catalog/s.yaml", "job: s\ncommand: echo $SLUICE_EVENT >> ../counted\nschedule: {on: {stream: orders, records: 3}}\n")
        try project.directory.write(
            "catalog/z.yaml", "job: z\ncommand: echo $SLUICE_EVENT >> ../alarms\nschedule: {on: {webhook: alarm, secret: h}}\n")
        let secret = try await shell("printf 'open sesame' | \(program) secrets set h").run()
        try #require(secret.exitCode == 0, "\(secret.transcript)")
        try #require(try await project.sluice("stream", "create", "orders").exitCode == 0)
        let up = try shell("exec \(program) up --webhooks 0 2> errors").start()
        try await wait("grep -qs /hooks/alarm errors")
        let line = try #require(try project.directory.text("errors").split(separator: "\n").first { $0.contains("/hooks/") })
        let address = String(try #require(line.split(separator: " ").last))
        try project.directory.write(
            "catalog/w.yaml",
            """
            job: w
            command: echo $SLUICE_EVENT >> ../called; exit 1
            schedule:
              on: {webhook: hello, secret: h}
              notify: {webhook: "\(address)", secret: h}

            """)
        up.signal(SIGHUP)
        try await wait("grep -q 'read the definitions again' errors")
        // The first look only counts where the stream stands; so records come until there is an event.
        let counted = try await shell(
            "for i in $(seq 300); do seq 4 | \(program) stream put orders >/dev/null; [ -s counted ] && exit 0; sleep 1; done; exit 1"
        ).run()
        #expect(counted.exitCode == 0, "\(counted.transcript)")
        func call(_ body: String, _ options: String) async throws -> CommandResult {
            let hello = address.replacing("/hooks/alarm", with: "/hooks/hello")
            return try await shell("printf '%s' '\(body)' | \(program) schedule deliver \(hello) \(options)").run()
        }
        let refused = try await call("no", "")
        #expect(refused.exitCode != 0, "\(refused.transcript)")
        #expect(try project.directory.text("home/logs/notices.jsonl").contains("no"))
        let taken = try await call("yes", "--secret h")
        #expect(taken.exitCode == 0, "\(taken.transcript)")
        try await wait(ran("called", 1))
        #expect(try project.directory.text("called") == "yes\n")
        try await wait(ran("alarms", 1))
        #expect(try project.directory.text("alarms").contains(#"{"notice":"failure","run_id":"#))
        up.signal(SIGTERM)
        #expect(try await up.wait().exitCode == 0)
        let counts = try project.directory.text("counted").split(separator: "\n")
        #expect(Set(counts).count == counts.count, "\(counts)")
    }
}
