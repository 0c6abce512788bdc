import Glibc
import SluiceTestKit
import Testing

/// Runs that other processes execute: ended, followed, done again.
@Suite("control of runs") struct RunControlTests {
    private let project: Project

    init() throws { project = try Project() }

    /// Waits until a command of the shell succeeds.
    private func wait(_ condition: String) async throws {
        let found = try await Command.shell(
            "for i in $(seq 1200); do \(condition) && exit 0; sleep 0.1; done; exit 1", environment: ["SLUICE_HOME": project.home],
            directory: project.directory.root
        ).run()
        try #require(found.exitCode == 0, "never: \(condition)\n\(found.transcript)")
    }

    @Test("a run that nobody schedules any more is cancelled by the command itself, and the record says who and why")
    func orphan() async throws {
        try project.directory.write(
            "catalog/s.yaml", "job: s\ncommand: \"trap '' TERM; echo here; while :; do sleep 0.1; done\"\nschedule: {grace: 300 ms}\n")
        let running = try project.command(["schedule", "run", "s"]).start()
        try await wait("grep -qs here \(project.home)/logs/s/*.log")
        running.signal(SIGKILL)
        _ = try await running.wait()
        let cancelled = try await project.json("runs", "cancel", "last", "--reason", "the source is wrong")
        #expect(cancelled["runs"]?[0]?["state"]?.text == "cancelled", "\(cancelled)")
        let reason = try #require(cancelled["runs"]?[0]?["reason"]?.text)
        #expect(reason.contains("process ") && reason.contains(": the source is wrong") && reason.hasSuffix("was killed"), "\(reason)")
        let shown = try await project.sluice("runs", "show", try #require(cancelled["runs"]?[0]?["run_id"]?.text))
        #expect(shown.output.contains("the source is wrong"), "\(shown.transcript)")
        let again = try await project.sluice("runs", "cancel", "last")
        #expect(again.exitCode == 2 && again.errors.contains("is over: cancelled"), "\(again.transcript)")
    }

    @Test("a pipeline that another process follows is watched and cancelled")
    func pipeline() async throws {
        try project.directory.write("in/1.csv", "id\n1\n2\n")
        try project.directory.write(
            "p.yaml",
            "name: p\nsource: {files: in/*.csv, columns: {id: int64}}\nincremental: true\nsink: {table: shop.p, mode: append}\n")
        let running = try project.command(["run", "p.yaml", "--follow", "--every", "100ms"]).start()
        let program = "'\(try BuiltProgram.sluice())'"
        try await wait("\(program) runs list --state running | grep -q running")
        let watching = try project.command(["runs", "show", "last", "--watch"]).start()
        let cancelled = try await project.json("runs", "cancel", "last", "--reason", "enough", "--grace", "60s")
        #expect(cancelled["killed"]?.boolean == false && cancelled["cancelled_by"]?.text?.contains("process") == true, "\(cancelled)")
        _ = try await running.wait()
        let watched = try await watching.wait()
        #expect(
            watched.exitCode == 0 && watched.output.contains("it was cancelled by") && watched.output.contains("enough"),
            "\(watched.transcript)")
    }

