import Glibc
import SluiceSQLite
import SluiceTestKit
import Testing

/// Flows of a project beside one another, with the scheduler and with databases, by commands alone.
@Suite("flows of a project")
struct FlowProjectTests {
    private let project: Project

    init() throws { project = try Project() }

    private func flow(_ name: String, _ text: String, file: String? = nil) throws {
        try project.directory.write("pipelines/\(file ?? name).yaml", "flow: \(name)\n\(text)\n")
    }

    private func until(_ isDone: () async throws -> Bool) async throws {
        var isOver = false
        for _ in 0..<1_200 {
            isOver = try await isDone()
            if isOver { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        try #require(isOver)
    }

    @Test("a file that is no YAML hides no other flow; who means its flow is told what is wrong") func broken() async throws {
        try project.directory.write("in/a.csv", "id\n1\n")
        try flow("a", "source: {files: ../in/*.csv}\npull: full\ndestination: {files: ../out, format: csv}")
        try project.directory.write("pipelines/b.yaml", "flow: b\n  bad: [\n")
        for words in [["run", "a"], ["history", "a"], ["show", "a"], ["preview", "a"], ["resume", "a"], ["validate", "a"]] {
            let result = try await project.command(["flow"] + words).run()
            #expect(result.exitCode == 0, "\(words) \(result.transcript)")
        }
        let idle = try await project.sluice("flow", "cancel", "a")
        #expect(!idle.errors.contains("malformed-yaml"), "\(idle.transcript)")
        for words in [["run", "b"], ["list"]] {
            let result = try await project.command(["flow"] + words).run()
            #expect(result.exitCode == 2 && result.errors.contains("pipelines/b.yaml:2:"), "\(words) \(result.transcript)")
        }
    }

    @Test("rows that the destination holds are none of what a run reads, nor of the share of bad ones")
    func mergedRows() async throws {
        try project.directory.write("in/a.csv", "id,v,at\n" + (1...1_000).map { "\($0),1,2024-01-01T00:00:00Z\n" }.joined())
        for (name, mode) in [("latest", "keys: id"), ("past", "keys: id, mode: history, changed_at: at")] {
            try flow(
                name,
                """
                source: {files: ../in/*.csv, columns: {id: int64, v: int64, at: timestamptz}}
                pull: incremental
                destination: {table: crm.\(name), \(mode)}
                on_error: {action: dead_letter, max_share: 0.1}
                """)
            #expect(try await project.json("flow", "run", name)["rows_in"]?.integer == 1_000)
        }
        try project.directory.write("in/b.csv", "id,v,at\n1,2,2024-01-02T00:00:00Z\n2,x,2024-01-02T00:00:00Z\n3,y,2024-01-02T00:00:00Z\n")
        for name in ["latest", "past"] {
            let result = try await project.sluice("flow", "run", name)
            #expect(result.exitCode == 1 && result.errors.contains("2 of 3 records"), "\(result.transcript)")
            #expect(try await project.json("runs", "show", "last")["rows_out"]?.integer == 0)
        }
        try project.directory.write("in/b.csv", "id,v,at\n1,2,2024-01-02T00:00:00Z\n2,3,2024-01-02T00:00:00Z\n")
        for name in ["latest", "past"] {
            let run = try await project.json("flow", "run", name)
            #expect(run["rows_in"]?.integer == 2 && run["inputs"]?[0]?["rows"]?.integer == 2, "\(run)")
            #expect((run["bytes_in"]?.integer ?? 0) < 200, "\(run)")
        }
    }

    @Test("two files of one name are refused, whichever of them is meant") func doubled() async throws {
        try project.directory.write("a.csv", "id,v\n1,a\n")
        for file in ["a", "b"] {
            try flow("one", "source: {files: ../a.csv}\npull: incremental\ndestination: {files: ../out_\(file), mode: append}", file: file)
        }
        for words in [["validate"], ["run", "one"], ["run", "pipelines/b.yaml"]] {
            let result = try await project.command(["flow"] + words).run()
            #expect(result.exitCode == 2, "\(result.transcript)")
            #expect(result.errors.contains("pipelines/a.yaml and in pipelines/b.yaml"), "\(result.transcript)")
        }
        try project.directory.write("elsewhere/a.yaml", project.directory.text("pipelines/a.yaml"))
        unlink(project.directory.path("pipelines/b.yaml"))
        #expect(try await project.sluice("flow", "run", "elsewhere/a.yaml").exitCode == 0)
    }

    @Test("rows that a database could not take are put there by resume, also where the run itself succeeded") func owed() async throws {
        try project.directory.write("a.csv", "id,v\n1,a\n")
        try flow("f", "source: {files: ../a.csv}\npull: full\ndestination: {sqlite: ../x.db, table: t, keys: id}")
        let path = project.directory.path("x.db")
        let database = try SQLiteConnection(path, .create)
        try database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); BEGIN IMMEDIATE")
        let locked = try await project.sluice("flow", "run", "f")
        #expect(locked.exitCode == 1, "\(locked.transcript)")
        try database.execute("COMMIT")
        let resumed = try await project.json("flow", "resume", "f")
        #expect(resumed["resumed"]?.boolean == true, "\(resumed)")
        #expect(try SQLiteConnection(path, .read).integer("SELECT count(*) FROM t WHERE v = 'a'") == 1)
        #expect(try await project.json("flow", "resume", "f")["resumed"]?.boolean == false)
    }

    @Test("paths of a schedule start at the folder of the definition, and what is wrong in the rest of it is left out")
    func scheduled() async throws {
        try project.directory.write("ev/.keep", "")
        try flow(
            "e",
            """
            source: {files: "../ev/*.json"}
            pull: incremental
            destination: {files: ../out, format: json, mode: append}
            schedule: {on: {file: "../ev/*.json"}, notify: {file: ../told.jsonl, on: success}}
            """)
        try flow("wrong", "source: {files: ../a.csv}\npull: sometimes\ndestination: {files: ../w}\nschedule: {at: \"* * * * * *\"}")
        let up = try project.command(["up", "--no-server"]).start()
        try await until { up.errorsSoFar.contains("scheduler: ") || !up.isRunning }
        #expect(up.errorsSoFar.contains("scheduler: 1 job\n") && up.errorsSoFar.contains("sometimes"), "\(up.errorsSoFar)")
        // What was there when the job was looked at first is no event.
        var files = 0
        try await until {
            files += 1
            try project.directory.write("ev/\(files / 20).json", #"{"a":1}"#)
            return project.directory.exists("told.jsonl")
        }
        #expect(project.directory.exists("out"))
        up.signal(SIGTERM)
        #expect(try await up.wait().exitCode == 0)
        let runs = try await project.json("schedule", "history")
        #expect(runs["runs"]?.items.allSatisfy { $0["job"]?.text == "e" && $0["state"]?.text == "succeeded" } == true, "\(runs)")
    }

    @Test("cancel ends a run of the scheduler as cancelled, and it is not tried again") func cancelled() async throws {
        let mock = try project.command(["mock", "up", "zendesk", "--rows", "20000"]).start()
        try await until { mock.outputSoFar.contains("/zendesk\n") || !mock.isRunning }
        let line = try #require(mock.outputSoFar.split(separator: "\n").first { $0.hasSuffix("/zendesk") })
        let port = line.split(separator: "/")[1].split(separator: ":")[1]
        var connect = try project.command([
            "connections", "add", "zendesk", "zendesk", "--url", "http://127.0.0.1:\(port)/zendesk", "--set", "email=etl@example.com",
            "--secret", "api_token",
        ])
        connect.input = .text("mock-access-token\n")
        #expect(try await connect.run().exitCode == 0)
        // The vendor's limits make it wait for a minute.
        try flow(
            "slow",
            """
            source: {zendesk: tickets, connection: zendesk}
            pull: full
            destination: {table: d.slow, keys: id}
            schedule: {at: 0 0 1 1 *, retries: 2, retry_delay: 1 s}
            """)
        let up = try project.command(["up", "--no-server"]).start()
        try await until { up.errorsSoFar.contains("scheduler: ") || !up.isRunning }
        #expect(try await project.sluice("schedule", "run", "slow", "--detach").exitCode == 0)
        try await until { try await project.json("flow", "history", "slow")["runs"]?[0]?["state"]?.text == "running" }
        let result = try await project.json("flow", "cancel", "slow")
        #expect(result["ended"]?.boolean == true, "\(result)")
        try await until { try await project.json("schedule", "history")["runs"]?[0]?["ended_at"]?.text != nil }
        let runs = try await project.json("schedule", "history")
        #expect(runs["runs"]?[0]?["state"]?.text == "cancelled" && runs["runs"]?[0]?["attempts"]?.integer == 1, "\(runs)")
        for running in [up, mock] {
            running.signal(SIGTERM)
            _ = try await running.wait()
        }
    }

    @Test("the history has the windows of a database's cursor") func windows() async throws {
        let path = project.directory.path("x.db")
        let database = try SQLiteConnection(path, .create)
        try database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, at REAL); INSERT INTO t VALUES (1, 1.5), (2, 2.5)")
        try flow("w", "source: {sqlite: ../x.db, table: t, cursor: at}\npull: incremental\ndestination: {table: d.w, mode: append}")
        _ = try await project.json("flow", "run", "w")
        try database.execute("INSERT INTO t VALUES (3, 4)")
        _ = try await project.json("flow", "run", "w")
        let history = try await project.json("flow", "history", "w")
        let windows = history["runs"]?.items.compactMap { $0["windows"]?[0] } ?? []
        #expect(windows.map { $0["from"]?.text } == ["2.5", nil] && windows.map { $0["to"]?.text } == ["4.0", "2.5"], "\(windows)")
    }

    @Test("a preview has the rows and columns that destinations get") func preview() async throws {
        try project.directory.write("a.csv", "id,gone\n1,false\n2,true\n")
        try flow(
            "p",
            """
            source: {files: ../a.csv, columns: {id: int64, gone: boolean}}
            pull: full
            destination: {files: ../out}
            """)
        let shown = try await project.json("flow", "preview", "p")
        #expect(shown["outputs"]?[0]?["columns"]?.items.compactMap { $0["name"]?.text } == ["id", "gone"])
        #expect(shown["outputs"]?[0]?["rows"]?.items.count == 2)
    }
}
