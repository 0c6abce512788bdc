import Glibc
import SluiceTestKit
import Testing

/// Windows that are corrected, that are shown early, and that do not follow the clock.
@Suite("kinds of windows")
struct WindowRunTests {
    private let project: Project

    init() throws { project = try Project() }

    private func define(
        _ window: String, more: String = "incremental: true", mode: String = "append", source: String = "files: \"in/*.jsonl\""
    ) throws {
        try project.directory.write(
            "p.yaml",
            """
            name: views
            source: {\(source), columns: {at: timestamp, page: string, n: int64}}
            steps:
              - window: {time: at, by: [page], \(window)}
            sink: {files: out, format: csv, mode: \(mode)}
            \(more)
            """)
    }

    private func lines(_ rows: [(at: String, page: String, n: Int)]) -> String {
        rows.map { "{\"at\": \"2024-01-01T\($0.at)\", \"page\": \"\($0.page)\", \"n\": \($0.n)}\n" }.joined()
    }

    private func write(_ file: String, _ rows: [(at: String, page: String, n: Int)]) throws {
        try project.directory.write("in/\(file).jsonl", lines(rows))
    }

    private func run() async throws -> CommandResult { try await project.command(["run", "p.yaml", "--quiet"]).run() }

    /// The rows so far, with times of day for the window's ends.
    private func output() throws -> [String] {
        guard project.directory.exists("out") else { return [] }
        return try CSVDocument.directory(project.directory.path("out")).rows.map { row -> String in
            let ends: [String] = row[..<2].map { String($0.suffix(8)) }
            return (ends + row[2...]).joined(separator: " ")
        }.sorted()
    }

    @Test("a late row that is allowed corrects the windows that it belongs to; one that is not is a dead letter")
    func corrected() async throws {
        try define("size: 1 minute, allowed_lateness: 5 minutes, columns: {n: count(*)}")
        try write("a", [("00:00:10", "x", 1), ("00:00:20", "y", 1), ("00:02:00", "x", 1)])
        #expect(try await run().exitCode == 0)
        let first = ["00:00:00 00:01:00 0 x 1", "00:00:00 00:01:00 0 y 1"]
        #expect(try output() == first)
        try write("b", [("00:00:30", "x", 1), ("00:00:40", "z", 1), ("00:02:30", "x", 1), ("00:00:31", "x", 1)])
        #expect(try await run().exitCode == 0)
        let second = (first + ["00:00:00 00:01:00 1 x 3", "00:00:00 00:01:00 1 z 1"]).sorted()
        #expect(try output() == second)
        try write("c", [("00:00:50", "x", 1), ("00:06:30", "x", 1)])
        #expect(try await run().exitCode == 0)
        let third = (second + ["00:00:00 00:01:00 2 x 4", "00:02:00 00:03:00 0 x 2"]).sorted()
        #expect(try output() == third)
        try write("d", [("00:00:55", "x", 1)])
        #expect(try await project.json("run", "p.yaml")["dead_letters"]?.integer == 1)
        #expect(try output() == third)
    }

