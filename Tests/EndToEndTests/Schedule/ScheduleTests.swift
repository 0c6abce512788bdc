import Glibc
import SluiceTestKit
import Testing

/// Jobs as a person declares, starts and looks at them.
@Suite("jobs by the clock") struct ScheduleTests {
    private let project: Project

    init() throws {
        project = try Project()
        try project.directory.write("in/1.csv", "id\n1\n2\n")
    }

    private func pipeline(_ name: String, _ more: String) throws {
        try project.directory.write(
            "pipelines/\(name).yaml",
            "name: \(name)\nsource: {files: ../in/*.csv, columns: {id: int64}}\nsink: {files: ../out/\(name), format: csv}\n\(more)\n")
    }

    /// Waits until a command of the shell succeeds.
    private func wait(_ condition: String) async throws {
        let found = try await Command.shell(
            "for i in $(seq 600); do \(condition) && exit 0; sleep 0.1; done; exit 1", environment: ["SLUICE_HOME": project.home],
            directory: project.directory.root
        ).run()
        try #require(found.exitCode == 0, "never: \(condition)\n\(found.transcript)")
    }

    @Test("a job that was added is listed, runs where no scheduler is at work, and has a history and logs")
    func thinPath() async throws {
        try pipeline("orders", "")
        let added = try await project.json(
            "schedule", "add", "nightly", "--at", "30 2 * * *", "--timezone", "Europe/Berlin", "--pipeline", "pipelines/orders.yaml")
        #expect(added["next"]?.text != nil)
        let list = try await project.json("schedule", "list")
        #expect(list["jobs"]?[0]?["job"]?.text == "nightly" && list["jobs"]?[0]?["kind"]?.text == "pipeline")
        let run = try await project.json("schedule", "run", "nightly")
        #expect(run["runs"]?[0]?["state"]?.text == "succeeded", "\(run)")
        #expect(project.directory.files(below: "out/orders").count == 1)
        let history = try await project.json("schedule", "history", "nightly")
        #expect(history["runs"]?[0]?["cause"]?.text == "manual" && history["runs"]?[0]?["attempts"]?.integer == 1)
        let shown = try await project.sluice("schedule", "history", "--run", "last")
        #expect(shown.exitCode == 0 && shown.output.contains("succeeded"), "\(shown.transcript)")
        #expect(try await project.sluice("schedule", "remove", "nightly").exitCode == 0)
        #expect(try await project.sluice("schedule", "show", "nightly").exitCode == 2)
    }

    @Test("a graph of commands: what fails is told with its log, and retried from there on")
    func graph() async throws {
        try project.directory.write("catalog/a.yaml", "job: a\ncommand: echo first\n")
        try project.directory.write("catalog/b.yaml", "job: b\ncommand: echo second; test -f ../ready\nschedule: {after: a}\n")
        try project.directory.write("catalog/c.yaml", "job: c\ncommand: [sh, -c, \"echo third $SLUICE_PARAM_X\"]\nschedule: {after: b}\n")
        let failed = try await project.command(["schedule", "run", "a", "--param", "x=7", "--json"]).run()
        #expect(failed.exitCode == 1, "\(failed.transcript)")
        let states = try (0..<3).map { index in try failed.json()["runs"]?[index]?["state"]?.text }
        #expect(states == ["succeeded", "failed", "skipped"], "\(failed.transcript)")
        let id = try #require(try failed.json()["runs"]?[1]?["run_id"]?.text)
        let log = try await project.sluice("schedule", "logs", id)
        #expect(log.output == "second\n", "\(log.transcript)")
        try project.directory.write("ready", "")
        let again = try await project.sluice("schedule", "retry", id)
        #expect(again.exitCode == 0 && again.output.contains("c "), "\(again.transcript)")
        let third = try await project.sluice("schedule", "logs", "last")
        #expect(third.output == "third 7\n", "\(third.transcript)")
        let graph = try await project.sluice("job", "graph")
        #expect(graph.output.hasPrefix("a  command echo first\n└─ b  command echo second"), "\(graph.transcript)")
    }

