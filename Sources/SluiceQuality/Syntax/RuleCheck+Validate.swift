import SluiceCore
import SluiceExpressions

extension RuleCheck {
    /// Whether the rule type can be written so.
    func validate(nameRange: Range<Int>, isAnalyzer: Bool) throws(ExpressionError) {
        let shape = type.shape
        let syntax = RuleManual.all.first { $0.type == type }?.syntax ?? type.rawValue
        guard shape.parameters.contains(parameters.count) else {
            let wanted =
                shape.parameters.count == 1
                ? "\(shape.parameters.lowerBound)" : "\(shape.parameters.lowerBound) to \(shape.parameters.upperBound)"
            throw ExpressionError(
                .syntaxError, "\(type.rawValue) takes \(wanted) texts in double quotes, not \(parameters.count)", nameRange,
                remedy: "write " + syntax)
        }
        if let empty = parameters.first(where: { $0.text.isEmpty }) {
            throw ExpressionError(.syntaxError, "a name is empty", empty.range, remedy: "write " + syntax)
        }
        if let filter, !shape.allowsFilter {
            throw ExpressionError(.invalidOption, "\(type.rawValue) has no where", filter.range, remedy: "write " + syntax)
        }
        if let threshold {
            guard shape.allowsThreshold, !(type == .customSql && condition != nil) else {
                throw ExpressionError(
                    .invalidOption, "\(type.rawValue) has no threshold\(type == .customSql ? " beside a condition" : "")", threshold.range,
                    remedy: "write " + syntax)
            }
            try threshold.require(.number, type)
        }
        if isAnalyzer {
            guard let condition else { return }
            throw ExpressionError(.invalidOption, "an analyzer has no condition", condition.range, remedy: "put it under Rules")
        }
        guard let condition else {
            if shape.isConditionOptional { return }
            if case .none = shape.condition { return }
            throw ExpressionError(.syntaxError, "\(type.rawValue) lacks a condition", range, remedy: "write " + syntax)
        }
        try condition.require(shape.condition, type)
    }
}

extension RuleCondition {
    /// Whether the condition is one of a kind.
    fileprivate func require(_ wanted: RuleType.Condition, _ type: RuleType) throws(ExpressionError) {
        switch wanted {
        case .none:
            throw ExpressionError(.invalidOption, "\(type.rawValue) takes no condition", range, remedy: "leave it out")
        case .values:
            if let dynamic = operands.first(where: \.isDynamic) {
                throw ExpressionError(
                    .invalidOption, "earlier results are figures of the whole rule, not of its values", dynamic.range,
                    remedy: "compare a figure: Mean \"column\" > avg(last(10))")
            }
        case .text:
            for operand in operands {
                if case .text = operand.kind { continue }
                throw ExpressionError(.syntaxError, "expected the name of a type in double quotes", operand.range)
            }
            switch kind {
            case .compare(.equal, _), .compare(.notEqual, _), .isIn: break
            default: throw ExpressionError(.invalidOption, "a type is compared with =, != or in", range)
            }
        case .number, .plainNumber, .duration:
            if case .matches = kind {
                throw ExpressionError(.invalidOption, "\(type.rawValue) is a number, which matches no pattern", range)
            }
            for operand in operands { try operand.require(wanted) }
        }
    }
}

extension RuleOperand {
    fileprivate func require(_ wanted: RuleType.Condition) throws(ExpressionError) {
        let isDuration = if case .duration = wanted { true } else { false }
        switch kind {
        case .number where !isDuration: break
        case .duration where isDuration: break
        case .history:
            guard case .number = wanted else {
                throw ExpressionError(.invalidOption, "earlier results cannot be compared with single values", range)
            }
        case .negated(let inner) where !isDuration: try inner.require(wanted)
        case .arithmetic(_, let left, let right) where !isDuration:
            try left.require(wanted)
            try right.require(wanted)
        default:
            throw ExpressionError(
                .syntaxError, isDuration ? "expected a length of time" : "expected a number", range,
                remedy: isDuration ? "for example: 24 hours" : nil)
        }
    }

    /// The number that the operand is, with earlier results looked up; nil where there is none to look up, or one is divided by zero.
    func number(_ history: (HistoryCall) throws -> Double?) rethrows -> Double? {
        switch kind {
        case .number(let value, _): return value
        case .duration(let seconds): return seconds
        case .history(let call): return try history(call)
        case .negated(let operand): return try operand.number(history).map { -$0 }
        case .arithmetic(let operation, let left, let right):
            guard let a = try left.number(history), let b = try right.number(history) else { return nil }
            switch operation {
            case .add: return a + b
            case .subtract: return a - b
            case .multiply: return a * b
            case .divide: return b == 0 ? nil : a / b
            }
        case .text, .null, .empty, .blanks, .now: return nil
        }
    }
}
