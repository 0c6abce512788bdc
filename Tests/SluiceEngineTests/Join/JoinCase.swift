import SluiceCore
import SluiceExpressions
import SluicePipelines

@testable import SluiceEngine

/// Two sides of one schema to be joined: the operators at work on them, and a plain model of what must come out.
struct JoinCase {
    let schema: Schema
    let input: [Batch]
    let table: [Batch]
    let keys: [Int]

    /// Both sides take their values from the same pools, so that their keys meet.
    ///
    /// - Parameters:
    ///   - isUnique: that the table has each key once.
    init(
        _ fields: [(name: String, type: DataType)], keys: [Int], inputRows: Int, tableRows: Int, distinct: Int = 12,
        isUnique: Bool = false, using generator: inout Seeded
    ) throws {
        let all = try TestInput(fields, rows: inputRows + tableRows, distinct: distinct, using: &generator)
        schema = all.schema
        self.keys = keys
        let whole = Batch.concatenated(all.batches, schema: schema)
        var seen: Set<String> = []
        var tableRows = Array(0..<Int32(tableRows))
        if isUnique {
            tableRows = tableRows.filter { row in seen.insert(keys.map { whole.columns[$0][Int(row)] }.key).inserted }
        }
        input = Self.cut(whole.slice((whole.rowCount - inputRows)..<whole.rowCount), using: &generator)
        table = Self.cut(whole.gather(tableRows), using: &generator)
    }

    init(schema: Schema, input: [Batch], table: [Batch], keys: [Int]) {
        self.schema = schema
        self.input = input
        self.table = table
        self.keys = keys
    }

    /// The rows in batches of different sizes, of which some hold their texts behind codes.
    static func cut(_ batch: Batch, using generator: inout Seeded) -> [Batch] {
        var batches: [Batch] = []
        var start = 0
        while start < batch.rowCount {
            let end = min(batch.rowCount, start + Int.random(in: 1...300, using: &generator))
            let piece = batch.slice(start..<end)
            let isEncoded = Bool.random(using: &generator)
            batches.append(piece.with(piece.schema, piece.columns.map { isEncoded ? $0.asDictionary : $0 }))
            start = end
        }
        return batches
    }

    func operation(_ kind: JoinKind, asOf: AsOfMatch? = nil) -> JoinOperation {
        JoinOperation(
            kind: kind, table: EngineHarness.planned(MemorySource(schema: schema, batches: [table])), inputKeys: keys, tableKeys: keys,
            tableColumns: kind.addsColumns ? Array(0..<schema.count) : [], asOf: asOf)
    }

    func outputSchema(_ kind: JoinKind) -> Schema {
        Schema(unchecked: schema.fields + (kind.addsColumns ? schema.fields.map { Field("t_" + $0.name, $0.type) } : []))
    }

    /// Joins with so many workers on each side, each of which takes its share in any order; with one, in order.
    func run(
        _ kind: JoinKind, asOf: AsOfMatch? = nil, _ resources: OperatorResources, workers: Int = 1, using generator: inout Seeded
    ) throws -> [[Value]] {
        var rejects: [Reject] = []
        let building = JoinBuilding(operation(kind, asOf: asOf), outputSchema: outputSchema(kind), resources: resources)
        let parts = (0..<workers).map { _ in building.makePart() }
        for (index, batch) in shuffled(table, workers, &generator) {
            try parts.randomElement(using: &generator)!.take(batch, at: BatchPosition(UInt64(index)), rejects: &rejects)
        }
        let probing = try building.combine(parts.shuffled(using: &generator))
        let probes = try (0..<workers).map { _ in try probing.makePart() }
        var rows: [[Value]] = []
        for (index, batch) in shuffled(input, workers, &generator) {
            let probe = probes.randomElement(using: &generator)!
            var output = try probe.push(batch, at: BatchPosition(UInt64(index)), rejects: &rejects)
            while !output.isEmpty {
                rows += output.flatMap(\.rowValues)
                output = try probe.next(rejects: &rejects)
            }
        }
        let late = try probing.combine(probes)
        rows += try late.streams.flatMap { try $0.drained(&rejects) }
        return rows
    }

    private func shuffled(_ batches: [Batch], _ workers: Int, _ generator: inout Seeded) -> [(Int, Batch)] {
        let numbered = batches.enumerated().map { ($0.offset, $0.element) }
        return workers == 1 ? numbered : numbered.shuffled(using: &generator)
    }

    // MARK: The model

    /// What a join of the kind must give: the input's rows in order, and behind them the table's without a match.
    func model(_ kind: JoinKind) -> [[Value]] {
        let tableRows = table.flatMap(\.rowValues)
        var byKey: [String: [Int]] = [:]
        for (index, row) in tableRows.enumerated() where !hasNull(row) { byKey[key(row), default: []].append(index) }
        var found: Set<Int> = []
        var output: [[Value]] = []
        let nulls = [Value](repeating: .null, count: schema.count)
        for row in input.flatMap(\.rowValues) {
            let matches = hasNull(row) ? [] : byKey[key(row)] ?? []
            found.formUnion(matches)
            switch kind {
            case .semi: if !matches.isEmpty { output.append(row) }
            case .anti: if matches.isEmpty { output.append(row) }
            default:
                output += matches.map { row + tableRows[$0] }
                if matches.isEmpty, kind.keepsInput { output.append(row + nulls) }
            }
        }
        guard kind.keepsTable else { return output }
        for (index, row) in tableRows.enumerated() where !found.contains(index) {
            var left = nulls
            for key in keys { left[key] = row[key] }
            output.append(left + row)
        }
        return output
    }

    func key(_ row: [Value]) -> String { keys.map { row[$0] }.key }
    func hasNull(_ row: [Value]) -> Bool { keys.contains { row[$0].isNull } }
}

/// The first row in which two lists differ, or how many rows one has more; nil where they are equal.
func difference(_ rows: [String], _ wanted: [String]) -> String? {
    for (index, (row, want)) in zip(rows, wanted).enumerated() where row != want { return "row \(index): \(row) instead of \(want)" }
    return rows.count == wanted.count ? nil : "\(rows.count) rows instead of \(wanted.count)"
}