    @Test("elements of a tick by a command, their logs together, and the graph goes on from what failed")
    func elements() async throws {
        try project.directory.write(
            "catalog/a.yaml",
            "job: a\ncommand: echo load {element}; test {element} != us -o -f ../ready\nschedule: {each: [eu, us]}\n")
        try project.directory.write(
            "catalog/b.yaml", "job: b\ncommand: echo after; echo rows=5 >> $SLUICE_PROPERTIES\nschedule: {after: a}\n")
        try project.directory.write("catalog/c.yaml", "job: c\ncommand: echo {property.rows} $SLUICE_PROPERTY_ROWS\nschedule: {after: b}\n")
        let failed = try await project.command(["schedule", "run", "a", "--json"]).run()
        #expect(failed.exitCode == 1 && failed.output.contains("1 of 2 elements did not succeed: us"), "\(failed.transcript)")
        let logs = try await project.sluice("runs", "logs", "last", "--graph")
        #expect(logs.output.contains("a [eu]  succeeded") && logs.output.contains("load us"), "\(logs.transcript)")
        try project.directory.write("ready", "")
        let resumed = try await project.json("runs", "resume", "last")
        let names = (0..<4).map { index in resumed["runs"]?[index]?["job"]?.text ?? "" }
        #expect(names.sorted() == ["a", "a", "b", "c"], "\(resumed)")
        let told = try await project.sluice("runs", "logs", "last")
        #expect(told.output == "5 5\n", "\(told.transcript)")
        let listed = try await project.json("runs", "list", "--job", "a")
        #expect(listed["runs"]?[4]?["run_id"] != nil && listed["runs"]?[5]?["run_id"] == nil, "\(listed)")
        let nothing = try await project.sluice("runs", "resume", "last")
        #expect(nothing.exitCode == 0 && nothing.output.contains("nothing to do"), "\(nothing.transcript)")
    }

    @Test("last is the newest run that a command can do something with; one that is done again says so")
    func last() async throws {
        try project.directory.write("catalog/a.yaml", "job: a\ncommand: test -f ../ready\n")
        try project.directory.write("catalog/b.yaml", "job: b\ncommand: \"true\"\nschedule: {after: a}\n")
        try project.directory.write("catalog/c.yaml", "job: c\ncommand: \"true\"\n")
        #expect(try await project.sluice("schedule", "run", "a").exitCode == 1)
        #expect(try await project.sluice("schedule", "run", "c").exitCode == 0)
        let over = try await project.sluice("runs", "cancel", "last")
        #expect(over.exitCode == 2 && over.errors.contains("of c is over: succeeded"), "\(over.transcript)")
        try project.directory.write("ready", "")
        let again = try await project.command(["runs", "retry", "last", "--json"]).run()
        let runs = try again.json()["runs"]
        #expect(again.exitCode == 0 && again.errors.contains(" of a: failed"), "\(again.transcript)")
        #expect(runs?[0]?["job"]?.text == "a" && runs?[0]?["cause"]?.text == "retry", "\(again.transcript)")
        #expect(runs?[1]?["job"]?.text == "b" && runs?[1]?["cause"]?.text == "jobs", "\(again.transcript)")
        let nothing = try await project.sluice("schedule", "retry", "last")
        #expect(nothing.exitCode != 0 && nothing.errors.contains("another run by now"), "\(nothing.transcript)")
    }

    @Test("a backfill over ticks ends with 1 when one of them did not succeed, and does that one again")
    func failedBackfill() async throws {
        try project.directory.write("catalog/d.yaml", "job: d\ncommand: test {logical_date} != 2024-02-28\nschedule: \"0 3 * * *\"\n")
        let range = ["--from", "2024-02-27", "--to", "2024-03-02", "--json"]
        for count in [4, 1] {
            let done = try await project.command(["schedule", "backfill", "d", "--parallel", "2"] + range).run()
            #expect(done.exitCode == 1, "\(done.transcript)")
            let runs = try done.json()["runs"]
            #expect(runs?[count - 1]?["job"]?.text == "d" && runs?[count] == nil, "\(done.transcript)")
        }
    }

    @Test("two lines that declare one job are both named, and none is added")
    func twice() async throws {
        try project.directory.write(
            "jobs.jsonl",
            """
            {"job": "x", "command": "true"}

            {"job": "y", "command": "true"}
            {"job": "x", "command": "false"}

            """)
        let loaded = try await project.sluice("schedule", "load", "jobs.jsonl")
        #expect(loaded.exitCode == 2 && loaded.errors.contains("in jobs.jsonl:1 and in jobs.jsonl:4"), "\(loaded.transcript)")
        #expect(loaded.errors.contains("--> jobs.jsonl:4"), "\(loaded.transcript)")
        #expect(try await project.sluice("jobs").output.hasPrefix("No jobs"))
        // A byte order mark is no part of the first line.
        try project.directory.write(
            "marked.jsonl", "\u{FEFF}{\"job\": \"x\", \"command\": \"true\"}\r\n{\"job\": \"y\", \"command\": \"true\"}\r\n")
        let marked = try await project.sluice("schedule", "load", "marked.jsonl")
        #expect(marked.exitCode == 0 && marked.output == "Added 2 jobs.\n", "\(marked.transcript)")
    }

