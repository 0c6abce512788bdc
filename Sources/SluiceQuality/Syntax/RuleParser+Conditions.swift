import SluiceCore
import SluiceExpressions

extension RuleParser {
    /// A condition, if one begins here.
    mutating func condition() throws(ExpressionError) -> RuleCondition? {
        let start = current.range.lowerBound
        if case .symbol(let symbol) = current.kind, let comparison = RuleCondition.Comparison(rawValue: symbol) {
            advance()
            let operand = try operand()
            return RuleCondition(kind: .compare(comparison, operand), range: start..<lastEnd)
        }
        let negated = current.keyword == "not"
        let word = negated ? ahead(1).keyword : current.keyword
        guard let word, ["between", "in", "matches"].contains(word) else {
            if negated { throw ExpressionError(.syntaxError, "expected in, between or matches behind not", ahead(1).range) }
            return nil
        }
        if negated { advance() }
        advance()
        switch word {
        case "between":
            let low = try operand()
            guard acceptKeyword("and") else { throw unexpected("expected and between the two bounds") }
            let high = try operand()
            return RuleCondition(kind: .between(low, high, negated: negated), range: start..<lastEnd)
        case "in":
            try expect("[", "in front of the values")
            var values: [RuleOperand] = []
            while !accept("]") {
                values.append(try operand())
                if !accept(","), !current.isSymbol("]") { throw unexpected("expected a comma or \"]\"") }
            }
            guard !values.isEmpty else { throw ExpressionError(.syntaxError, "the list has no values", start..<lastEnd) }
            return RuleCondition(kind: .isIn(values, negated: negated), range: start..<lastEnd)
        default:
            let pattern = try string("a regular expression in double quotes")
            return RuleCondition(kind: .matches(pattern, negated: negated), range: start..<lastEnd)
        }
    }

    // MARK: Operands

    private mutating func operand() throws(ExpressionError) -> RuleOperand {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= QualityLimits.nesting else {
            throw ExpressionError(.limitExceeded, "nested deeper than \(QualityLimits.nesting)", current.range)
        }
        return try chain(["+", "-"]) { (parser: inout RuleParser) throws(ExpressionError) -> RuleOperand in
            try parser.chain(["*", "/"]) { (parser: inout RuleParser) throws(ExpressionError) -> RuleOperand in try parser.signed() }
        }
    }

    private mutating func chain(
        _ symbols: [String], _ next: (inout RuleParser) throws(ExpressionError) -> RuleOperand
    ) throws(ExpressionError) -> RuleOperand {
        var left = try next(&self)
        var length = 0
        while case .symbol(let symbol) = current.kind, symbols.contains(symbol), let operation = RuleOperand.Arithmetic(rawValue: symbol) {
            length += 1
            guard length <= QualityLimits.nesting else {
                throw ExpressionError(.limitExceeded, "a chain of more than \(QualityLimits.nesting) operators", current.range)
            }
            advance()
            let right = try next(&self)
            left = RuleOperand(
                kind: .arithmetic(operation, left, right), range: left.range.lowerBound..<right.range.upperBound)
        }
        return left
    }

    private mutating func signed() throws(ExpressionError) -> RuleOperand {
        let start = current.range.lowerBound
        guard accept("-") else { return try primary() }
        if case .number(let digits) = current.kind, let value = Double(digits) {
            advance()
            return RuleOperand(kind: .number(-value, text: "-" + digits), range: start..<lastEnd)
        }
        let operand = try primary()
        return RuleOperand(kind: .negated(operand), range: start..<lastEnd)
    }

    private mutating func primary() throws(ExpressionError) -> RuleOperand {
        let token = current
        switch token.kind {
        case .number(let digits):
            guard let value = Double(digits), value.isFinite else {
                throw ExpressionError(.syntaxError, "the number is too large", token.range)
            }
            advance()
            guard let seconds = current.keyword.flatMap({ Self.units[$0] }) else {
                return RuleOperand(kind: .number(value, text: digits), range: token.range)
            }
            advance()
            return RuleOperand(kind: .duration(value * seconds), range: token.range.lowerBound..<lastEnd)
        case .text(let text):
            advance()
            return RuleOperand(kind: .text(text), range: token.range)
        case .symbol("("):
            advance()
            let inner = try operand()
            try expect(")", "to close the parenthesis")
            return RuleOperand(kind: inner.kind, range: token.range.lowerBound..<lastEnd)
        case .word(let word): return try self.word(word.lowercased(), token)
        default: throw unexpected("expected a value")
        }
    }

    private static let units: [String: Double] = [
        "second": 1, "seconds": 1, "minute": 60, "minutes": 60, "hour": 3_600, "hours": 3_600, "day": 86_400, "days": 86_400,
        "week": 604_800, "weeks": 604_800,
    ]

    private mutating func word(_ word: String, _ token: RuleToken) throws(ExpressionError) -> RuleOperand {
        switch word {
        case "null":
            advance()
            return RuleOperand(kind: .null, range: token.range)
        case "empty":
            advance()
            return RuleOperand(kind: .empty, range: token.range)
        case "whitespaces_only":
            advance()
            return RuleOperand(kind: .blanks, range: token.range)
        case "now":
            advance()
            try expect("(", "behind now")
            try expect(")", "behind now(")
            return RuleOperand(kind: .now, range: token.range.lowerBound..<lastEnd)
        default: break
        }
        guard let function = HistoryCall.Function(rawValue: word) else {
            let known = HistoryCall.Function.allCases.map(\.rawValue) + ["now", "NULL", "EMPTY", "WHITESPACES_ONLY"]
            throw unexpected(
                "expected a value", remedy: Suggestion.remedy(for: word, in: known, noun: "a text stands in double quotes; words"))
        }
        advance()
        let call = try self.call(function, token)
        return RuleOperand(kind: .history(call), range: token.range.lowerBound..<lastEnd)
    }

    /// What stands behind a function of earlier results.
    private mutating func call(_ function: HistoryCall.Function, _ token: RuleToken) throws(ExpressionError) -> HistoryCall {
        try expect("(", "behind \(function.rawValue)")
        if function == .last {
            let count = current.isSymbol(")") ? 1 : try count()
            try expect(")", "behind the number of results")
            guard count == 1 else {
                throw ExpressionError(
                    .syntaxError, "last(\(count)) is a list of results, not one value", token.range.lowerBound..<lastEnd,
                    remedy: "take one figure of it: avg(last(\(count)))")
            }
            return HistoryCall(function: .last, count: 1, place: 1)
        }
        guard acceptKeyword("last") else { throw unexpected("expected last", remedy: "for example: \(function.rawValue)(last(10))") }
        try expect("(", "behind last")
        let count = current.isSymbol(")") ? 1 : try count()
        try expect(")", "behind the number of results")
        var place = 1
        if function == .index {
            try expect(",", "in front of which result is meant")
            place = try self.count()
        }
        try expect(")", "to close \(function.rawValue)")
        return HistoryCall(function: function, count: count, place: place)
    }

    private mutating func count() throws(ExpressionError) -> Int {
        guard case .number(let digits) = current.kind, let count = Int(digits), (1...QualityLimits.history).contains(count) else {
            throw unexpected("expected a number of earlier results, from 1 to \(QualityLimits.history)")
        }
        advance()
        return count
    }
}