    @Test("up runs jobs at their ticks and each once, takes changed definitions at SIGHUP, refuses wrong ones, and drains at SIGTERM")
    func service() async throws {
        try pipeline("orders", "schedule: {at: \"*/2 * * * * *\"}")
        try project.directory.write(
            "catalog/t.yaml", "job: t\ncommand: echo $SLUICE_LOGICAL_TIME >> \(project.directory.root)/ticks\nschedule: \"* * * * * *\"\n")
        let running = try project.command(["up"]).start()
        let other = try project.command(["up"]).start()
        let root = project.directory.root
        try await wait("[ $(wc -l < ticks 2>/dev/null || echo 0) -ge 4 ]")
        try await wait("ls out/orders/* >/dev/null 2>&1")
        let status = try await project.json("status")
        #expect(status["scheduler"]?["process_id"]?.integer != nil && status["next"]?[0]?["job"]?.text != nil)
        try project.directory.write("catalog/u.yaml", "job: u\ncommand: echo new >> \(root)/new\nschedule: \"* * * * * 9\"\n")
        for process in [running, other] { process.signal(SIGHUP) }
        try await wait("[ $(wc -l < ticks) -ge 6 ]")
        try project.directory.write("catalog/u.yaml", "job: u\ncommand: echo new >> \(root)/new\nschedule: \"* * * * * *\"\n")
        for process in [running, other] { process.signal(SIGHUP) }
        try await wait("[ -s new ]")
        for process in [running, other] { process.signal(SIGTERM) }
        let results = [try await running.wait(), try await other.wait()]
        #expect(results.allSatisfy { $0.exitCode == 0 }, "\(results.map(\.transcript))")
        #expect(
            results.contains { $0.errors.contains("stays as it was before") && $0.errors.contains("catalog/u.yaml:3:22") },
            "\(results.map(\.errors))")
        #expect(results.contains { $0.errors.contains("this one waits beside it") })
        let ticks = try project.directory.text("ticks").split(separator: "\n")
        #expect(Set(ticks).count == ticks.count)
    }

    @Test("what waits for a job whose file is gone ends at SIGHUP, and what is at work goes on") func gone() async throws {
        try project.directory.write("catalog/a.yaml", "job: a\ncommand: echo begun >> ../begun; sleep 600\n")
        try project.directory.write("catalog/b.yaml", "job: b\ncommand: \"true\"\n")
        let running = try project.command(["up", "--drain", "0s"]).start()
        for _ in 0..<2 { _ = try await project.json("schedule", "run", "a", "--detach") }
        try await wait("[ -s begun ]")
        unlink(project.directory.path("catalog/a.yaml"))
        running.signal(SIGHUP)
        let program = "'\(try BuiltProgram.sluice())'"
        try await wait("\(program) runs list --job a --state cancelled --json | grep -q 'not declared'")
        let open = try await project.json("runs", "list", "--jobs", "--state", "running")
        #expect(open["runs"]?[0]?["job"]?.text == "a" && open["runs"]?[1] == nil, "\(open)")
        running.signal(SIGTERM)
        #expect(try await running.wait().exitCode == 0)
    }

    @Test(
        "next ticks of an expression, and mistakes with their place",
        arguments: [
            ("0 0 30 2 *", "^^", "29 days"), ("0 0 * * MONDAY", "^^^^^^", "did you mean \"MON\"?"),
            ("cron(0 0 * * *)", "^^^^^^^^^", "year"),
        ])
    func expressions(_ text: String, _ caret: String, _ remedy: String) async throws {
        let next = try await project.json(
            "schedule", "next", "--at", "cron(0 6 LW * ? 2199)", "--timezone", "America/New_York", "--count", "2")
        #expect(next["ticks"]?[0]?["local"]?.text == "2199-01-31T06:00:00-05:00", "\(next)")
        let wrong = try await project.sluice("schedule", "next", "--at", text)
        #expect(wrong.exitCode == 2 && wrong.errors.contains(caret) && wrong.errors.contains(remedy), "\(wrong.transcript)")
        #expect(!wrong.errors.contains("\\n"), "\(wrong.transcript)")
        let added = try await project.sluice("schedule", "add", "x", "--at", text, "--command", "true")
        #expect(added.exitCode == 2 && added.errors == wrong.errors, "\(added.transcript)")
    }

    @Test("a mistake in an expression is printed with its text, marks under it, and a suggestion")
    func printedMistake() async throws {
        let wrong = try await project.sluice("schedule", "next", "--at", "0 0 * * MONDAY")
        #expect(
            wrong.errors == """
                error[invalid-option]: "MONDAY" is no day of the week
                 --> --at:1:9
                  |
                1 | 0 0 * * MONDAY
                  |         ^^^^^^
                  = did you mean "MON"?

                """, "\(wrong.transcript)")
        let json = try await project.sluice("schedule", "next", "--at", "0 0 * * MONDAY", "--json")
        let text = json.transcript.filter { !$0.isWhitespace }
        #expect(text.contains(#""column":9"#) && text.contains(#""file":"--at""#), "\(json.transcript)")
    }

    @Test("a backfill shows its ticks, runs them, and then has nothing to do")
    func backfill() async throws {
        try project.directory.write(
            "catalog/d.yaml",
            "job: d\ncommand: echo {logical_date} {previous_date} >> ../days\nschedule: {at: \"0 3 * * *\", timezone: Asia/Tokyo}\n")
        try project.directory.write("catalog/behind.yaml", "job: behind\ncommand: \"true\"\nschedule: {after: d}\n")
        let dry = try await project.sluice("schedule", "backfill", "d", "--from", "2024-02-27", "--to", "2024-03-02", "--dry-run")
        #expect(dry.output.contains("4 runs") && dry.output.contains("2024-02-29 03:00:00 +09:00"), "\(dry.transcript)")
        #expect(dry.output.contains("run    echo 2024-02-29 2024-02-28 >> ../days\n"), "\(dry.transcript)")
        #expect(dry.output.contains("Behind each of them run: behind.\n"), "\(dry.transcript)")
        let done = try await project.sluice("schedule", "backfill", "d", "--from", "2024-02-27", "--to", "2024-03-02", "--parallel", "2")
        #expect(done.exitCode == 0, "\(done.transcript)")
        let days = try project.directory.text("days").split(separator: "\n").sorted()
        #expect(days == ["2024-02-27 2024-02-26", "2024-02-28 2024-02-27", "2024-02-29 2024-02-28", "2024-03-01 2024-02-29"])
        let again = try await project.sluice("schedule", "backfill", "d", "--from", "2024-02-27", "--to", "2024-03-02")
        #expect(again.output.contains("All 4 ticks"), "\(again.transcript)")
    }

    @Test("a run is cancelled, whether its process listens or not")
    func cancel() async throws {
        try project.directory.write(
            "catalog/s.yaml", "job: s\ncommand: \"trap '' TERM; echo here; while :; do sleep 0.1; done\"\nschedule: {grace: 500 ms}\n")
        let running = try project.command(["schedule", "run", "s"]).start()
        try await wait("grep -qs here \(project.home)/logs/s/*.log")
        #expect(try await project.sluice("schedule", "cancel", "last").exitCode == 0)
        let result = try await running.wait()
        #expect(result.exitCode == 1 && result.output.contains("cancelled"), "\(result.transcript)")
    }
}
