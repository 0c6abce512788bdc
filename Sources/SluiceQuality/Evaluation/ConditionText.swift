import SluiceCore
import SluiceExpressions

/// A rule's condition as the text of an expression over one value, for values of one type.
struct ConditionText {
    /// The value, as an expression.
    let value: String
    let type: DataType
    /// Microseconds since 1970, for `now()`.
    let nowMicros: Int64

    /// - Throws: `typeError` for literals that values of the type cannot be compared with.
    func text(_ condition: RuleCondition) throws(ExpressionError) -> String {
        switch condition.kind {
        case .compare(let comparison, let operand): return try compared(comparison, operand)
        case .between(let low, let high, let negated):
            let (low, high) = (try literal(low), try literal(high))
            return negated ? "(\(value) <= \(low) OR \(value) >= \(high))" : "(\(value) > \(low) AND \(value) < \(high))"
        case .isIn(let list, let negated): return try membership(list, negated)
        case .matches(let pattern, let negated):
            guard type == .string else {
                throw ExpressionError(
                    .typeError, "a pattern needs texts, but the values are \(type)", condition.range,
                    remedy: "compare with numbers or dates")
            }
            let matched = "regexp_matches(\(value), \(Self.quoted(Self.whole(pattern.text))))"
            return negated ? "(\(value) IS NULL OR NOT \(matched))" : matched
        }
    }

    private func compared(_ comparison: RuleCondition.Comparison, _ operand: RuleOperand) throws(ExpressionError) -> String {
        if let test = special(operand.kind) {
            switch comparison {
            case .equal: return test
            case .notEqual: return isNull(operand.kind) ? "NOT \(test)" : "(\(value) IS NULL OR NOT \(test))"
            default:
                throw ExpressionError(.typeError, "NULL, EMPTY and WHITESPACES_ONLY are neither less nor greater", operand.range)
            }
        }
        let literal = try literal(operand)
        if comparison == .notEqual { return "(\(value) IS NULL OR \(value) <> \(literal))" }
        return "\(value) \(comparison.rawValue) \(literal)"
    }

    /// A null is in a list that names it, and not in any other: so it passes `not in`, too.
    private func membership(_ list: [RuleOperand], _ negated: Bool) throws(ExpressionError) -> String {
        var tests = list.compactMap { special($0.kind) }
        var literals: [String] = []
        for operand in list where special(operand.kind) == nil { literals.append(try literal(operand)) }
        if !literals.isEmpty { tests.append("\(value) IN (\(literals.joined(separator: ", ")))") }
        let matched = "(" + tests.joined(separator: " OR ") + ")"
        if !negated { return matched }
        let namesNull = list.contains { isNull($0.kind) }
        return "CASE WHEN \(value) IS NULL THEN \(namesNull ? "FALSE" : "TRUE") ELSE NOT \(matched) END"
    }

    private func isNull(_ kind: RuleOperand.Kind) -> Bool { if case .null = kind { true } else { false } }

    /// What stands for several values.
    private func special(_ kind: RuleOperand.Kind) -> String? {
        switch kind {
        case .null: "(\(value) IS NULL)"
        case .empty: type == .string ? "(\(value) IS NOT NULL AND \(value) = '')" : "FALSE"
        case .blanks: type == .string ? "(\(value) IS NOT NULL AND regexp_matches(\(value), '^\\s+$'))" : "FALSE"
        default: nil
        }
    }

    private func literal(_ operand: RuleOperand) throws(ExpressionError) -> String {
        switch operand.kind {
        case .number(_, let text) where type.isNumeric: return text
        case .text(let text) where type == .string: return Self.quoted(text)
        case .text(let text) where type == .boolean && ["true", "false"].contains(text.lowercased()): return text.uppercased()
        case .text(let text) where type.isTemporal: return try time(text, operand)
        case .now where type.isTemporal: return time(nowMicros)
        case .arithmetic(let operation, let left, let right) where type.isTemporal:
            guard case .now = left.kind, case .duration(let seconds) = right.kind, operation == .add || operation == .subtract,
                seconds < 3e9
            else { throw ExpressionError(.typeError, "expected a time such as (now() - 3 days)", operand.range) }
            let micros = Int64(seconds * 1e6)
            return time(operation == .add ? nowMicros + micros : nowMicros - micros)
        default:
            let remedy: String? =
                switch (operand.kind, type) {
                case (.number, .string): "write it in double quotes"
                case (.text, _) where type.isNumeric: "write it without quotes"
                case (_, _) where type == .boolean: "write \"true\" or \"false\""
                case (_, _) where type.isTemporal: "write a date in double quotes, or (now() - 3 days)"
                default: nil
                }
            throw ExpressionError(.typeError, "the values are \(type), which cannot be compared with this", operand.range, remedy: remedy)
        }
    }

    private func time(_ micros: Int64) -> String {
        let value: Value =
            type == .date
            ? .date(Int32(clamping: Int64((Double(micros) / 86_400e6).rounded(.down))))
            : .timestamp(micros, zoned: type == .timestamp(zoned: true))
        return "CAST(\(Self.quoted(value.description)) AS \(type))"
    }

    /// A date or time that was written as a text.
    private func time(_ text: String, _ operand: RuleOperand) throws(ExpressionError) -> String {
        let read = try Expression(parsing: "TRY_CAST(\(Self.quoted(text)) AS \(type))").bind(to: .empty)
        if read.evaluate(Batch(.empty, [], rowCount: 1)).column.isNull(0) {
            throw ExpressionError(
                .typeError, "\"\(text)\" is no value of the type \(type)", operand.range, remedy: "for example: \"2024-12-31\"")
        }
        return "CAST(\(Self.quoted(text)) AS \(type))"
    }

    /// A pattern that the whole text has to match.
    static func whole(_ pattern: String) -> String {
        pattern.hasPrefix("(?i)") ? "(?i)^(?:\(pattern.dropFirst(4)))$" : "^(?:\(pattern))$"
    }

    static func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "''") + "'" }
    static func name(_ column: String) -> String { "\"" + column.replacing("\"", with: "\"\"") + "\"" }
}
