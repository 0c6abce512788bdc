import SluiceCore
import SluiceExpressions

/// A batch with what was found out about its rows: each filter and each test is computed once.
final class MeasuredBatch {
    let batch: Batch
    private let plan: MeasurePlan
    /// What was measured of the other datasets, by their names.
    private let others: [String: MeasurePart]
    private var selections: [Int: Bitmap] = [:]
    private var verdicts: [Int: RowVerdict] = [:]
    /// Rows for which a filter could not be computed; they do not fulfil it.
    private(set) var failures = 0

    init(_ batch: Batch, _ plan: MeasurePlan, others: [String: MeasurePart]) {
        self.batch = batch
        self.plan = plan
        self.others = others
    }

    /// The rows that fulfil a filter.
    func selection(_ filter: Int) -> Bitmap {
        if let known = selections[filter] { return known }
        let result = plan.filters[filter].evaluate(batch)
        failures += result.errors.count
        selections[filter] = result.selection
        return result.selection
    }

    /// What the test of a measure says.
    func verdict(of measure: Int, _ test: RowTest) -> RowVerdict {
        if let known = verdicts[measure] { return known }
        let verdict = verdict(test)
        verdicts[measure] = verdict
        return verdict
    }

    func verdict(_ test: RowTest) -> RowVerdict {
        RowVerdict(kept: kept(test.kind), considered: test.filter.map { selection($0) })
    }

    private func kept(_ kind: RowTest.Kind) -> Bitmap {
        switch kind {
        case .always(let keeps): return Bitmap(repeating: keeps, count: batch.rowCount)
        case .expression(let expression): return expression.evaluate(batch).selection
        case .member(let columns, let dataset, let measure): return members(columns, dataset, measure)
        case .all(let tests): return ~tests.reduce(Bitmap(repeating: false, count: batch.rowCount)) { $0 | verdict($1).failed }
        case .any(let tests): return ~tests.reduce(Bitmap(repeating: true, count: batch.rowCount)) { $0 & verdict($1).failed }
        }
    }

    private func members(_ columns: KeyColumns, _ dataset: String, _ measure: Int) -> Bitmap {
        guard let keys = others[dataset]?.keys(measure) else { return Bitmap(repeating: false, count: batch.rowCount) }
        let values = columns.expressions.map { $0.evaluate(batch).column }
        var valid = Bitmap(repeating: true, count: batch.rowCount)
        for column in values.prefix(columns.required) { valid = valid & column.explicitValidity }
        let own = RowKey.keys(of: values, rowCount: batch.rowCount)
        return valid & Bitmap(own.lazy.map { keys.contains($0) })
    }
}
