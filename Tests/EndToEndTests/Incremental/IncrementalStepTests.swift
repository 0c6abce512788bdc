import SluiceTestKit
import Testing

/// Steps that remember, or need not remember, what earlier runs saw.
@Suite("steps of incremental runs")
struct IncrementalStepTests {
    private let project: Project

    init() throws { project = try Project() }

    private func define(_ steps: String, more: String = "incremental: true", mode: String = "append") throws {
        try project.directory.write(
            "p.yaml",
            """
            name: messages
            source: {files: "in/*.jsonl", columns: {at: timestamp, id: string, n: int64}}
            steps:
            \(steps)
            sink: {files: out, format: csv, mode: \(mode)}
            \(more)
            """)
    }

    private func write(_ file: String, _ rows: [(at: String, id: String, n: Int)]) throws {
        let lines = rows.map { "{\"at\": \"2024-01-01T\($0.at)\", \"id\": \"\($0.id)\", \"n\": \($0.n)}\n" }
        try project.directory.write("in/\(file).jsonl", lines.joined())
    }

    private func run() async throws -> CommandResult { try await project.command(["run", "p.yaml", "--quiet"]).run() }

    /// The column `n` of what was written so far.
    private func numbers() throws -> [Int] {
        guard project.directory.exists("out") else { return [] }
        return try CSVDocument.directory(project.directory.path("out")).rows.compactMap { Int($0[2]) }.sorted()
    }

    private static let recent = "  - deduplicate: {by: [id], time: at, within: 10 minutes, delay: 1 minute}"

    @Test("a duplicate of an earlier run's row is left out while it is near it in time")
    func duplicates() async throws {
        try define(Self.recent)
        try write("a", [("00:00:00", "x", 1), ("00:05:00", "y", 2), ("00:09:00", "x", 3)])
        #expect(try await run().exitCode == 0)
        #expect(try numbers() == [1, 2])
        try write("b", [("00:08:30", "y", 4), ("00:10:00", "x", 5), ("00:15:00", "y", 6)])
        #expect(try await run().exitCode == 0)
        #expect(try numbers() == [1, 2, 5, 6])
        try write("c", [("00:14:00", "x", 7), ("00:24:59", "y", 8), ("00:25:00", "y", 9)])
        #expect(try await run().exitCode == 0)
        #expect(try numbers() == [1, 2, 5, 6, 9])
    }

    @Test("keys are forgotten behind the watermark; rows that come later still are dead letters and end no run")
    func forgotten() async throws {
        try define(Self.recent)
        try write("a", [("00:00:00", "x", 1), ("02:00:00", "y", 2)])
        #expect(try await run().exitCode == 0)
        let files = project.directory.files(below: "home/state/messages")
        #expect(files.count == 1)
        try write("b", [("00:00:01", "x", 3), ("01:59:00", "x", 4), ("05:00:00", "z", 5)])
        let result = try await project.json("run", "p.yaml")
        #expect(result["dead_letters"]?.integer == 1)
        #expect(try numbers() == [1, 2, 4, 5])
        try write("c", [("05:00:01", "z", 6)])
        #expect(try await run().exitCode == 0)
        #expect(try numbers() == [1, 2, 4, 5])
        let kept = project.directory.files(below: "home/state/messages")
        #expect(kept.count == 1 && kept != files, "only the keys that duplicates may come of are kept: \(kept)")
    }

    @Test("keys that were kept are of no use to another step")
    func changedDefinition() async throws {
        try define(Self.recent)
        try write("a", [("00:00:00", "x", 1)])
        #expect(try await run().exitCode == 0)
        try define("  - deduplicate: {by: [n], time: at, within: 10 minutes, delay: 1 minute}")
        let result = try await run()
        #expect(result.exitCode == 2 && result.errors.contains("state-mismatch"), "\(result.transcript)")
    }