    @Test("a backfill that is only shown makes no state; jobs of Glue are taken over")
    func looks() async throws {
        try project.directory.write("catalog/d.yaml", "job: d\ncommand: \"true\"\nschedule: \"0 3 * * *\"\n")
        let dry = try await project.sluice("schedule", "backfill", "d", "--from", "2024-02-27", "--to", "2024-03-02", "--dry-run")
        #expect(dry.exitCode == 0 && dry.output.contains("4 runs"), "\(dry.transcript)")
        #expect(project.directory.files(below: "home").isEmpty)
        try project.directory.write(
            "glue.json",
            #"{"Triggers": [{"Name": "t", "Type": "SCHEDULED", "Schedule": "cron(0 6 ? * MON-FRI *)", "Actions": [{"JobName": "g"}]}]}"#)
        let imported = try await project.sluice("job", "import", "glue.json")
        #expect(imported.exitCode == 0 && imported.output == "Wrote catalog/g.yaml.\n", "\(imported.transcript)")
        let graph = try await project.sluice("job", "graph", "g")
        #expect(graph.output.contains("cron(0 6 ? * MON-FRI *)"), "\(graph.transcript)")
        #expect(try await project.sluice("job", "import", "glue.json").exitCode != 0)
        try project.directory.write("catalog/d.yaml", "job: d\ncommand: \"true\"\nschedule: {cron: \"0 3 * * *\"}\n")
    }

    @Test("a mistake in one declaration is told by each command, and hides none of the other jobs")
    func mistake() async throws {
        try project.directory.write("catalog/d.yaml", "job: d\ncommand: \"true\"\nschedule: {cron: \"0 3 * * *\"}\n")
        try project.directory.write("catalog/e.yaml", "job: e\ncommand: \"false\"\nschedule: {timeout: 1m}\n")
        let list = try await project.sluice("jobs")
        #expect(list.exitCode == 2 && list.errors.contains("did you mean \"at\"?") && list.output.contains("\ne "), "\(list.transcript)")
        let status = try await project.sluice("status")
        #expect(status.exitCode == 0 && status.errors.contains("catalog/d.yaml:3:12"), "\(status.transcript)")
        #expect(status.output.contains("1 mistake in definitions"), "\(status.transcript)")
        #expect(try await project.sluice("schedule", "pause", "e").exitCode == 0)
        let beside = try await project.sluice("schedule", "run", "e")
        #expect(beside.exitCode == 1 && beside.errors.contains("catalog/d.yaml:3:12"), "\(beside.transcript)")
        let wrong = try await project.sluice("schedule", "run", "d")
        #expect(wrong.exitCode != 0 && wrong.errors.contains("mend what is told above"), "\(wrong.transcript)")
        let checked = try await project.sluice("validate", "catalog/d.yaml", "catalog/e.yaml")
        #expect(checked.exitCode == 2 && checked.output.contains("catalog/d.yaml: 1 error\n"), "\(checked.transcript)")
        #expect(checked.output.contains("ok    catalog/e.yaml\n"), "\(checked.transcript)")
        try project.directory.write("catalog/d.yaml", "job: d\ncommand: \"true\"\n")
        #expect(try await project.sluice("schedule", "run", "e").exitCode == 1)
        let failed = try await project.json("runs", "list", "--jobs", "--state", "failed")
        #expect(failed["runs"]?[0]?["job"]?.text == "e", "\(failed)")
        let none = try await project.sluice("runs", "list", "--state", "timed_out")
        #expect(none.exitCode == 0 && none.output.hasPrefix("No such runs of jobs"), "\(none.transcript)")
    }
}
