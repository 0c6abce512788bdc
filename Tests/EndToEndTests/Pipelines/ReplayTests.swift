import Glibc
import SluiceTestKit
import Testing

/// `sluice dlq replay`: records that failed go through the definition as it is now, each once.
@Suite("replaying dead letters")
struct ReplayTests {
    private let project: Project

    init() throws { project = try Project() }

    private func define(
        _ expression: String = "100 / amount", type: String = "int64", column: String = "amount", mode: String = "append",
        more: String = "incremental: true"
    ) throws {
        try project.directory.write(
            "pipelines/orders.yaml",
            """
            name: orders
            source: {files: "../in/*.csv", format: csv, columns: {id: int64, \(column): \(type)}}
            steps:
              - filter: id > 0
              - derive: {share: "\(expression)"}
              - select: [id, \(column), share]
            sink: {files: ../out, format: csv, mode: \(mode)}
            on_error: dead_letter
            \(more)
            """)
    }

    private func replay(_ more: String...) async throws -> JSONDocument {
        let command = try project.command(["dlq", "replay", "orders", "--json"] + more)
        let result = try await command.run()
        try #require(result.exitCode == 0, "\(result.transcript)")
        return try #require(try result.json()["pipelines"]?[0])
    }

    private func ids() throws -> [Int] {
        guard project.directory.exists("out") else { return [] }
        return try CSVDocument.directory(project.directory.path("out")).rows.compactMap { Int($0[0]) }.sorted()
    }

    @Test("what failed goes out once the definition is right; what fails again is a letter again, with its history")
    func life() async throws {
        try define()
        try project.directory.write("in/a.csv", "id,amount\n1,4\n2,0\n3,1.5\n4,many\n5,10\n")
        let run = try await project.json("run", "pipelines/orders.yaml")
        #expect(run["dead_letters"]?.integer == 3)
        #expect(try ids() == [1, 5])
        let dry = try await replay("--dry-run")
        #expect(dry["replayed"]?.integer == 3 && dry["run_id"] == .null)

        try define("IF(amount = 0, 0, 100 / amount)", type: "float64")
        let first = try await replay()
        #expect(first["replayed"]?.integer == 3 && first["failed_again"]?.integer == 1 && first["rows_written"]?.integer == 2)
        #expect(try ids() == [1, 2, 3, 5])
        let list = try await project.json("dlq", "list")
        let files = list["files"]?.items ?? []
        #expect(files.count == 2)
        #expect(files.filter { $0["replayed_by"]?.text == first["run_id"]?.text }.map { $0["letters"]?.integer } == [3])
        let letters = try await project.json("dlq", "show", "orders", first["run_id"]?.text ?? "?")
        let letter = letters["dead_letters"]?[0]
        #expect(letter?["raw"]?.text == "4,many")
        #expect(letter?["place"]?.text?.hasSuffix("in/a.csv:5") == true)
        #expect(letter?["history"]?.items.map { $0["code"]?.text } == ["value-does-not-fit"])

        // What was replayed is not replayed again; the one that is left comes once more, and its history grows.
        let second = try await replay()
        #expect(second["replayed"]?.integer == 1 && second["failed_again"]?.integer == 1)
        #expect(try ids() == [1, 2, 3, 5])
        let again = try await project.json("dlq", "show", "orders", second["run_id"]?.text ?? "?")
        #expect(again["dead_letters"]?[0]?["history"]?.items.count == 2)
        // A later run reads nothing again.
        let later = try await project.json("run", "pipelines/orders.yaml")
        #expect(later["rows_in"]?.integer == 0)
    }

    @Test("a run that replaces its output gets the missing rows added; letters that a later run read again stay")
    func replacing() async throws {
        try define(mode: "overwrite", more: "")
        try project.directory.write("in/a.csv", "id,amount\n1,4\n2,0\n")
        _ = try await project.json("run", "pipelines/orders.yaml")
        _ = try await project.json("run", "pipelines/orders.yaml")
        try define("IF(amount = 0, 0, 100 / amount)", mode: "overwrite", more: "")
        let replayed = try await replay()
        #expect(replayed["replayed"]?.integer == 1)
        #expect(replayed["kept"]?.items.map { $0["reason"]?.text } == ["superseded"])
        #expect(try ids() == [1, 2])
        let nothing = try await replay()
        #expect(nothing["replayed"]?.integer == 0 && nothing["run_id"] == .null)
        #expect(try ids() == [1, 2])
    }

