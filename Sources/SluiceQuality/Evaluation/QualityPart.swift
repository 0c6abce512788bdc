package import SluiceCore

/// What was measured of some of the rows: each worker fills one, and they are merged in the end.
package struct QualityPart: Sendable {
    private let rules: BoundRuleSet
    private let others: [String: MeasurePart]
    private(set) var measured: MeasurePart

    init(_ rules: BoundRuleSet, others: [String: MeasurePart]) {
        self.rules = rules
        self.others = others
        measured = MeasurePart(rules.plan)
    }

    package var rowCount: Int64 { measured.rowCount }

    /// Takes in the rows of a batch.
    ///
    /// - Parameter judging: Rules that say something of single rows, or that are about keys, by their numbers.
    /// - Returns: for each of them that some rows do not keep, these rows.
    package mutating func take(_ batch: Batch, judging: [Int] = []) -> [(rule: Int, failed: Bitmap)] {
        let rows = MeasuredBatch(batch, rules.plan, others: others)
        let marks = measured.take(rows, marking: Set(judging.compactMap { rules.rules[$0].node.key?.measure }))
        return judging.compactMap { rule in
            let node = rules.rules[rule].node
            let failed: Bitmap
            if let key = node.key {
                guard let found = marks[key.measure] else { return nil }
                failed = key.mustNotBeNull ? found.repeated | found.nulls : found.repeated
            } else {
                failed = node.failed(rows)
            }
            return failed.noneSet ? nil : (rule, failed)
        }
    }

    package mutating func merge(_ other: QualityPart) { measured.merge(other.measured) }

    func measured(of dataset: String?) -> MeasurePart? { dataset.map { others[$0] } ?? measured }
}

extension BoundRuleSet.Node {
    /// Rows that do not keep the rule; a check's test was computed when it was measured.
    fileprivate func failed(_ rows: MeasuredBatch) -> Bitmap {
        if case .check(let check) = self, case .test(let measure) = check.figure, let test = check.rowTest {
            return rows.verdict(of: measure, test).failed
        }
        guard let test = rowTest else { return Bitmap(repeating: false, count: rows.batch.rowCount) }
        return rows.verdict(test).failed
    }
}

/// What was measured of a dataset that rules compare with; filled before the rows that are judged.
package struct ComparedPart: Sendable {
    package let dataset: String
    fileprivate var measured: MeasurePart

    package mutating func take(_ batch: Batch) { measured.take(MeasuredBatch(batch, measured.plan, others: [:])) }

    package mutating func merge(_ other: ComparedPart) { measured.merge(other.measured) }
}

extension BoundRuleSet {
    /// An empty part for a dataset that rules compare with; nil where nothing of its rows is asked.
    package func makeComparedPart(_ dataset: String) -> ComparedPart? {
        guard let plan = others[dataset], !plan.measures.isEmpty else { return nil }
        return ComparedPart(dataset: dataset, measured: MeasurePart(plan))
    }

    /// An empty part for rows to judge.
    package func makePart(comparingWith others: [ComparedPart] = []) -> QualityPart {
        QualityPart(self, others: Dictionary(others.map { ($0.dataset, $0.measured) }, uniquingKeysWith: { $1 }))
    }
}
