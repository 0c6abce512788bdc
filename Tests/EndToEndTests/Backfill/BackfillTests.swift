import SluiceTestKit
import Testing

/// Runs over a range of the past.
@Suite("backfill")
struct BackfillTests {
    private let orders: BackfillProject

    init() throws {
        orders = try BackfillProject()
        for day in 1...6 { try orders.writeDay(day) }
    }

    @Test("replaces the partitions of the range, and nothing else; the range ends before --to")
    func replaces() async throws {
        #expect(try await orders.run().exitCode == 0)
        let before = orders.tableFiles
        #expect(before.count == 6)
        try orders.define(factor: 10)
        let result = try await orders.backfill("2024-01-02", "2024-01-05")
        #expect(result.exitCode == 0, "\(result.transcript)")
        #expect(result.errors.contains("orders: 2024-01-03: done, 20 rows"), "\(result.transcript)")
        #expect(result.output.contains("3 units done"), "\(result.transcript)")
        let after = orders.tableFiles
        for day in [1, 5, 6] { #expect(after.filter { $0.contains("day=\(day)/") } == before.filter { $0.contains("day=\(day)/") }) }
        for day in [2, 3, 4] { #expect(after.filter { $0.contains("day=\(day)/") } != before.filter { $0.contains("day=\(day)/") }) }
        let totals = try orders.totals()
        for day in 1...6 { #expect(totals[day] == BackfillProject.day((2...4).contains(day) ? 10 : 1), "day \(day)") }
        let table = try await orders.project.json("catalog", "show", "shop.orders")["table"]
        #expect(
            table?["rows"]?.integer == 120 && table?["files"]?.integer == 6 && table?["partitions"]?.integer == 6,
            "\(String(describing: table))")
    }

    @Test("a first backfill makes the table; units and their runs are listed")
    func first() async throws {
        let document = try await orders.json("2024-01", "2024-02", "--parallel", "3")
        #expect(document["units_done"]?.integer == 6 && document["state"]?.text == "done", "\(document)")
        #expect(document["cut_by"]?.text == "partitions by year, month, day")
        #expect(document["units"]?[0]?["unit"]?.text == "2024-01-01" && document["units"]?[0]?["rows_out"]?.integer == 20)
        let runs = try await orders.project.json("runs", "list", "--pipeline", "orders")
        #expect(runs["runs"]?.items.count == 6)
        #expect(
            Set(runs["runs"]?.items.compactMap { $0["run_id"]?.text } ?? [])
                == Set(document["units"]?.items.compactMap { $0["run_id"]?.text } ?? []))
        let list = try await orders.project.json("backfill", "list")
        #expect(list["backfills"]?[0]?["units_done"]?.integer == 6 && list["backfills"]?[0]?["unit_count"]?.integer == 6, "\(list)")
        let shown = try await orders.project.sluice("backfill", "show")
        #expect(shown.output.contains("2024-01-06") && shown.output.contains("2024-01-01 up to 2024-02-01"), "\(shown.transcript)")
    }

    @Test("--dry-run shows units, inputs and what would be replaced, and does nothing")
    func dryRun() async throws {
        let first = try await orders.json("2024-01-02", "2024-01-04", "--dry-run")
        #expect(first["units"]?.items.count == 2 && first["units"]?[0]?["replaces"]?["files"]?.integer == 0, "\(first)")
        #expect(!orders.directory.exists("home"))
        #expect(try await orders.run().exitCode == 0)
        let before = orders.tableFiles
        let document = try await orders.json("2024-01-02", "2024-01-04", "--dry-run")
        let unit = try #require(document["units"]?[1])
        #expect(unit["unit"]?.text == "2024-01-03" && unit["state"]?.text == "pending")
        #expect(unit["from"]?.text == "2024-01-03T00:00:00Z" && unit["to"]?.text == "2024-01-04T00:00:00Z")
        #expect(unit["inputs"]?[0]?.text?.hasSuffix("day=3/orders.csv") == true && unit["input_count"]?.integer == 1)
        #expect((unit["bytes"]?.integer ?? 0) > 100)
        #expect(unit["replaces"]?["files"]?.integer == 1 && unit["replaces"]?["rows"]?.integer == 20, "\(unit)")
        let screen = try await orders.backfill("2024-01-02", "2024-01-04", "--dry-run")
        #expect(screen.output.contains("2 of 2 units to do") && screen.output.contains("1 file"), "\(screen.transcript)")
        #expect(orders.tableFiles == before)
        #expect(try await orders.project.json("backfill", "list")["backfills"]?.items.isEmpty == true)
    }

    @Test("units that are done are not done again; --restart does them anew")
    func again() async throws {
        _ = try await orders.json("2024-01-01", "2024-01-04")
        let files = orders.tableFiles
        let second = try await orders.backfill("2024-01-01", "2024-01-04")
        #expect(second.exitCode == 0 && second.errors.contains("3 of 3 units are done already"), "\(second.transcript)")
        #expect(orders.tableFiles == files)
        try orders.writeDay(2, amount: 5)
        try orders.writeDay(2, amount: 5, rows: 7)
        let third = try await orders.backfill("2024-01-01", "2024-01-04")
        #expect(third.errors.contains("the input of unit 2024-01-02 has changed since it was done"), "\(third.transcript)")
        #expect(orders.tableFiles == files)
        let restarted = try await orders.backfill("2024-01-01", "2024-01-04", "--restart")
        #expect(restarted.exitCode == 0 && Set(orders.tableFiles).isDisjoint(with: files), "\(restarted.transcript)")
        #expect(try orders.totals()[2] == BackfillProject.day(5, rows: 7))
        #expect(try orders.totals()[3] == BackfillProject.day(1))
    }

    @Test("a unit that fails stops no other; the table of units says why, and the same command tries it again")
    func failure() async throws {
        try orders.directory.write("in/year=2024/month=1/day=3/orders.csv", "id,amount\n3001,many\n")
        let result = try await orders.backfill("2024-01-01", "2024-01-07", "--parallel", "2")
        #expect(result.exitCode == 1, "\(result.transcript)")
        #expect(result.errors.contains("orders: 2024-01-03: failed: error[value-does-not-fit]"), "\(result.transcript)")
        #expect(result.output.contains("5 of 6 units done, 1 failed") && result.output.contains("orders.csv:2"), "\(result.transcript)")
        #expect(try orders.totals().keys.sorted() == [1, 2, 4, 5, 6])
        let shown = try await orders.project.json("backfill", "show", "last")
        #expect(shown["state"]?.text == "failed" && shown["units"]?[2]?["error"]?["code"]?.text == "value-does-not-fit", "\(shown)")
        let files = orders.tableFiles
        try orders.writeDay(3)
        let second = try await orders.backfill("2024-01-01", "2024-01-07")
        #expect(second.exitCode == 0, "\(second.transcript)")
        #expect(Set(files).isSubset(of: orders.tableFiles) && orders.tableFiles.count == 6)
    }

    @Test("with --fail-fast the first failure stops what has not begun")
    func failFast() async throws {
        try orders.directory.write("in/year=2024/month=1/day=1/orders.csv", "id,amount\n3001,many\n")
        let result = try await orders.backfill("2024-01-01", "2024-01-07", "--parallel", "1", "--fail-fast")
        #expect(result.exitCode == 1, "\(result.transcript)")
        let shown = try await orders.project.json("backfill", "show")
        #expect(shown["units_done"]?.integer == 0, "\(shown)")
        #expect(shown["units"]?.items.map { $0["state"]?.text } == ["failed", "pending", "pending", "pending", "pending", "pending"])
    }

    @Test("a changed definition goes on only when it is told to")
    func changedDefinition() async throws {
        try orders.directory.write("in/year=2024/month=1/day=3/orders.csv", "id,amount\n3001,many\n")
        #expect(try await orders.backfill("2024-01-02", "2024-01-05").exitCode == 1)
        try orders.define(factor: 3, more: "on_error: skip")
        let refused = try await orders.backfill("2024-01-02", "2024-01-05")
        #expect(refused.exitCode == 2 && refused.errors.contains("state-mismatch"), "\(refused.transcript)")
        #expect(refused.errors.contains("2 of 3 units") && refused.errors.contains("--keep-done"), "\(refused.transcript)")
        let kept = try await orders.backfill("2024-01-02", "2024-01-05", "--keep-done")
        #expect(kept.exitCode == 0, "\(kept.transcript)")
        #expect(try orders.totals()[2] == BackfillProject.day(1))
    }

    @Test("what incremental runs have read is not touched")
    func bookmarks() async throws {
        try orders.define(sink: "table: shop.orders, mode: append", more: "incremental: true")
        #expect(try await orders.run().exitCode == 0)
        let before = try await orders.project.json("bookmarks", "show", "orders")
        try orders.writeDay(4, amount: 9)
        _ = try await orders.json("2024-01-03", "2024-01-05")
        #expect(try await orders.project.json("bookmarks", "show", "orders") == before)
        #expect(try orders.totals()[4] == BackfillProject.day(9))
        try orders.writeDay(7)
        #expect(try await orders.run().exitCode == 0)
        let totals = try orders.totals()
        #expect(totals[7] == BackfillProject.day(1) && totals[4] == BackfillProject.day(9) && totals[1] == BackfillProject.day(1))
    }

    @Test("a longer --unit takes several partitions at once; the sink's partitions make a unit at least as long as they are")
    func units() async throws {
        let months = try await orders.json("2024-01", "2024-03", "--unit", "month", "--dry-run")
        #expect(months["units"]?.items.map { $0["input_count"]?.integer } == [6], "\(months)")
        try orders.define(partitions: "[year, month]", steps: "  - drop: [day]")
        let coarse = try await orders.json("2024-01", "2024-03")
        #expect(coarse["units"]?.items.map { $0["unit"]?.text } == ["2024-01"], "\(coarse)")
        let cut = try await orders.backfill("2024-01-02", "2024-02-01")
        #expect(cut.exitCode == 2 && cut.errors.contains("2024-01"), "\(cut.transcript)")
    }
}