    @Test("a record that failed in one of several routes goes into that one only")
    func routes() async throws {
        func define(_ expression: String) throws {
            try project.directory.write(
                "pipelines/orders.yaml",
                """
                name: orders
                source: {files: "../in/*.csv", format: csv, columns: {id: int64, amount: int64}}
                routes:
                  all: {sink: {files: ../all, format: csv, mode: append}}
                  shares: {steps: [{derive: {share: "\(expression)"}}], sink: {files: ../out, format: csv, mode: append}}
                match: all
                on_error: dead_letter
                incremental: true
                """)
        }
        try define("100 / amount")
        try project.directory.write("in/a.csv", "id,amount\n1,4\n2,0\n3,x\n")
        _ = try await project.json("run", "pipelines/orders.yaml")
        try define("IF(amount = 0, 0, 100 / amount)")
        let replayed = try await replay()
        #expect(replayed["replayed"]?.integer == 2 && replayed["failed_again"]?.integer == 1)
        #expect(try ids() == [1, 2])
        #expect(try CSVDocument.directory(project.directory.path("all")).rows.compactMap { Int($0[0]) }.sorted() == [1, 2])
    }

    @Test("records of a stream are replayed too, and open windows get theirs")
    func stream() async throws {
        func define(_ columns: String) throws {
            try project.directory.write(
                "pipelines/orders.yaml",
                """
                name: orders
                source: {stream: events, columns: {\(columns)}}
                steps:
                  - derive: {size: "CAST(n AS int64)"}
                  - window: {time: at, size: 1 minute, by: [k], columns: {events: count(*), total: sum(size)}}
                sink: {files: ../out, format: csv, mode: append}
                on_error: dead_letter
                incremental: true
                """)
        }
        func put(_ lines: String) async throws {
            var command = try project.command(["stream", "put", "events"])
            command.input = .text(lines)
            #expect(try await command.run().exitCode == 0)
        }
        func line(_ time: String, _ n: String) -> String { "{\"at\": \"2024-01-01T00:\(time)\", \"k\": \"a\", \"n\": \(n)}\n" }
        _ = try await project.sluice("stream", "create", "events")
        try define("at: timestamp, k: string, n: string")
        try await put(line("00:01", "\"1\"") + line("00:02", "\"two\"") + line("00:03", "\"4\""))
        let run = try await project.json("run", "pipelines/orders.yaml")
        #expect(run["dead_letters"]?.integer == 1 && run["rows_out"]?.integer == 0)
        let text = try project.directory.text("pipelines/orders.yaml")
        try project.directory.write(
            "pipelines/orders.yaml", text.replacing("CAST(n AS int64)", with: "coalesce(TRY_CAST(n AS int64), 100)"))
        let replayed = try await replay()
        #expect(replayed["replayed"]?.integer == 1 && replayed["failed_again"]?.integer == 0)
        try await put(line("05:00", "\"7\""))
        _ = try await project.json("run", "pipelines/orders.yaml")
        let windows = try CSVDocument.directory(project.directory.path("out"))
        #expect(windows.rows.map { Array($0.suffix(2)) } == [["3", "105"]])
    }

