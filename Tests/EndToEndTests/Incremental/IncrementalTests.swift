import SluiceTestKit
import Testing

/// Runs that read only what is new, and the windows that stay open between them.
@Suite("incremental runs")
struct IncrementalTests {
    private let project: Project

    init() throws { project = try Project() }

    private func define(_ steps: String, more: String = "incremental: true", mode: String = "append", source: String = "") throws {
        try project.directory.write(
            "p.yaml",
            """
            name: views
            source: {\(source)files: "in/*.jsonl", columns: {at: timestamp, page: string, n: int64}}
            steps:
            \(steps)
            sink: {files: out, format: csv, mode: \(mode)}
            \(more)
            """)
    }

    private func write(_ file: String, _ rows: [(at: String, page: String, n: Int)]) throws {
        let lines = rows.map { "{\"at\": \"2024-01-01T\($0.at)\", \"page\": \"\($0.page)\", \"n\": \($0.n)}\n" }
        try project.directory.write("in/\(file).jsonl", lines.joined())
    }

    private func run(_ arguments: String...) async throws -> CommandResult {
        try await project.command(["run", "p.yaml", "--quiet"] + arguments).run()
    }

    private func output() throws -> [[String]] {
        guard project.directory.exists("out") else { return [] }
        return try CSVDocument.directory(project.directory.path("out")).rows.sorted { $0.lexicographicallyPrecedes($1) }
    }

    private static let window = "  - window: {time: at, size: 1 minute, delay: 5 s, by: [page], columns: {views: count(*), last: last(n)}}"

    @Test("each file is read once, whatever comes before and after it by name")
    func filesOnce() async throws {
        try define("  - filter: n > 0")
        try write("m", [("00:00:01", "x", 1)])
        #expect(try await run().exitCode == 0)
        try write("a", [("00:00:02", "x", 2)])
        try write("z", [("00:00:03", "x", 3), ("00:00:04", "x", 0)])
        #expect(try await run().exitCode == 0)
        #expect(try await run().exitCode == 0)
        #expect(try output().map { $0[2] } == ["1", "2", "3"])
    }

    @Test("a file that was changed after it was read is told, and not read again")
    func changedFile() async throws {
        try define("  - filter: n > 0")
        try write("a", [("00:00:01", "x", 1)])
        #expect(try await run().exitCode == 0)
        try write("a", [("00:00:01", "x", 1), ("00:00:02", "x", 2)])
        try write("b", [("00:00:03", "x", 3)])
        let result = try await project.json("run", "p.yaml")
        #expect(try output().map { $0[2] } == ["1", "3"])
        #expect(result["notices"]?[0]?.text?.contains("was changed after it was read") == true, "\(result)")
    }

