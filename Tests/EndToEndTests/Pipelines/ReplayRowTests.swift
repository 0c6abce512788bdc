import SluiceTestKit
import Testing

/// `sluice dlq replay` of records of which other rows went on: only the rows that failed go on, from the step in which they did.
@Suite("replaying rows of dead letters")
struct ReplayRowTests {
    private let project: Project

    init() throws { project = try Project() }

    private func define(_ steps: String, columns: String, more: String = "sink: {files: ../out, format: csv, mode: append}") throws {
        try project.directory.write(
            "pipelines/orders.yaml",
            """
            name: orders
            source: {files: "../in/*.jsonl", columns: {\(columns)}}
            steps:
            \(steps)
            \(more)
            on_error: dead_letter
            incremental: true
            """)
    }

    private func replay(_ more: String...) async throws -> JSONDocument {
        let result = try await project.command(["dlq", "replay", "orders", "--json"] + more).run()
        try #require(result.exitCode == 0, "\(result.transcript)")
        return try #require(try result.json()["pipelines"]?[0])
    }

    private func reasons(_ replayed: JSONDocument) -> [String?] { replayed["kept"]?.items.map { $0["reason"]?.text } ?? [] }

    private func rows(_ folder: String = "out") throws -> [[String]] {
        guard project.directory.exists(folder) else { return [] }
        return try CSVDocument.directory(project.directory.path(folder)).rows.sorted { $0.joined() < $1.joined() }
    }

    private static let exploded = "id: int64, items: list<int64>"
    private static let items = "{\"id\": 1, \"items\": [5, 0, 4, 0]}\n{\"id\": \"x\", \"items\": [1]}\n"

    @Test("behind explode: the elements that failed come once, the others not again")
    func explode() async throws {
        try define("  - explode: items\n  - derive: {share: 100 / items}", columns: Self.exploded)
        try project.directory.write("in/a.jsonl", Self.items)
        _ = try await project.json("run", "pipelines/orders.yaml")
        #expect(try rows().map { $0[1] } == ["4", "5"])
        // What fails again is a letter again, with the row and its history.
        let first = try await replay()
        #expect(first["replayed"]?.integer == 3 && first["failed_again"]?.integer == 3 && reasons(first) == [])
        let letters = try await project.json("dlq", "show", "orders", first["run_id"]?.text ?? "?")
        let shown = letters["dead_letters"]?.items.first { $0["row"]?.text != nil }
        #expect(shown?["row"]?.text == #"{"id":1,"items":0}"# && shown?["history"]?.items.count == 1, "\(letters)")
        try define("  - explode: items\n  - derive: {share: \"IF(items = 0, -1, 100 / items)\"}", columns: Self.exploded)
        let second = try await replay()
        #expect(second["replayed"]?.integer == 3 && second["failed_again"]?.integer == 1 && second["rows_written"]?.integer == 2)
        #expect(try rows().map { $0[1] } == ["0", "0", "4", "5"])
    }

    @Test("behind a join that gives several rows, in one of several routes: into that route only")
    func join() async throws {
        try project.directory.write("prices.csv", "sku,price\na,10\na,0\nb,5\n")
        func define(_ share: String) throws {
            try self.define(
                "  - join: {with: {files: ../prices.csv, columns: {sku: string, price: int64}}, on: [sku]}",
                columns: "id: int64, sku: string",
                more: """
                    routes:
                      all: {sink: {files: ../all, format: csv, mode: append}}
                      shares: {steps: [{derive: {share: "\(share)"}}], sink: {files: ../out, format: csv, mode: append}}
                    match: all
                    """)
        }
        try define("100 / price")
        try project.directory.write("in/a.jsonl", "{\"id\": 1, \"sku\": \"a\"}\n{\"id\": 2, \"sku\": \"b\"}\n")
        _ = try await project.json("run", "pipelines/orders.yaml")
        #expect(try rows("all").count == 3 && rows().count == 2)
        try define("IF(price = 0, -1, 100 / price)")
        let replayed = try await replay()
        #expect(replayed["replayed"]?.integer == 1 && replayed["failed_again"]?.integer == 0 && reasons(replayed) == [])
        #expect(try rows("all").count == 3)
        #expect(try rows().map { $0[2] }.sorted() == ["0", "10", "5"])
    }

