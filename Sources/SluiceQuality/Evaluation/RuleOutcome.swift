/// What came out of one rule.
package struct RuleOutcome: Sendable {
    /// How a rule came out.
    package enum State: String, Sendable, CaseIterable {
        case passed, failed
        /// It compares with earlier results, of which there are none.
        case skipped
        /// It could not be evaluated.
        case error
    }

    /// As it was written.
    package var rule: String
    package var state: State
    /// Why it is not passed.
    package var message: String?
    /// What was measured for it, by name; a figure without a value is left out.
    package var figures: [(name: String, value: Double)] = []
    /// Rows that do not keep it; nil where it says nothing of single rows.
    package var failedRows: Int64?
    package var examples: [RowExample] = []
    package var labels: [(name: String, value: String)] = []
}

/// What came out of a rule set.
package struct QualityVerdict: Sendable {
    package var outcomes: [RuleOutcome]
    /// What analyzers measured.
    package var figures: [(name: String, value: Double)]
    package var rowCount: Int64
    /// Rows for which a `where` or an aggregate's argument could not be computed.
    package var failures: Int64

    package func count(_ state: RuleOutcome.State) -> Int { outcomes.count { $0.state == state } }

    /// Whether every rule was passed, or skipped.
    package var isPassed: Bool { outcomes.allSatisfy { $0.state == .passed || $0.state == .skipped } }
}

/// Looks up a figure in earlier results, the newest first.
package typealias FigureHistory = (_ figure: String, _ count: Int) throws -> [Double]

extension BoundRuleSet {
    /// Judges what was measured of all rows.
    package func verdict(_ part: QualityPart, history: FigureHistory) throws -> QualityVerdict {
        let judge = RuleJudge(part: part)
        var outcomes: [RuleOutcome] = []
        for rule in rules { outcomes.append(try judge.outcome(rule, history)) }
        let figures = analyzers.compactMap { check in
            judge.value(check.figure).value.map { (name: check.check.figure, value: $0) }
        }
        return QualityVerdict(
            outcomes: outcomes, figures: figures, rowCount: part.measured.rowCount, failures: part.measured.failures)
    }
}
