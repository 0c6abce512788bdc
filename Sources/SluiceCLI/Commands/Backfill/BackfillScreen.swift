import SluiceCatalog
import SluiceCore

/// A backfill with its units, when it ends and when it is looked up.
struct BackfillScreen: Sendable {
    let record: BackfillRecord
    /// What the times are; nil where it is not known any more.
    var basis: String?

    var blocks: [Report.Block] {
        var facts = KeyValueBlock(["backfill": record.id.text, "range": "\(record.key.from) up to \(record.key.to)"])
        if let basis { facts.add("cut by", basis) }
        facts.add("manner", record.key.manner)
        let rows = record.units.reduce(into: (read: Int64(0), written: Int64(0))) { sum, unit in
            sum.read += unit.rowsIn
            sum.written += unit.rowsOut
        }
        facts.add("rows", "\(HumanText.grouped(rows.read)) read, \(HumanText.grouped(rows.written)) written")
        return [.line(headline, emphasis), .pairs(facts), .blank, .table(table)] + failures
    }

    var json: Value {
        guard case .structure(var members) = record.json else { return record.json }
        members.append(.init("cut_by", .text(basis)))
        return .structure(members)
    }

    private var headline: String {
        let done = "\(HumanText.grouped(record.count(.done))) of \(HumanText.count(record.units.count, "unit"))"
        if record.units.isEmpty { return "\(record.key.pipeline): nothing in the range" }
        switch record.state {
        case .done: return "\(record.key.pipeline): \(HumanText.count(record.units.count, "unit")) done"
        case .running: return "\(record.key.pipeline) is being backfilled: \(done) done"
        case .failed: return "\(record.key.pipeline): \(done) done, \(HumanText.grouped(record.count(.failed))) failed"
        case .pending, .interrupted: return "\(record.key.pipeline): interrupted with \(done) done"
        }
    }

    private var emphasis: Report.Emphasis {
        switch record.state {
        case .done: .good
        case .failed: .bad
        case .pending, .running, .interrupted: .warning
        }
    }

    private var table: TextTable {
        var table = TextTable([
            .init("unit", isWhole: true), .init("state", isWhole: true), .init("inputs", .right), .init("bytes", .right),
            .init("read", .right), .init("written", .right), .init("dead", .right), .init("run"),
        ])
        for unit in record.units {
            table.add([
                unit.name, unit.state.rawValue, HumanText.grouped(unit.inputCount), unit.byteCount.map { HumanText.bytes($0) } ?? "",
                HumanText.grouped(unit.rowsIn), HumanText.grouped(unit.rowsOut), HumanText.grouped(unit.deadLetters),
                unit.run.map { String($0.text.prefix(12)) } ?? "",
            ])
        }
        return table
    }

    private var failures: [Report.Block] {
        record.units.flatMap { unit -> [Report.Block] in
            guard let failure = unit.failure else { return [] }
            var blocks: [Report.Block] = [.blank, .line("\(unit.name): error[\(failure.code)]: \(failure.message)", .bad)]
            if let place = failure.place { blocks.append(.line("  --> \(place)")) }
            if let remedy = failure.remedy { blocks.append(.line("   = \(remedy)")) }
            return blocks
        }
    }
}