    @Test("behind a window: the results that failed go on, though no record is theirs alone")
    func window() async throws {
        func define(_ share: String) throws {
            try self.define(
                """
                  - window: {time: at, size: 1 minute, by: [k], columns: {n: count(*), total: sum(v)}}
                  - derive: {share: "\(share)"}
                """, columns: "at: timestamp, k: string, v: int64")
        }
        try define("100 / total")
        func line(_ minute: Int, _ key: String, _ value: Int) -> String {
            "{\"at\": \"2024-01-01T00:0\(minute):00\", \"k\": \"\(key)\", \"v\": \(value)}\n"
        }
        try project.directory.write("in/a.jsonl", line(0, "a", 3) + line(0, "b", 5) + line(0, "b", -5) + line(9, "a", 1))
        let run = try await project.json("run", "pipelines/orders.yaml")
        #expect(run["dead_letters"]?.integer == 1 && run["rows_out"]?.integer == 1, "\(run)")
        try define("IF(total = 0, 0, 100 / total)")
        let replayed = try await replay()
        #expect(replayed["replayed"]?.integer == 1 && replayed["rows_written"]?.integer == 1 && reasons(replayed) == [])
        #expect(try rows().map { [$0[2], $0[3], $0[4]] }.sorted { $0[0] < $1[0] } == [["a", "1", "3"], ["b", "2", "0"]])
    }

    @Test("rows stay letters where their step is gone, where it gets other columns, and behind a step that counts")
    func kept() async throws {
        try define("  - explode: items\n  - derive: {share: 100 / items}", columns: Self.exploded)
        try project.directory.write("in/a.jsonl", "{\"id\": 1, \"items\": [5, 0]}\n")
        _ = try await project.json("run", "pipelines/orders.yaml")
        try define("  - explode: items\n  - filter: items > 0\n  - derive: {share: 100 / items}", columns: Self.exploded)
        #expect(reasons(try await replay("--dry-run")) == ["unknown-step"])
        try define("  - explode: {column: items, position: place}\n  - derive: {share: 100 / items}", columns: Self.exploded)
        #expect(reasons(try await replay("--dry-run")) == ["other-columns"])
        let strict = try await project.sluice("dlq", "replay", "orders", "--strict")
        #expect(strict.exitCode == 3 && strict.output.contains("other-columns"), "\(strict.transcript)")
        #expect(try rows().count == 1)

        try define("  - explode: items\n  - sample: {every: 2}\n  - derive: {share: 100 / items}", columns: Self.exploded)
        try project.directory.write("in/b.jsonl", "{\"id\": 2, \"items\": [5, 1, 0, 2]}\n")
        let run = try await project.json("run", "pipelines/orders.yaml")
        let counted = try await replay("--dry-run", "--run", run["run_id"]?.text ?? "?")
        #expect(reasons(counted) == ["several-rows"], "\(counted)")
    }

    @Test("--param gives the definition its values; without a pipeline it is refused")
    func parameters() async throws {
        try project.directory.write(
            "pipelines/orders.yaml",
            """
            name: orders
            parameters: {zero: {type: integer}, out: {default: ../out}}
            source: {files: "../in/*.jsonl", columns: {id: int64, n: int64}}
            steps: [{derive: {share: "100 / (n + ${zero})"}}]
            sink: {files: "${out}", format: csv, mode: append}
            on_error: dead_letter
            incremental: true
            """)
        try project.directory.write("in/a.jsonl", "{\"id\": 1, \"n\": 0}\n{\"id\": 2, \"n\": 5}\n")
        _ = try await project.json("run", "pipelines/orders.yaml", "--param", "zero=0")
        let missing = try await project.sluice("dlq", "replay", "orders")
        #expect(missing.exitCode == 2 && missing.errors.contains("zero"), "\(missing.transcript)")
        let replayed = try await replay("--param", "zero=4")
        #expect(replayed["replayed"]?.integer == 1 && replayed["failed_again"]?.integer == 0)
        #expect(try rows().map { $0[0] } == ["1", "2"])
        let unnamed = try await project.sluice("dlq", "replay", "--param", "zero=4")
        #expect(unnamed.exitCode == 2 && unnamed.errors.contains("go with a pipeline"), "\(unnamed.transcript)")
    }
}