    @Test("with changed_files: read a file that was changed is read again as a whole, once")
    func changedFileAgain() async throws {
        try define("  - filter: n > 0", source: "changed_files: read, ")
        try write("a", [("00:00:01", "x", 1)])
        #expect(try await run().exitCode == 0)
        try write("a", [("00:00:01", "x", 1), ("00:00:02", "x", 2)])
        for _ in 1...2 { #expect(try await run().exitCode == 0) }
        #expect(try output().map { $0[2] }.sorted() == ["1", "1", "2"])
    }

    @Test("--reset forgets what was read")
    func reset() async throws {
        try define("  - filter: n > 0")
        try write("a", [("00:00:01", "x", 1)])
        #expect(try await run().exitCode == 0)
        #expect(try await run("--reset").exitCode == 0)
        #expect(try output().map { $0[2] } == ["1", "1"])
    }

    @Test("a window is handed on by the run in which the watermark passes its end, with the rows of all runs")
    func windowsStayOpen() async throws {
        try define(Self.window)
        try write("a", [("00:00:01", "x", 1), ("00:00:31", "y", 2), ("00:00:59", "x", 3), ("00:01:02", "x", 4)])
        #expect(try await run().exitCode == 0)
        #expect(try output() == [])
        try write("b", [("00:00:58", "x", 10), ("00:01:30", "y", 5), ("00:02:10", "x", 6)])
        #expect(try await run().exitCode == 0)
        let first = "2024-01-01T00:00:00"
        let second = "2024-01-01T00:01:00"
        let third = "2024-01-01T00:02:00"
        let expected = [
            [first, second, "x", "3", "10"], [first, second, "y", "1", "2"], [second, third, "x", "1", "4"],
            [second, third, "y", "1", "5"],
        ]
        #expect(try output() == expected)
    }

    @Test("a row that comes behind the watermark is kept as a dead letter, and ends no run")
    func lateRows() async throws {
        try define(Self.window)
        try write("a", [("00:00:01", "x", 1), ("00:02:00", "x", 2)])
        #expect(try await run().exitCode == 0)
        try write("b", [("00:00:02", "x", 3), ("00:01:57", "x", 4)])
        let result = try await project.json("run", "p.yaml")
        #expect(result["dead_letters"]?.integer == 1)
        let file = try #require(result["dead_letter_file"]?.text)
        let letters = try await Command.shell("cat '\(file)'", directory: project.directory.root).run().output
        #expect(letters.contains("\"late-row\"") && letters.contains("00:00:02"), "\(letters)")
        #expect(try output().map { $0[3] } == ["1"])
    }

    @Test("over the whole input all windows are handed on, and nothing is late")
    func wholeInput() async throws {
        try define(Self.window, more: "", mode: "overwrite")
        try write("a", [("00:02:00", "x", 2), ("00:00:01", "x", 1), ("00:00:02", "x", 3)])
        #expect(try await run().exitCode == 0)
        #expect(try output().map { $0[3] } == ["2", "1"])
    }

    @Test("sliding windows share their rows, sessions end where nothing comes")
    func slidingAndSessions() async throws {
        try define(
            "  - window: {time: at, size: 2 minutes, slide: 1 minute, columns: {n: count(*)}}", more: "", mode: "overwrite")
        try write("a", [("00:01:30", "x", 1), ("00:02:00", "x", 2), ("00:02:59", "x", 3)])
        #expect(try await run().exitCode == 0)
        #expect(try output().map { [String($0[0].suffix(8)), $0[2]] } == [["00:00:00", "1"], ["00:01:00", "3"], ["00:02:00", "2"]])
        try define(
            "  - window: {time: at, session: 30 s, by: [page], columns: {n: count(*)}}", more: "", mode: "overwrite")
        try write(
            "a",
            [
                ("00:00:00", "x", 1), ("00:00:29", "x", 2), ("00:00:58", "x", 3), ("00:01:28", "x", 4), ("00:00:31", "y", 5),
                ("00:00:02", "y", 6),
            ])
        #expect(try await run().exitCode == 0)
        let sessions = try output().map { [String($0[0].suffix(8)), String($0[1].suffix(8)), $0[2], $0[3]] }
        #expect(
            sessions == [
                ["00:00:00", "00:01:28", "x", "3"], ["00:00:02", "00:01:01", "y", "2"], ["00:01:28", "00:01:58", "x", "1"],
            ])
    }

    @Test("windows that are open are of no use to another step, and the refusal says what helps")
    func changedDefinition() async throws {
        try define(Self.window)
        try write("a", [("00:00:01", "x", 1)])
        #expect(try await run().exitCode == 0)
        try define("  - window: {time: at, size: 2 minutes, by: [page], columns: {views: count(*)}}")
        let result = try await run()
        #expect(result.exitCode == 2)
        #expect(result.errors.contains("state-mismatch") && result.errors.contains("--reset"), "\(result.transcript)")
        try define("  - derive: {m: n + 1}\n" + Self.window)
        #expect(try await run().exitCode == 0)
    }

    @Test(
        "what needs all rows at once is refused by validate, with its place and a remedy",
        arguments: [
            ("  - sort: [n]", "append", "leave it out"), ("  - limit: 1", "append", "leave it out"),
            ("  - aggregate: {columns: {n: count(*)}}", "append", "`window`"), ("  - deduplicate: {by: [n]}", "append", "deduplicate"),
            ("  - filter: n > 0", "overwrite", "mode: append"),
        ])
    func refusals(_ steps: String, _ mode: String, _ remedy: String) async throws {
        try define(steps, mode: mode)
        try write("a", [("00:00:01", "x", 1)])
        let result = try await project.sluice("validate", "p.yaml")
        #expect(result.exitCode == 2, "\(result.transcript)")
        #expect(result.errors.contains("not-incremental") && result.errors.contains(remedy), "\(result.transcript)")
        #expect(result.errors.contains("p.yaml:"), "\(result.transcript)")
    }
}