    @Test("mask, a share of the rows and assert give in pieces what they give in one go")
    func pieces() async throws {
        let steps = """
              - sample: {share: 0.5, by: id}
              - mask: {id: hash}
              - assert: {odd: {that: n % 2 = 1, on_fail: drop}}
            """
        let rows = (0..<60).map { (at: "00:00:01", id: "k\($0)", n: $0) }
        try define(steps)
        try write("a", Array(rows[..<20]))
        #expect(try await run().exitCode == 0)
        try write("b", Array(rows[20...]))
        #expect(try await run().exitCode == 0)
        let pieces = try numbers()
        #expect(pieces.count > 5 && pieces.count < 25 && pieces.allSatisfy { $0 % 2 == 1 }, "\(pieces)")
        try define(steps, more: "", mode: "overwrite")
        #expect(try await run().exitCode == 0)
        #expect(try numbers() == pieces)
    }

    @Test("a sample of every n-th row goes on counting where the run before ended")
    func every() async throws {
        try define("  - sample: {every: 2}")
        for (file, numbers) in [("a", [1, 2, 3]), ("b", [4]), ("c", [5, 6, 7])] {
            try write(file, numbers.map { (at: "00:00:00", id: "x", n: $0) })
            #expect(try await run().exitCode == 0)
        }
        #expect(try numbers() == [1, 3, 5, 7])
        try define("  - sample: {every: 3}")
        let result = try await run()
        #expect(result.exitCode == 2 && result.errors.contains("a sample of every 2 rows"), "\(result.transcript)")
    }

    @Test("a union reads what is new of both its sources")
    func union() async throws {
        try define("  - union: {files: \"more/*.jsonl\", columns: {at: timestamp, id: string, n: int64}}\n" + Self.recent)
        func more(_ file: String, _ id: String, _ n: Int) throws {
            try project.directory.write("more/\(file).jsonl", "{\"at\": \"2024-01-01T00:00:00\", \"id\": \"\(id)\", \"n\": \(n)}\n")
        }
        try write("a", [("00:00:00", "x", 1)])
        try more("a", "y", 2)
        #expect(try await run().exitCode == 0)
        #expect(try numbers() == [1, 2])
        try more("b", "z", 3)
        #expect(try await run().exitCode == 0)
        try write("b", [("00:00:01", "y", 4), ("00:00:01", "v", 5)])
        #expect(try await run().exitCode == 0)
        #expect(try numbers() == [1, 2, 3, 5])
        let bookmarks = try await project.sluice("bookmarks", "show", "messages", "--json").output
        #expect(bookmarks.contains("with files more/*.jsonl: "), "\(bookmarks)")
    }

    @Test("a row that a rule may not let pass ends the run, whatever is done with others")
    func strictRule() async throws {
        let steps = "  - assert:\n      small: {that: n < 6, on_fail: fail}\n      odd: {that: n % 2 = 1, on_fail: drop}"
        try define(steps, more: "on_error: dead_letter", mode: "overwrite")
        try write("a", [("00:00:00", "x", 1), ("00:00:00", "y", 4), ("00:00:00", "z", 8)])
        let result = try await run()
        #expect(result.exitCode == 1)
        let message = "error[assertion-failed]: rule \"small\" does not hold: n < 6 (step \"1 assert\")"
        #expect(result.errors.contains(message), "\(result.transcript)")
        #expect(result.errors.contains("in/a.jsonl:3"))
    }

    @Test("the counts of a rule are in the run's record, and rows that only warn are told")
    func rules() async throws {
        let steps = "  - assert:\n      small: {that: n < 3, on_fail: warn}\n      id: id <> 'z'"
        try define(steps, more: "on_error: dead_letter", mode: "overwrite")
        try write("a", [("00:00:00", "x", 1), ("00:00:00", "y", 5), ("00:00:00", "z", 7)])
        let result = try await project.json("run", "p.yaml")
        #expect(try numbers() == [1, 5])
        #expect(result["rules"]?[0]?["name"]?.text == "small" && result["rules"]?[0]?["failed"]?.integer == 2, "\(result)")
        #expect(result["rules"]?[1]?["name"]?.text == "id" && result["rules"]?[1]?["failed"]?.integer == 1)
        #expect(result["notices"]?[0]?.text == "step \"1 assert\": 2 rows do not keep the rule \"small\": n < 3", "\(result)")
        let screen = try await project.command(["runs", "show", "last"]).run().output
        #expect(screen.contains("rows failed") && screen.contains("n < 3"), "\(screen)")
    }
}
