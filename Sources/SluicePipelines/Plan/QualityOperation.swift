package import SluiceCore
package import SluiceExpressions
package import SluiceQuality

/// Windows of event time by which rules are judged, one behind the other. Lengths are in microseconds.
package struct QualityWindow: Sendable {
    /// A date or a timestamp.
    package var time: BoundExpression
    /// As the definition writes it.
    package var timeText: String
    package var size: Int64
    /// How much later than the newest row another may come.
    package var delay: Int64
    /// A split that had no rows for so long does not hold back the watermark.
    package var idle: Int64
}

/// A rule set over all rows of a step.
package struct QualityOperation: Sendable {
    /// What becomes of a row that does not keep a rule.
    package enum FailingRows: String, Sendable, CaseIterable {
        /// It goes on.
        case keep
        case deadLetter = "dead_letter"
        case drop

        /// How its reject is handled; nil where there is none.
        package var handling: RowError.Handling? {
            switch self {
            case .keep: nil
            case .deadLetter: .keep
            case .drop: .drop
            }
        }
    }

    /// What happens when a rule is not passed.
    package enum Outcome: String, Sendable, CaseIterable { case fail, warn }

    /// Looks up a figure's earlier values, newest first.
    package typealias History = @Sendable (_ figure: String, _ count: Int) throws -> [Double]

    package var ruleSet: RuleSet
    /// What results are filed under.
    package var subject: String
    package var name: String
    package var composition: RuleComposition
    /// Datasets that rules compare with, by the names that rules have for them.
    package var references: [(name: String, source: PlannedSource)]
    package var failingRows: FailingRows
    package var onFail: Outcome
    /// Positions of the columns that the rules read; nil: all.
    package var columns: [Int]?
    package var history: History
    /// What becomes of checks whose columns or datasets are not there.
    package var unbound = UnboundChecks.refused
    /// Where rules are judged for each window of time; nil: for a whole run or epoch.
    package var window: QualityWindow?

    package init(
        ruleSet: RuleSet, subject: String, name: String, composition: RuleComposition, references: [(name: String, source: PlannedSource)],
        failingRows: FailingRows, onFail: Outcome, columns: [Int]?, history: @escaping History
    ) {
        self.ruleSet = ruleSet
        self.subject = subject
        self.name = name
        self.composition = composition
        self.references = references
        self.failingRows = failingRows
        self.onFail = onFail
        self.columns = columns
        self.history = history
    }

    /// The rules over rows of a schema.
    ///
    /// - Parameter nowMicros: Microseconds since 1970, for `now()` and ages.
    package func bound(to schema: Schema, nowMicros: Int64) throws -> BoundRuleSet {
        try BoundRuleSet(
            ruleSet, schema: schema, others: Dictionary(references.map { ($0.name, $0.source.schema) }, uniquingKeysWith: { $1 }),
            composition: composition, unbound: unbound, nowMicros: nowMicros)
    }

    /// Results and their history are found by name.
    ///
    /// - Throws: `invalidOption`, placed, where two steps of a pipeline have one name.
    static func requireDifferentNames(_ steps: [PlannedStep]) throws(SluiceError) {
        var names: Set<String> = []
        for step in steps {
            guard case .quality(let quality) = step.operation, !names.insert(quality.name).inserted else { continue }
            throw SluiceError(
                .invalidOption, "two quality steps have the name \(quality.name.quotedForMessage)", at: step.location,
                remedy: "give each of them a `name`")
        }
    }
}
