import SluiceTestKit
import Testing

/// What a backfill refuses, and what it says then.
@Suite("backfills that are refused")
struct BackfillRefusalTests {
    private let orders: BackfillProject

    init() throws {
        orders = try BackfillProject()
        for day in 1...3 { try orders.writeDay(day) }
    }

    private func expect(
        _ result: CommandResult, _ exitCode: Int32, _ texts: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(result.exitCode == exitCode, "\(result.transcript)", sourceLocation: sourceLocation)
        for text in texts { #expect(result.errors.contains(text), "no \(text): \(result.transcript)", sourceLocation: sourceLocation) }
    }

    @Test("a sink without partitions, or whose partitions name no time")
    func sinks() async throws {
        try orders.define(partitions: "")
        expect(try await orders.backfill("2024-01-01", "2024-01-03"), 2, "no-backfill", "has no partitions", "--append", "p.yaml:")
        try orders.define(partitions: "[amount]")
        expect(try await orders.backfill("2024-01-01", "2024-01-03"), 2, "no-backfill", "by amount, name no time", "partition_by")
    }

    @Test("a sink that is a stream")
    func stream() async throws {
        try orders.define(partitions: "", sink: "stream: copies")
        try orders.directory.write(
            "p.yaml", try orders.directory.text("p.yaml").replacing("stream: copies, format: csv", with: "stream: copies"))
        expect(try await orders.backfill("2024-01-01", "2024-01-03"), 2, "no-backfill", "cannot replace a part", "files or to a table")
    }

    @Test("steps that count over the whole input", arguments: ["  - limit: 5", "  - sample: {every: 2}"])
    func steps(_ step: String) async throws {
        try orders.define(steps: step)
        expect(try await orders.backfill("2024-01-01", "2024-01-03"), 2, "no-backfill", "whole input", "p.yaml:")
    }

    @Test("rows of a unit that belong into another partition fail the unit, and nothing of it is visible")
    func outside() async throws {
        try orders.define(steps: "  - derive: {day: CASE WHEN id = 2003 THEN 1 ELSE day END}")
        let result = try await orders.backfill("2024-01-01", "2024-01-04")
        expect(result, 1, "outside-range", "unit 2024-01-02 makes rows of partition year=2024/month=1/day=1")
        #expect(try orders.totals().keys.sorted() == [1, 3])
    }

    @Test("a range that cuts a partition, is empty, or is no range at all")
    func ranges() async throws {
        expect(try await orders.backfill("2024-01-01T12", "2024-01-03"), 2, "2024-01-01", "done whole", "2024-01-02")
        expect(try await orders.backfill("2024-01-03", "2024-01-03"), 2, "nothing from 2024-01-03 to 2024-01-03")
        expect(try await orders.backfill("tomorrow", "2024-01-03"), 2, "tomorrow")
        let nothing = try await orders.backfill("2023-01-01", "2023-02-01")
        #expect(nothing.exitCode == 0 && nothing.output.contains("nothing in the range"), "\(nothing.transcript)")
    }

    @Test("while another run of the pipeline is at work")
    func locked() async throws {
        try orders.define(sink: "table: shop.orders, mode: append")
        let running = try orders.project.command(["run", "p.yaml", "--follow", "--quiet"]).start()
        let seen = try await Command.shell(
            "for i in $(seq 600); do ls \(orders.tablePath)/*/*/*/part-* >/dev/null 2>&1 && exit 0; sleep 0.05; done; exit 1"
        ).run()
        #expect(seen.exitCode == 0)
        expect(try await orders.backfill("2024-01-01", "2024-01-03"), 1, "already-running")
        running.signal(15)
        #expect(try await running.wait().exitCode == 0)
    }

    @Test("files some of which have a date in their path")
    func mixed() async throws {
        try orders.directory.write("logs/a-2024-01-01.csv", "id,amount\n1001,1\n")
        try orders.directory.write("logs/b.csv", "id,amount\n2001,1\n")
        try orders.directory.write(
            "p.yaml",
            """
            name: logs
            source: {files: "logs/*.csv", columns: {id: int64, amount: int64}}
            steps: [{derive: {date: "make_date(2024, 1, 1)"}}]
            sink: {files: out, format: csv, partition_by: date}
            """)
        expect(try await orders.backfill("2024-01-01", "2024-01-02"), 2, "b.csv", "--time modified")
        expect(try await orders.backfill("2024-01-01", "2024-01-02", "--time", "path"), 2, "no date in the path")
    }

    @Test("an unknown id, and words that are no command")
    func commands() async throws {
        _ = try await orders.json("2024-01-01", "2024-01-03")
        expect(try await orders.project.sluice("backfill", "show", "01ZZZZ"), 2, "there is no backfill")
        expect(try await orders.project.sluice("backfill", "p.yaml", "--from", "2024-01-01"), 2, "--to")
    }
}
