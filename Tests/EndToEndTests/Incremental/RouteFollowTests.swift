import Glibc
import SluiceTestKit
import Testing

/// Runs with several sinks that go on and on, through kills.
@Suite("following runs with routes")
struct RouteFollowTests {
    private let project: Project
    private static let events = 6_000

    init() throws {
        project = try Project()
        try project.directory.write(
            "split.yaml",
            """
            name: split
            source: {stream: clicks, columns: {at: timestamp, page: string, n: int64}}
            routes:
              even: {when: n % 2 = 0, steps: [{derive: {half: n / 2}}], sink: {table: shop.even, format: json, mode: append}}
              third: {when: n % 3 = 0, sink: {files: third, format: json, mode: append}}
              windows:
                when: n % 2 = 0 OR n % 3 = 0
                steps: [{window: {time: at, size: 10 s, delay: 2 s, idle: 1 hour, by: [page], columns: {views: count(*)}}}]
                sink: {files: windows, format: csv, mode: append}
            match: all
            otherwise: {steps: [{select: [page, n]}], sink: {stream: others, key: page}}
            """)
    }

    private func put(_ range: Range<Int>) async throws { try await project.put(Clicks.lines(range), into: "clicks", key: "page") }

    /// The numbers `n` of JSON lines, in order of size.
    private func numbers(_ listing: String) async throws -> [Int] {
        let result = try await Command.shell(
            "\(listing) | sed 's/.*\"n\":\\([0-9]*\\).*/\\1/' | sort -n", directory: project.directory.root
        ).run()
        return result.output.split(whereSeparator: \.isNewline).compactMap { Int($0) }
    }

