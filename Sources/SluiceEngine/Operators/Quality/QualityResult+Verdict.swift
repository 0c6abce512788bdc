package import SluiceCatalog
package import SluiceCore
package import SluiceQuality

extension QualityResult {
    /// A verdict as the catalog keeps it.
    package init(_ verdict: QualityVerdict, subject: String, ruleSet: String) {
        self.init(
            subject: subject, ruleSet: ruleSet, rows: verdict.rowCount, failures: verdict.failures,
            outcomes: verdict.outcomes.map { outcome in
                Outcome(
                    rule: outcome.rule, state: outcome.state.rawValue, message: outcome.message,
                    figures: outcome.figures.map { Figure($0.name, $0.value) }, failedRows: outcome.failedRows,
                    examples: outcome.examples.map { Example(place: $0.place, values: $0.values) },
                    labels: Dictionary(outcome.labels.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first }))
            }, figures: verdict.figures.map { Figure($0.name, $0.value) })
    }

    /// `2 of 5 rules were not passed: RowCount > 10 (RowCount is 3, and should be > 10); …`
    package var failureText: String {
        let failed = outcomes.filter { $0.state == "failed" || $0.state == "error" }
        let shown = failed.prefix(3).map { $0.rule + ($0.message.map { " (\($0))" } ?? "") }.joined(separator: "; ")
        let verb = failed.count == 1 ? "was" : "were"
        let place = window.map { "in the window from \(EventTimes.text($0.start)) to \(EventTimes.text($0.end)), " } ?? ""
        return "\(place)\(failed.count) of \(outcomes.count) rules \(verb) not passed: \(shown)" + (failed.count > 3 ? "; …" : "")
    }

    /// What ends a run whose rules are not passed.
    package func failure(step: String, at place: SourceLocation?) -> SluiceError {
        SluiceError(
            .qualityFailed, "\(failureText) (step \"\(step)\")", at: place,
            remedy: "`sluice quality show last` has all of it, with rows as examples; `on_fail: warn` lets the run go on")
    }
}

extension SluiceError.Code {
    /// Rows do not keep the rules of a rule set.
    package static let qualityFailed = Self("quality-failed")
}
