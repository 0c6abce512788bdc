import SluiceCatalog
import SluiceCore
import Testing

@Suite("backfills in the catalog")
struct BackfillTests {
    private let home = TemporaryHome()
    private let key = BackfillKey(pipeline: "p", from: "2024-01-01", to: "2024-02-01", manner: "replace")
    private let table = "sales.orders"

    private func units(_ names: String...) -> [BackfillUnitRecord] {
        names.map { BackfillUnitRecord(name: $0, fingerprint: "f\($0)", inputCount: 1, byteCount: 10) }
    }

    /// The output of a unit: one file in the partition of a month.
    private func output(_ run: RunID, month: String, unit: BackfillUnitCommit, replacing: String?) throws -> OutputCommit {
        let definition = try TableDefinition.sample(table, partitioned: true, location: home.path + "/orders")
        let final = home.path + "/orders/month=\(month)/\(run).csv"
        let staged = try home.write("staging/\(run)/1", "rows of \(run)")
        let file = TableFile(path: final, partition: [month], rowCount: 10, byteCount: 100)
        var output = OutputCommit(
            tables: [.init(definition, mode: .append, files: [file])], renames: [.init(staged: staged, final: final)])
        if let replacing, let range = TimeRange(naming: replacing) {
            output.tables[0].replaced = PartitionSpan(PartitionTime(column: "month", at: 0), range)
        }
        output.backfillUnit = unit
        return output
    }

    private func begin(_ catalog: Catalog) throws -> RunID {
        let run = try catalog.beginRun(pipeline: "p", definitionHash: "h")
        try catalog.stage([home.path + "/staging/\(run)"], run: run)
        return run
    }

    @Test("a unit is done with the commit of its run, keeps that when the backfill is begun again, and is undone by a restart")
    func states() throws {
        let catalog = try home.open()
        let first = try catalog.beginBackfill(key, definitionHash: "h", units: units("a", "b", "c"), restarts: false)
        #expect(first.units.map(\.state) == [.pending, .pending, .pending] && first.isRunning)
        let run = try begin(catalog)
        var report = RunReport()
        report.rowsOut = 10
        try catalog.commit(
            output(run, month: "2024-01", unit: BackfillUnitCommit(backfill: first.id, unit: "a", outputs: ["x"]), replacing: nil),
            run: run, report: report)
        try catalog.setUnit("b", of: first.id, .failed, failure: SluiceError(.ioFailure, "no"))
        try catalog.setUnit("a", of: first.id, .failed, failure: SluiceError(.ioFailure, "too late"))
        try catalog.setUnit("c", of: first.id, .running)
        try catalog.endBackfill(first.id)
        let ended = try #require(try catalog.backfill(key))
        #expect(ended.units.map(\.state) == [.done, .failed, .interrupted] && ended.state == .failed)
        #expect(ended.units[0].rowsOut == 10 && ended.units[0].run == run && ended.units[1].failure?.message == "no")
        let second = try catalog.beginBackfill(key, definitionHash: "h2", units: units("0", "a", "c"), restarts: false)
        #expect(second.id == first.id && second.definitionHash == "h2")
        #expect(second.units.map(\.name) == ["0", "a", "c"] && second.units.map(\.state) == [.pending, .done, .pending])
        let third = try catalog.beginBackfill(key, definitionHash: "h2", units: units("0", "a", "c"), restarts: true)
        #expect(third.units.map(\.state) == [.pending, .pending, .pending] && third.units[1].outputs == ["x"])
        var other = key
        other.to = "2024-03-01"
        #expect(try catalog.backfill(other) == nil)
        #expect(try catalog.backfill(matching: String(first.id.text.prefix(10))).id == first.id)
        #expect(throws: SluiceError.self) { try catalog.backfill(matching: "ZZ") }
    }

    static let steps: [CommitStep] = [.prepared, .recorded, .renamed(0), .removed(0), .cleared]

    @Test(
        "only the partitions of the span are replaced, and the counts follow; a crash after any step leaves all or nothing",
        arguments: steps)
    func replacement(_ step: CommitStep) throws {
        let catalog = try home.open()
        let backfill = try catalog.beginBackfill(key, definitionHash: "h", units: units("1", "2"), restarts: false)
        for month in ["2023-12", "2024-01", "2024-02"] {
            let run = try begin(catalog)
            var plain = try output(run, month: month, unit: BackfillUnitCommit(backfill: backfill.id, unit: "1"), replacing: nil)
            plain.backfillUnit = nil
            try catalog.commit(plain, run: run, report: RunReport())
        }
        try catalog.close()
        var hooks = Catalog.Hooks()
        hooks.reached = { reached throws(SluiceError) in
            if reached == step { throw SluiceError(.interrupted, "crash") }
        }
        let crashing = try home.open(hooks)
        let run = try begin(crashing)
        let output = try output(
            run, month: "2024-01", unit: BackfillUnitCommit(backfill: backfill.id, unit: "1"), replacing: "2024-01")
        #expect(throws: SluiceError.self) { try crashing.commit(output, run: run, report: RunReport()) }
        try crashing.close()
        var dead = Catalog.Hooks()
        dead.isRunning = { _ in false }
        let reopened = try home.open(dead)
        let name = try TableName(parsing: table)
        let files = try reopened.files(of: name)
        let isDone = try #require(try reopened.backfill(key)).units[0].state == .done
        #expect(isDone == (step != .prepared))
        #expect(files.map(\.partition) == [["2023-12"], ["2024-01"], ["2024-02"]])
        #expect(files.filter { $0.run == run }.count == (isDone ? 1 : 0))
        #expect(files.allSatisfy { DiskFiles.kind(of: $0.path) == .file })
        let onDisk = try DiskFiles.list(home.path + "/orders").flatMap { try DiskFiles.list(home.path + "/orders/" + $0) }
        #expect(onDisk.count == 3)
        let record = try reopened.table(name)
        #expect(record.rowCount == 30 && record.fileCount == 3 && record.partitionCount == 3)
        #expect(try reopened.partitions(of: name).map(\.fileCount) == [1, 1, 1])
    }

    @Test("named files are replaced too, and a partition without files is gone")
    func dropped() throws {
        let catalog = try home.open()
        let backfill = try catalog.beginBackfill(key, definitionHash: "h", units: units("1"), restarts: false)
        let unit = BackfillUnitCommit(backfill: backfill.id, unit: "1")
        let first = try begin(catalog)
        let earlier = try output(first, month: "2024-01", unit: unit, replacing: nil)
        try catalog.commit(earlier, run: first, report: RunReport())
        let second = try begin(catalog)
        var later = try output(second, month: "2024-02", unit: unit, replacing: nil)
        later.tables[0].dropped = [earlier.renames[0].final]
        try catalog.commit(later, run: second, report: RunReport())
        let name = try TableName(parsing: table)
        #expect(try catalog.partitions(of: name).map(\.values) == [["2024-02"]])
        #expect(DiskFiles.kind(of: earlier.renames[0].final) == nil)
        #expect(try catalog.table(name).rowCount == 10)
    }
}