    @Test("a row that is late for one of overlapping windows corrects that one only")
    func overlapping() async throws {
        try define("size: 2 minutes, slide: 1 minute, allowed_lateness: 5 minutes, columns: {n: count(*)}")
        try write("a", [("00:00:30", "x", 1), ("00:02:30", "x", 1)])
        #expect(try await run().exitCode == 0)
        try write("b", [("00:01:30", "x", 1), ("00:03:30", "x", 1)])
        #expect(try await run().exitCode == 0)
        #expect(
            try output() == [
                "00:00:00 00:02:00 0 x 1", "00:00:00 00:02:00 1 x 2", "00:01:00 00:03:00 0 x 2", "23:59:00 00:01:00 0 x 1",
            ])
    }

    @Test("a following run shows what open windows hold, marked, and their results in the end")
    func early() async throws {
        try define(
            "size: 1 minute, early: 1 ms, columns: {n: count(*), total: sum(n)}", more: "", source: "stream: views")
        _ = try await project.sluice("stream", "create", "views")
        func put(_ rows: [(at: String, page: String, n: Int)]) async throws {
            var command = try project.command(["stream", "put", "views"])
            command.input = .text(lines(rows))
            #expect(try await command.run().exitCode == 0)
        }
        func wait(for text: String) async throws {
            let seen = try await Command.shell(
                "for i in $(seq 1200); do cat out/part-* 2>/dev/null | grep -q '\(text)' && exit 0; sleep 0.05; done; exit 1",
                directory: project.directory.root
            ).run()
            #expect(seen.exitCode == 0, "no \(text)")
        }
        let running = try project.command(["run", "p.yaml", "--follow", "--every", "20ms", "--quiet"]).start()
        try await put([("00:00:01", "x", 5), ("00:00:02", "y", 1)])
        try await wait(for: "true,x,1,5")
        try await put([("00:00:03", "x", 6)])
        try await wait(for: "true,x,2,11")
        try await put([("00:01:30", "z", 1)])
        try await wait(for: "false,x,2,11")
        running.signal(SIGTERM)
        #expect(try await running.wait().exitCode == 0)
        let rows = try output()
        #expect(rows.filter { $0.contains(" false ") } == ["00:00:00 00:01:00 false x 2 11", "00:00:00 00:01:00 false y 1 1"])
        #expect(rows.count { $0.contains(" true y ") } == 1, "what has not changed is not shown again: \(rows)")
    }

    @Test("windows of a number of rows go on through runs; a run over all rows hands on the last ones, too")
    func counted() async throws {
        try define("count: 3, columns: {first: first(n), last: last(n)}")
        try write("a", [("00:00:01", "x", 1), ("00:00:02", "y", 2), ("00:00:03", "x", 3)])
        #expect(try await run().exitCode == 0)
        #expect(try output() == [])
        try write("b", [("00:00:00", "x", 4), ("00:00:05", "x", 5), ("00:00:06", "y", 6), ("00:00:07", "y", 7)])
        #expect(try await run().exitCode == 0)
        let full = ["00:00:00 00:00:03 x 1 4", "00:00:02 00:00:07 y 2 7"]
        #expect(try output() == full)
        try define("count: 3, columns: {first: first(n), last: last(n)}", more: "", mode: "overwrite")
        #expect(try await run().exitCode == 0)
        #expect(try output() == (full + ["00:00:05 00:00:05 x 5 5"]).sorted())
    }

    @Test("a stagger window begins with the first row of its group, and the next one behind it")
    func stagger() async throws {
        try define("stagger: 1 minute, delay: 10 s, columns: {n: count(*)}")
        try write("a", [("00:00:40", "x", 1), ("00:00:35", "x", 1), ("00:01:34", "x", 1), ("00:01:36", "x", 1), ("00:01:00", "y", 1)])
        #expect(try await run().exitCode == 0)
        #expect(try output() == [])
        try write("b", [("00:02:20", "z", 1)])
        #expect(try await run().exitCode == 0)
        #expect(try output() == ["00:00:35 00:01:35 x 3", "00:01:00 00:02:00 y 1"])
        try write("c", [("00:02:20", "x", 1), ("00:02:05", "x", 1), ("00:04:00", "z", 1)])
        #expect(try await project.json("run", "p.yaml")["dead_letters"]?.integer == 1)
        #expect(try output() == ["00:00:35 00:01:35 x 3", "00:01:00 00:02:00 y 1", "00:01:36 00:02:36 x 2", "00:02:20 00:03:20 z 1"])
    }

    @Test(
        "what means nothing for a kind of window is refused",
        arguments: [
            ("session: 1 minute, allowed_lateness: 1 minute", "allowed_lateness needs windows of a size"),
            ("count: 3, early: 1 s", "early needs windows of a size"), ("count: 3, delay: 1 s", "delay means nothing beside count"),
            ("count: 3, size: 1 minute", "has one of size, session, stagger and count"),
            ("stagger: 1 minute, slide: 1 s", "slide means nothing beside stagger"), ("late: drop", "lacks the key \"size, session"),
        ])
    func refused(_ window: String, _ reason: String) async throws {
        try define(window + ", columns: {n: count(*)}")
        try write("a", [("00:00:01", "x", 1)])
        let result = try await project.sluice("validate", "p.yaml")
        #expect(result.exitCode == 2 && result.errors.contains(reason), "\(result.transcript)")
    }

    @Test("a shard that was split holds the watermark back until those that came of it have begun, and no longer")
    func split() async throws {
        _ = try await project.sluice("stream", "create", "moved", "--shards", "2")
        try project.directory.write(
            "moved.yaml",
            """
            name: moved
            incremental: true
            source: {stream: moved, columns: {at: timestamp, page: string, n: int64}}
            steps:
              - window: {time: at, size: 10 s, idle: 10 days, by: [page], columns: {views: count(*)}}
            sink: {files: moved, format: csv, mode: append}
            """)
        try await project.put(Clicks.lines(0..<1_000), into: "moved", key: "page")
        _ = try await project.sluice("stream", "split", "moved", "0")
        try await project.put(Clicks.lines(1_000..<6_000), into: "moved", key: "page")
        let run = try await project.json("run", "moved.yaml")
        #expect(run["rows_in"]?.integer == 6_000 && run["dead_letters"]?.integer == 0, "\(run)")
        // The slowest of seven pages has come to within 20 * 7 ms of the end of minute 2.
        let windows = try CSVDocument.directory(project.directory.path("moved"))
        #expect(windows.counts(by: "page") == Dictionary(uniqueKeysWithValues: (0..<7).map { ("p\($0)", 11) }))
    }
}
