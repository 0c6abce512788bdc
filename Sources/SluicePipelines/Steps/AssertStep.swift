package import SluiceCore
import SluiceExpressions

/// `assert: {positive: amount > 0}`
package struct AssertStep: StepDefinition {
    package static var keepsColumns: Bool { true }
    package static let manual = StepManual(
        key: "assert", summary: "Checks rules that every row has to keep, each with a name, and counts the rows that do not.",
        arguments: .mapping(
            key: "rule",
            .either([
                .expression,
                .object([
                    OptionSpecification(
                        "that", .expression, isRequired: true, "What must be true; null is not.", examples: ["amount > 0"]),
                    OptionSpecification(
                        "on_fail", .enumeration(Outcome.allCases.map(\.rawValue)),
                        "What becomes of a row that does not keep the rule: it ends the run, is kept as a dead letter, is left out, or goes on and is"
                            + " only counted. As `on_error` of the pipeline says when absent.",
                        examples: ["warn"]),
                ]),
            ]), minimum: 1),
        notes: [
            "A condition that is null does not hold: `amount > 0 OR amount IS NULL` lets nulls pass.",
            "A row that fails several rules counts for each and meets the strictest: fail, then dead_letter, then drop.",
            "`sluice runs show` and `--json` have the counts of each rule.",
        ],
        examples: [
            "- assert: {has_id: id IS NOT NULL}",
            "- assert:\n    has_id: {that: id IS NOT NULL, on_fail: fail}\n    positive: {that: amount > 0, on_fail: dead_letter}\n"
                + "    known: {that: \"country IN ('NO', 'SE')\", on_fail: warn}",
        ])

    private enum Outcome: String, CaseIterable {
        case fail
        case deadLetter = "dead_letter"
        case drop, warn

        var failure: AssertOperation.Failure {
            switch self {
            case .fail: .reject(.fail)
            case .deadLetter: .reject(.keep)
            case .drop: .reject(.drop)
            case .warn: .warn
            }
        }
    }

    package let location: SourceLocation?
    private let rules: [(name: String, condition: ExpressionArgument, outcome: Outcome?)]

    package init(from node: DefinitionNode) throws {
        location = node.keyLocation ?? node.location
        var errors = ErrorCollector()
        var rules: [(name: String, condition: ExpressionArgument, outcome: Outcome?)] = []
        for entry in try node.mapping() {
            try errors.attempt {
                let condition = try ExpressionArgument(entry.value.isMapping ? entry.value.require("that") : entry.value)
                rules.append((entry.key, condition, try entry.value[key: "on_fail"]?.enumeration(Outcome.self)))
            }
        }
        try errors.throwIfAny()
        self.rules = rules
    }

    package func plan(_ input: Schema, in context: PlanContext) throws -> StepPlan {
        var errors = ErrorCollector()
        var bound: [AssertOperation.Rule] = []
        for (name, condition, outcome) in rules {
            guard let predicate = try errors.attempt({ try condition.bindPredicate(to: input) }) else { continue }
            bound.append(.init(name: name, text: condition.text, condition: predicate, failure: outcome?.failure ?? .reject(nil)))
        }
        try errors.throwIfAny()
        return StepPlan(operation: .assert(AssertOperation(rules: bound)), outputSchema: input, summary: summary)
    }

    private var summary: String {
        rules.map { "\($0.name): \($0.condition.text)" + ($0.outcome.map { " or \($0.rawValue)" } ?? "") }.joined(separator: ", ")
    }
}