    @Test("kill -9 while it replays, again and again: every record once", arguments: [1, 2])
    func killed(_ seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        try define()
        let count = 40_000
        let made = try await Command.shell(
            "mkdir in; (echo id,amount; seq 1 \(count) | sed 's/.*/&,0/') > in/a.csv", directory: project.directory.root
        ).run()
        #expect(made.exitCode == 0)
        let run = try await project.json("run", "pipelines/orders.yaml")
        #expect(run["dead_letters"]?.integer == count)
        try define("IF(amount = 0, 0, 100 / amount)")
        for _ in 0..<8 {
            let running = try project.command(["dlq", "replay", "orders"]).start()
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...900, using: &random)))
            running.signal(SIGKILL)
            _ = try await running.wait()
        }
        _ = try await replay()
        #expect(try ids() == Array(1...count))
        #expect(project.stagedFiles.isEmpty, "\(project.stagedFiles)")
        let waiting = try await project.json("dlq", "list")["files"]?.items.filter { $0["replayed_by"] == .null }
        #expect(waiting?.isEmpty == true)
    }

    @Test("pipelines that cannot replay, and names that nobody knows, are refused with what helps")
    func refused() async throws {
        try define("100 / amount", more: "")
        let text = try project.directory.text("pipelines/orders.yaml")
        try project.directory.write("pipelines/orders.yaml", text.replacing("  - filter: id > 0", with: "  - sort: id"))
        try project.directory.write("in/a.csv", "id,amount\n1,4\n2,0\n")
        _ = try await project.json("run", "pipelines/orders.yaml")
        let sorted = try await project.sluice("dlq", "replay", "orders")
        #expect(sorted.exitCode == 2)
        // Without the step it would be another pipeline, and its sink adds: so the rows that are there have to go first.
        #expect(sorted.errors.contains("cannot be replayed") && sorted.errors.contains("dlq show orders"), "\(sorted.transcript)")
        #expect(sorted.errors.contains("empty the output, and run the pipeline again"), "\(sorted.transcript)")
        #expect(!sorted.errors.contains("leave it out"), "\(sorted.transcript)")
        try project.directory.write(
            "pipelines/orders.yaml",
            text.replacing("  - filter: id > 0", with: "  - sort: id").replacing("mode: append", with: "mode: overwrite"))
        let replacing = try await project.sluice("dlq", "replay", "orders")
        #expect(replacing.exitCode == 2 && replacing.errors.contains("replaces its output"), "\(replacing.transcript)")
        #expect(!replacing.errors.contains("empty the output"), "\(replacing.transcript)")
        let unknown = try await project.sluice("dlq", "replay", "order")
        #expect(unknown.exitCode == 2)
        #expect(unknown.errors.contains("orders"), "\(unknown.transcript)")
    }

    @Test("a pipeline that ran without a bad record has nothing to replay, which is no error")
    func nothing() async throws {
        try define()
        try project.directory.write("in/a.csv", "id,amount\n1,4\n")
        _ = try await project.json("run", "pipelines/orders.yaml")
        let result = try await project.sluice("dlq", "replay", "orders")
        #expect(result.exitCode == 0 && result.output == "No dead letters to replay.\n", "\(result.transcript)")
    }

    @Test("records of a file that was written anew are decoded by the header that they had, also when they fail again")
    func otherHeader() async throws {
        try define()
        try project.directory.write("in/a.csv", "id,amount\n1,4\n2,0\n3,0\n")
        _ = try await project.json("run", "pipelines/orders.yaml")
        try project.directory.write("in/a.csv", "amount,id,note\n4,7,none\n")
        let again = try await replay()
        #expect(again["failed_again"]?.integer == 2)
        try define("IF(amount = 0, 0, 100 / amount)")
        let done = try await replay()
        #expect(done["replayed"]?.integer == 2 && done["failed_again"]?.integer == 0)
        let document = try CSVDocument.directory(project.directory.path("out"))
        #expect(document.rows.sorted { $0[0] < $1[0] } == [["1", "4", "25.0"], ["2", "0", "0.0"], ["3", "0", "0.0"]])
    }

    @Test("records under a header that lacks a column of today's file stay letters")
    func lackingHeader() async throws {
        try define()
        try project.directory.write("in/a.csv", "id,amount\n1,4\n2,0\n")
        _ = try await project.json("run", "pipelines/orders.yaml")
        try project.directory.write("in/a.csv", "id,sum\n2,0\n")
        try define("100 / sum", column: "sum")
        let done = try await replay()
        #expect(done["replayed"]?.integer == 0)
        #expect(done["kept"]?[0]?["reason"]?.text == "undecodable", "\(done)")
    }
}
