/// A rule of `assert`; a literal for a condition that is handled as the pipeline's `onError` says.
public struct Rule: Sendable, ExpressibleByStringLiteral {
    /// What becomes of a row that does not keep the rule.
    public enum Outcome: String, Sendable {
        case fail
        case deadLetter = "dead_letter"
        case drop, warn
    }

    let node: DefinitionNode
    public init(stringLiteral value: String) { node = .text(value) }

    /// - Parameter outcome: what becomes of a row for which the condition is not true.
    public init(_ condition: String, onFail outcome: Outcome) {
        node = .mapping([("that", .text(condition)), ("on_fail", .text(outcome.rawValue))])
    }
}
