import Glibc
import SluiceTestKit
import Testing

/// Backfills that are killed at random times and gone on with.
@Suite("killed backfills")
struct BackfillKillTests {
    private static let days = 24
    private static let rows = 400

    @Test(
        "kill -9 again and again: every partition of the range once and whole, the others untouched", arguments: [1, 2, 3], [false, true])
    func replacing(_ seed: UInt64, _ isTable: Bool) async throws {
        let orders = try BackfillProject()
        let sink = isTable ? "table: shop.orders" : "files: out"
        try orders.define(sink: sink)
        for day in 1...(Self.days + 2) { try orders.writeDay(day, rows: Self.rows) }
        #expect(try await orders.run().exitCode == 0)
        try orders.define(factor: 7, sink: sink)
        var random = SeededGenerator(seed: seed)
        let arguments = ["backfill", "p.yaml", "--from", "2024-01-02", "--to", "2024-01-26", "--parallel", "3", "--quiet"]
        var kills = 0
        while kills < 12 {
            let running = try orders.project.command(arguments).start()
            try await Task.sleep(for: .milliseconds(Int.random(in: 20...200, using: &random)))
            if !running.isRunning { break }
            running.signal(SIGKILL)
            _ = try await running.wait()
            kills += 1
        }
        let last = try await orders.project.command(arguments).run()
        #expect(last.exitCode == 0, "\(last.transcript)")
        let totals = try orders.totals(below: isTable ? orders.tablePath : orders.directory.path("out"))
        for day in 1...(Self.days + 2) {
            let total = (2..<26).contains(day) ? 7 : 1
            #expect(totals[day] == BackfillProject.day(total, rows: Self.rows), "day \(day) after \(kills) kills")
        }
        if isTable {
            let table = try await orders.project.json("catalog", "show", "shop.orders")["table"]
            #expect(table?["rows"]?.integer == (Self.days + 2) * Self.rows)
            #expect(table?["files"]?.integer == orders.tableFiles.count)
        }
        let shown = try await orders.project.json("backfill", "show")
        #expect(shown["units_done"]?.integer == Self.days && shown["state"]?.text == "done")
        #expect(orders.project.stagedFiles.isEmpty, "\(orders.project.stagedFiles)")
    }

    @Test("kill -9 again and again while rows are added: every record once", arguments: [4, 5])
    func adding(_ seed: UInt64) async throws {
        let project = try Project()
        _ = try await project.sluice("stream", "create", "clicks", "--shards", "8")
        var put = try project.command(["stream", "put", "clicks", "--key", "n"])
        put.input = .text((0..<8_000).map { "{\"n\": \($0)}\n" }.joined())
        #expect(try await put.run().exitCode == 0)
        try project.directory.write(
            "p.yaml", "name: p\nsource: {stream: clicks, columns: {n: int64}}\nsteps: []\nsink: {files: out, format: csv, mode: append}\n")
        var random = SeededGenerator(seed: seed)
        let arguments = ["backfill", "p.yaml", "--from", "0", "--to", "100000", "--append", "--parallel", "2", "--quiet"]
        for _ in 0..<10 {
            let running = try project.command(arguments).start()
            try await Task.sleep(for: .milliseconds(Int.random(in: 15...120, using: &random)))
            running.signal(SIGKILL)
            _ = try await running.wait()
        }
        let last = try await project.command(arguments).run()
        #expect(last.exitCode == 0, "\(last.transcript)")
        let numbers = try CSVDocument.directory(project.directory.path("out"))["n"].compactMap { Int($0) }.sorted()
        #expect(numbers == Array(0..<8_000))
    }

    @Test("SIGTERM ends a backfill between its units, with 130, and the same command goes on")
    func interrupted() async throws {
        let orders = try BackfillProject()
        for day in 1...20 { try orders.writeDay(day, rows: 3_000) }
        let running = try orders.project.command(["backfill", "p.yaml", "--from", "2024-01", "--to", "2024-02", "--parallel", "1"]).start()
        let isStopped = running.stop { running.errorsSoFar.contains("2024-01-01: done") }
        if isStopped {
            running.signal(SIGTERM)
            running.signal(SIGCONT)
            let result = try await running.wait()
            #expect(result.exitCode == 130, "\(result.transcript)")
            #expect(
                result.errors.contains("of 20 units are done") && result.errors.contains("the same command goes on"), "\(result.transcript)"
            )
        }
        let second = try await orders.backfill("2024-01", "2024-02")
        #expect(second.exitCode == 0, "\(second.transcript)")
        #expect(try await orders.project.json("catalog", "show", "shop.orders")["table"]?["rows"]?.integer == 60_000)
    }
}