    @Test("kill -9 again and again: every row once in each sink that it belongs to", arguments: [1, 2, 3])
    func killed(_ seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        _ = try await project.sluice("stream", "create", "clicks", "--shards", "2")
        try await put(0..<1)
        var next = 1
        while next < Self.events {
            let running = try project.follow("split.yaml")
            let end = min(Self.events, next + Int.random(in: 300...1_500, using: &random))
            try await put(next..<end)
            next = end
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...250, using: &random)))
            running.signal(SIGKILL)
            _ = try await running.wait()
        }
        try project.directory.write("split.yaml", project.directory.text("split.yaml") + "\nincremental: true\n")
        let last = try await project.sluice("run", "split.yaml", "--quiet")
        #expect(last.exitCode == 0, "\(last.transcript)")
        let all = Array(0..<Self.events)
        #expect(try await numbers("cat \(project.tablePath("shop", "even"))/part-*") == all.filter { $0 % 2 == 0 })
        #expect(try await numbers("cat third/part-*") == all.filter { $0 % 3 == 0 })
        let tail = try await project.sluice("stream", "tail", "others", "--from", "start", "--limit", "100000", "--lines")
        let others = try JSONDocument.lines(tail.output).compactMap { $0["n"]?.integer }
        #expect(others.sorted() == all.filter { $0 % 2 != 0 && $0 % 3 != 0 })
        let windows = try CSVDocument.directory(project.directory.path("windows"))
        let closed = (Self.events * 20 - 20 - 2_000) / 10_000
        #expect(windows.rows.count == closed * 7)
        #expect(Set(windows.rows.map { [$0[0], $0[2]] }).count == closed * 7)
        let views = windows.rows.reduce(0) { $0 + (Int($1[3]) ?? 0) }
        #expect(views == all.filter { $0 < closed * 500 && ($0 % 2 == 0 || $0 % 3 == 0) }.count)
        #expect(project.stagedFiles.isEmpty, "\(project.stagedFiles)")
    }

    @Test("late rows go to the side output that the window names, with all their columns")
    func late() async throws {
        try project.directory.write(
            "late.yaml",
            """
            name: late
            source: {files: "in/*.jsonl", columns: {at: timestamp, page: string, n: int64}}
            steps:
              - window: {time: at, size: 10 s, late: {output: behind}, by: [page], columns: {views: count(*)}}
            sink: {files: windows, format: csv, mode: append}
            side_outputs:
              behind: {steps: [{derive: {twice: n * 2}}], sink: {files: behind, format: csv, mode: append}}
            incremental: true
            """)
        func write(_ file: String, _ rows: [(String, Int)]) throws {
            try project.directory.write(
                "in/\(file).jsonl",
                rows.map { "{\"at\": \"2024-01-01T00:\($0.0)\", \"page\": \"p\", \"n\": \($0.1)}\n" }.joined())
        }
        try write("a", [("00:01", 1), ("00:30", 2)])
        let first = try await project.json("run", "late.yaml")
        #expect(first["routes"]?.items.map { $0["rows_in"]?.integer } == [0])
        try write("b", [("00:02", 3), ("00:31", 4), ("00:05", 5), ("01:00", 6)])
        let second = try await project.json("run", "late.yaml")
        #expect(second["routes"]?[0]?["name"]?.text == "behind")
        #expect(second["routes"]?[0]?["rows_out"]?.integer == 2)
        #expect(second["dead_letters"]?.integer == 0)
        let behind = try CSVDocument.directory(project.directory.path("behind"))
        #expect(behind.columns == ["at", "page", "n", "twice"])
        #expect(behind.rows.map { [$0[2], $0[3]] } == [["3", "6"], ["5", "10"]])
        let windows = try CSVDocument.directory(project.directory.path("windows"))
        #expect(windows.rows.map { $0[3] }.sorted() == ["1", "2"])
    }

    @Test("an output that is added later is told of once, by the run that has it first")
    func addedOutput() async throws {
        let definition = """
            name: grows
            source: {files: "in/*.jsonl", columns: {n: int64}}
            incremental: true
            match: all
            routes:
              one: {when: n > 0, sink: {files: one, format: csv, mode: append}}

            """
        try project.directory.write("grows.yaml", definition)
        try project.directory.write("in/a.jsonl", "{\"n\": 1}\n")
        #expect(try await project.json("run", "grows.yaml")["notices"]?.items.isEmpty == true)
        try project.directory.write("grows.yaml", definition + "  two: {when: n > 0, sink: {files: two, format: csv, mode: append}}\n")
        try project.directory.write("in/b.jsonl", "{\"n\": 2}\n")
        let second = try await project.json("run", "grows.yaml")
        let notices = second["notices"]?.items.compactMap(\.text) ?? []
        #expect(notices.count == 1 && notices[0].contains("/two: an output that earlier runs did not have"), "\(notices)")
        #expect(try CSVDocument.directory(project.directory.path("two")).rows == [["2"]])
        #expect(try await project.json("run", "grows.yaml")["notices"]?.items.isEmpty == true)
        let again = try await project.json("run", "grows.yaml", "--reset")
        #expect(again["notices"]?.items.isEmpty == true, "\(again)")
    }

    @Test("a following run fails beyond the limits of on_error; the epochs before it stay")
    func limits() async throws {
        try project.directory.write(
            "limits.yaml",
            """
            name: limits
            source: {files: "in/*.csv", columns: {n: int64}}
            sink: {files: out, format: csv, mode: append}
            on_error: {action: dead_letter, max_share: 0.5, min_records: 3}
            """)
        try project.directory.write("in/a.csv", "n\nx\n1\n")
        let running = try project.command(["run", "limits.yaml", "--follow", "--every", "20ms"]).start()
        let seen = try await Command.shell(
            "for i in $(seq 600); do ls out/part-*.csv >/dev/null 2>&1 && break; sleep 0.05; done; printf 'n\\ny\\nz\\n' > in/b.csv",
            directory: project.directory.root
        ).run()
        #expect(seen.exitCode == 0)
        let result = try await running.wait()
        #expect(result.exitCode == 1)
        #expect(result.errors.contains("too-many-bad-records") && result.errors.contains("3 of 4 records"), "\(result.transcript)")
        #expect(try CSVDocument.directory(project.directory.path("out")).rows == [["1"]])
        let letters = try await project.json("dlq", "list")
        #expect(letters["files"]?.items.map { $0["letters"]?.integer } == [1])
    }
}
