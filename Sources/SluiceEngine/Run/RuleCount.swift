import SluiceCore
import SluicePipelines

/// Rows that did not keep a rule of an `assert` step so far.
package struct RuleCount: Sendable, Hashable {
    package var step: String
    package var name: String
    package var condition: String
    /// Whether such rows go on all the same.
    package var isWarning: Bool
    package var failed: Int64 = 0

    init(_ rule: AssertOperation.Rule, step: String) {
        self.step = step
        name = rule.name
        condition = rule.text
        isWarning = rule.failure == .warn
    }

    /// What a person should know after the run; nil where all rows kept the rule, or those that did not were rejected.
    var notice: String? {
        guard isWarning, failed > 0 else { return nil }
        let rows = failed == 1 ? "1 row does" : "\(failed) rows do"
        return "step \"\(step)\": \(rows) not keep the rule \(name.quotedForMessage): \(condition)"
    }
}

extension [RuleCount] {
    /// The count of a rule by its number in its step.
    subscript(ofStep step: String, at index: Int) -> RuleCount? {
        get { firstIndex { $0.step == step }.map { self[$0 + index] } }
        set { if let first = firstIndex(where: { $0.step == step }), let newValue { self[first + index] = newValue } }
    }
}

extension RunProgress.Snapshot {
    /// What a person should know after the run.
    var lateNotices: [String] { rules.compactMap(\.notice) + notices + newMembers.notices + [unroutedNotice].compactMap(\.self) }

    private var unroutedNotice: String? {
        guard unrouted > 0 else { return nil }
        let rows = unrouted == 1 ? "1 row went into no route and is" : "\(unrouted) rows went into no route and are"
        return "\(rows) in no output; `otherwise` in the definition keeps such rows"
    }

    /// Names what is counted.
    mutating func list(_ plan: LogicalPlan) {
        let steps = plan.allSteps
        self.steps = steps.map { .init(name: $0.name) }
        outputs = plan.outputs.map { .init(name: $0.name) }
        rules = steps.flatMap { step -> [RuleCount] in
            guard case .assert(let operation) = step.operation else { return [] }
            return operation.rules.map { RuleCount($0, step: step.name) }
        }
    }
}
