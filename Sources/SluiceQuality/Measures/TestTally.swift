import SluiceCore

/// How many rows a test was about, and how many kept it.
struct TestTally: Sendable {
    private(set) var considered: Int64 = 0
    private(set) var kept: Int64 = 0
    /// The first rows that did not.
    private(set) var examples: [RowExample] = []

    mutating func take(_ verdict: RowVerdict, _ rows: MeasuredBatch, _ test: RowTest) {
        let failed = verdict.failed
        let total = Int64(verdict.considered?.setCount ?? rows.batch.rowCount)
        let failures = Int64(failed.setCount)
        considered += total
        kept += total - failures
        guard failures > 0, examples.count < QualityLimits.examples else { return }
        for row in failed.setPositions.prefix(QualityLimits.examples - examples.count) {
            examples.append(RowExample(rows.batch, row: Int(row), columns: test.columns))
        }
    }

    mutating func merge(_ other: TestTally) {
        considered += other.considered
        kept += other.kept
        examples = Array((examples + other.examples).sorted().prefix(QualityLimits.examples))
    }

    /// The share of rows that kept it; 1 where there was none.
    var ratio: Double { considered == 0 ? 1 : Double(kept) / Double(considered) }
}

/// A row that did not keep a rule.
package struct RowExample: Hashable, Sendable, Comparable {
    /// `file:line` or `stream/shard@sequence`; nil where rows do not stand for single records.
    package let place: String?
    /// The values that the rule looked at, as JSON.
    package let values: String
    private let order: Int64

    init(_ batch: Batch, row: Int, columns: [Int]) {
        place = batch.origin.map { $0.location(row).description }
        order = batch.origin?.position(row) ?? 0
        var seen: Set<Int> = []
        let members = columns.filter { seen.insert($0).inserted }.map { Value.Member(batch.schema.fields[$0].name, batch.columns[$0][row]) }
        let text = Value.structure(members).json
        values = text.count > QualityLimits.exampleCharacters ? text.prefix(QualityLimits.exampleCharacters) + "…" : text
    }

    package static func < (a: Self, b: Self) -> Bool { (a.order, a.place ?? "", a.values) < (b.order, b.place ?? "", b.values) }
}
