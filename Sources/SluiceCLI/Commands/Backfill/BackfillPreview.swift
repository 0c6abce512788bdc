import SluiceCatalog
import SluiceCore
import SluiceEngine
import SluicePipelines

/// What a backfill would do.
struct BackfillPreview: Sendable {
    private struct Unit: Sendable {
        var unit: BackfillUnit
        var state: BackfillUnitState
        /// Nil where rows are added.
        var replaced: [EarlierOutput]?
        var span: PartitionSpan?
    }

    /// Inputs and replaced files that JSON names of a unit.
    private static let listed = 1_000

    let backfill: BackfillPlan
    private let units: [Unit]

    init(_ backfill: BackfillPlan, _ catalog: Catalog, restarts: Bool) throws {
        self.backfill = backfill
        let known = try catalog.backfill(backfill.key)?.units ?? []
        let states = Dictionary(known.map { ($0.name, $0.state) }) { first, _ in first }
        var units: [Unit] = []
        for unit in backfill.units {
            let span = backfill.span(of: unit)
            let state = restarts ? .pending : states[unit.name] ?? .pending
            units.append(Unit(unit: unit, state: state, replaced: try span.map { try backfill.sink.earlier(in: $0) }, span: span))
        }
        self.units = units
    }

    var blocks: [Report.Block] {
        let key = backfill.key
        var facts = KeyValueBlock(["range": "\(key.from) up to \(key.to)", "cut by": backfill.cut.basis])
        facts.add("output", backfill.time.map { "replaces partitions by \($0.columns.joined(separator: ", "))" } ?? "is added")
        facts.add("to", backfill.sink.backfillName)
        let left = units.count { $0.state != .done }
        let title =
            units.isEmpty
            ? "\(key.pipeline): nothing in the range" : "\(key.pipeline): \(left) of \(HumanText.count(units.count, "unit")) to do"
        var table = TextTable([
            .init("unit", isWhole: true), .init("state", isWhole: true), .init("inputs", .right), .init("bytes", .right),
            .init("first input"), .init("replaces", .right),
        ])
        for unit in units {
            table.add([
                unit.unit.name, unit.state == .done ? "done" : "to do", HumanText.grouped(unit.unit.inputs.count),
                unit.unit.byteCount.map { HumanText.bytes($0) } ?? "", unit.unit.inputs.first?.name ?? "", Self.text(unit.replaced),
            ])
        }
        return [.line(title, .heading), .pairs(facts)] + (units.isEmpty ? [] : [.blank, .table(table)])
            + [.line("Nothing was done: leave out --dry-run to do it.", .dim)]
    }

    private static func text(_ replaced: [EarlierOutput]?) -> String {
        guard let replaced else { return "nothing" }
        if replaced.isEmpty { return "nothing there" }
        let bytes = HumanText.bytes(replaced.reduce(0) { $0 + $1.byteCount })
        return "\(HumanText.count(replaced.count, "file")), \(bytes)"
    }

    var json: Value {
        let key = backfill.key
        return .object([
            "pipeline": .string(key.pipeline), "dry_run": .boolean(true), "from": .string(key.from), "to": .string(key.to),
            "manner": .string(key.manner), "cut_by": .string(backfill.cut.basis),
            "partitions_by": backfill.time.map { .texts($0.columns) } ?? .null, "notices": .texts(backfill.notices),
            "units": .list(units.map(Self.json)),
        ])
    }

    private static func json(_ unit: Unit) -> Value {
        .object([
            "unit": .string(unit.unit.name), "state": .string(unit.state.rawValue), "from": .time(unit.unit.time?.startMicros),
            "to": .time(unit.unit.time?.endMicros), "input_count": .number(unit.unit.inputs.count), "bytes": .number(unit.unit.byteCount),
            "inputs": .texts(unit.unit.inputs.prefix(listed).map(\.name)),
            "replaces": unit.replaced.map { replaced in
                .object([
                    "files": .number(replaced.count), "bytes": .number(replaced.reduce(0) { $0 + $1.byteCount }),
                    "rows": .number(rows(replaced)), "paths": .texts(replaced.prefix(listed).map(\.path)),
                ])
            } ?? .null,
        ])
    }

    /// Nil where they are not known of a file.
    private static func rows(_ replaced: [EarlierOutput]) -> Int64? {
        let known = replaced.compactMap(\.rowCount)
        return known.count == replaced.count ? known.reduce(0, +) : nil
    }
}
