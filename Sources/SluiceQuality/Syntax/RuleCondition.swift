/// What is asked of a figure, or of every value.
package struct RuleCondition: Sendable {
    /// A sign between two numbers.
    package enum Comparison: String, Hashable, Sendable, CaseIterable {
        case equal = "="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="

        func holds(_ a: Double, _ b: Double) -> Bool {
            switch self {
            case .equal: a == b
            case .notEqual: a != b
            case .less: a < b
            case .lessOrEqual: a <= b
            case .greater: a > b
            case .greaterOrEqual: a >= b
            }
        }
    }

    /// What is asked.
    package enum Kind: Sendable {
        case compare(Comparison, RuleOperand)
        /// Neither bound is part of the range.
        case between(RuleOperand, RuleOperand, negated: Bool)
        case isIn([RuleOperand], negated: Bool)
        /// A regular expression that the whole value has to match.
        case matches(RuleParameter, negated: Bool)
    }

    package let kind: Kind
    package let range: Range<Int>

    /// Whether anything in it is looked up in earlier results.
    package var isDynamic: Bool { operands.contains(where: \.isDynamic) }

    var operands: [RuleOperand] {
        switch kind {
        case .compare(_, let operand): [operand]
        case .between(let low, let high, _): [low, high]
        case .isIn(let list, _): list
        case .matches: []
        }
    }
}

/// A value in a condition.
package struct RuleOperand: Sendable {
    /// What the value is, or is computed of.
    package indirect enum Kind: Sendable {
        case number(Double, text: String)
        case text(String)
        case null, empty, blanks
        /// `24 hours`, in seconds.
        case duration(Double)
        /// `now()`.
        case now
        case history(HistoryCall)
        case negated(RuleOperand)
        case arithmetic(Arithmetic, RuleOperand, RuleOperand)
    }

    package enum Arithmetic: String, Sendable { case add = "+", subtract = "-", multiply = "*", divide = "/" }

    package let kind: Kind
    package let range: Range<Int>

    var isDynamic: Bool {
        switch kind {
        case .history: true
        case .negated(let operand): operand.isDynamic
        case .arithmetic(_, let left, let right): left.isDynamic || right.isDynamic
        default: false
        }
    }
}

/// `avg(last(10))`: a figure of the rule's own earlier results.
package struct HistoryCall: Hashable, Sendable {
    package enum Function: String, Hashable, Sendable, CaseIterable { case avg, min, max, median, std, sum, index, last }

    package let function: Function
    /// How many of the newest earlier results are taken.
    package let count: Int
    /// For `index`: which one, the newest first, from 1.
    package let place: Int

    /// The figure of the results, newest first; nil without any, or where there is none at the place.
    package func value(of results: [Double]) -> Double? {
        guard !results.isEmpty else { return nil }
        let count = Double(results.count)
        let mean = results.reduce(0, +) / count
        switch function {
        case .avg: return mean
        case .min: return results.min()
        case .max: return results.max()
        case .sum: return results.reduce(0, +)
        case .last: return results[0]
        case .index: return place <= results.count ? results[place - 1] : nil
        case .std: return (results.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
        case .median:
            let sorted = results.sorted()
            let middle = sorted.count / 2
            return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
        }
    }
}
