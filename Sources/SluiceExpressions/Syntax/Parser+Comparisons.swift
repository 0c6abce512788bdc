import SluiceCore

extension Parser {
    /// What follows `left` at the level of comparisons: an operator, or IS, IN, BETWEEN, LIKE.
    mutating func comparison(_ left: SyntaxNode) throws(ExpressionError) -> SyntaxNode {
        if case .binary(let earlier, _, let right) = left.kind, earlier.isComparison, left.range.upperBound == right.range.upperBound {
            throw ExpressionError(
                .syntaxError, "comparisons cannot follow one another", current.range,
                remedy: "write a < b AND b < c, or b BETWEEN a AND c")
        }
        if case .symbol(let symbol) = current.kind {
            advance()
            let right = try expression(.concatenation)
            let operation = BinaryOperator(rawValue: symbol == "!=" ? "<>" : symbol) ?? .equal
            return SyntaxNode(.binary(operation, left, right), left.range.lowerBound..<right.range.upperBound)
        }
        if acceptKeyword("IS") { return try isTest(left) }
        let negated = acceptKeyword("NOT")
        let keyword = current.keyword
        advance()
        switch keyword {
        case "IN": return try membership(left, negated: negated)
        case "BETWEEN":
            let lower = try expression(.concatenation)
            try expectKeyword("AND", "between the bounds of BETWEEN")
            let upper = try expression(.concatenation)
            return SyntaxNode(
                .between(left, lower: lower, upper: upper, negated: negated), left.range.lowerBound..<upper.range.upperBound)
        default:
            let pattern = try expression(.concatenation)
            let escape = acceptKeyword("ESCAPE") ? try expression(.concatenation) : nil
            return SyntaxNode(
                .like(left, pattern: pattern, escape: escape, ignoresCase: keyword == "ILIKE", negated: negated),
                left.range.lowerBound..<lastEnd)
        }
    }

    private mutating func isTest(_ left: SyntaxNode) throws(ExpressionError) -> SyntaxNode {
        let start = left.range.lowerBound
        let negated = acceptKeyword("NOT")
        if acceptKeyword("NULL") { return SyntaxNode(.isNull(left, negated: negated), start..<lastEnd) }
        if acceptKeyword("TRUE") { return SyntaxNode(.isTruth(left, true, negated: negated), start..<lastEnd) }
        if acceptKeyword("FALSE") { return SyntaxNode(.isTruth(left, false, negated: negated), start..<lastEnd) }
        guard acceptKeyword("DISTINCT") else { throw unexpected("expected NULL, TRUE, FALSE or DISTINCT FROM after IS") }
        try expectKeyword("FROM", "after IS DISTINCT")
        let right = try expression(.concatenation)
        return SyntaxNode(.isDistinct(left, right, negated: negated), start..<right.range.upperBound)
    }

    private mutating func membership(_ left: SyntaxNode, negated: Bool) throws(ExpressionError) -> SyntaxNode {
        let opened = current.range
        try expect("(", "after IN")
        if current.isSymbol(")") { throw unexpected("expected a value in the list of IN") }
        var list: [SyntaxNode] = []
        repeat { list.append(try expression()) } while accept(",")
        try expect(")", "after the list of IN", opened: opened)
        return SyntaxNode(.isIn(left, list, negated: negated), left.range.lowerBound..<lastEnd)
    }
}

extension BinaryOperator {
    package var isComparison: Bool {
        switch self {
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: true
        default: false
        }
    }
}
