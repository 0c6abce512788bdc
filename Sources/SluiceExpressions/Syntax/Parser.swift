import SluiceCore

/// Reads tokens into a syntax tree by precedence climbing.
///
/// From loose to tight: OR, AND, NOT, comparisons (and IS, IN, LIKE, BETWEEN), `||`, `+ -`, `* / // %`, unary minus, then `.member`,
/// `[index]` and `::type`.
struct Parser: TokenReader {
    enum Precedence: Int, Comparable {
        case lowest, or, and, not, comparison, concatenation, sum, product, unary
        static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
        var tighter: Precedence { Precedence(rawValue: rawValue + 1) ?? .unary }
    }

    let text: String
    let tokens: [Token]
    var position = 0
    private var nesting = 0

    init(_ text: String) throws(ExpressionError) {
        self.text = text
        var lexer = Lexer(text)
        tokens = try lexer.tokens()
    }

    // MARK: Tokens

    mutating func expect(_ symbol: String, _ why: String, opened: Range<Int>? = nil) throws(ExpressionError) {
        guard !accept(symbol) else { return }
        var remedy: String?
        if let opened, current.kind == .end { remedy = "the bracket that opens at character \(opened.lowerBound + 1) is not closed" }
        throw unexpected("expected \"\(symbol)\" \(why)", remedy: remedy)
    }

    mutating func expectKeyword(_ keyword: String, _ why: String) throws(ExpressionError) {
        guard acceptKeyword(keyword) else { throw unexpected("expected \(keyword) \(why)") }
    }

    /// "expected …, found …" at the current token, with advice for the usual slips.
    func unexpected(_ expected: String, remedy: String? = nil) -> ExpressionError {
        ExpressionError(.syntaxError, "\(expected), found \(current.described)", current.range, remedy: remedy ?? slip)
    }

    /// Advice for what people of other languages write.
    private var slip: String? {
        switch current.kind {
        case .symbol("=="): "equality is a single ="
        case .symbol("&&"): "write AND"
        case .symbol("="): "a comparison needs a value on both sides"
        case .symbol("->"): "a lambda stands only as an argument of a list function: list_transform(xs, x -> x + 1)"
        case .text where position > 0 && !tokens[position - 1].isSymbol("("): "join texts with ||; a ' inside a text is written twice"
        case .word(let word) where word.uppercased() == "SELECT": "an expression is one value, without SELECT and FROM"
        case .word(let word) where word.uppercased() == "AS": "an expression has no alias; the name is given where it is used"
        default: nil
        }
    }

    // MARK: Expressions

    mutating func wholeExpression() throws(ExpressionError) -> SyntaxNode {
        if current.kind == .end { throw ExpressionError(.syntaxError, "the expression is empty", current.range) }
        let node = try expression()
        guard current.kind == .end else {
            let remedy = current.isSymbol(")") ? "this parenthesis was never opened" : slip
            throw unexpected("expected an operator or the end", remedy: remedy)
        }
        return node
    }

    mutating func expression(_ minimum: Precedence = .lowest) throws(ExpressionError) -> SyntaxNode {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= ExpressionLimits.nesting else {
            throw ExpressionError(
                .limitExceeded, "nested deeper than \(ExpressionLimits.nesting)", current.range,
                remedy: "derive a column for the inner part")
        }
        var left = try prefix()
        while let operation = infix(), operation >= minimum, operation > .lowest {
            left = try binary(left, operation)
            guard left.height <= ExpressionLimits.treeHeight else {
                throw ExpressionError(
                    .limitExceeded, "a chain of more than \(ExpressionLimits.treeHeight) operators", left.range,
                    remedy: "use IN for alternatives and concat for texts, or derive a column for a part")
            }
        }
        return left
    }

    /// How tight the operator at the current token binds; nil where there is none.
    private func infix() -> Precedence? {
        switch current.kind {
        case .symbol(let symbol):
            switch symbol {
            case "=", "<>", "!=", "<", "<=", ">", ">=", "==": .comparison
            case "||": .concatenation
            case "+", "-": .sum
            case "*", "/", "//", "%": .product
            case "&&": .and
            default: nil
            }
        case .word(let word):
            switch word.uppercased() {
            case "OR": .or
            case "AND": .and
            case "IS", "IN", "LIKE", "ILIKE", "BETWEEN": .comparison
            case "NOT" where ["IN", "LIKE", "ILIKE", "BETWEEN"].contains(ahead(1).keyword ?? ""): .comparison
            default: nil
            }
        default: nil
        }
    }

    private mutating func binary(_ left: SyntaxNode, _ precedence: Precedence) throws(ExpressionError) -> SyntaxNode {
        let symbol = current
        if symbol.isSymbol("==") || symbol.isSymbol("&&") { throw unexpected("expected an operator") }
        switch precedence {
        case .or, .and:
            advance()
            let right = try expression(precedence.tighter)
            return chain(left, right, isAnd: precedence == .and)
        case .comparison: return try comparison(left)
        default:
            advance()
            let right = try expression(precedence.tighter)
            guard case .symbol(let name) = symbol.kind, let operation = BinaryOperator(rawValue: name) else { return left }
            return SyntaxNode(.binary(operation, left, right), left.range.lowerBound..<right.range.upperBound)
        }
    }

    /// `a AND b AND c` is one node with three operands, so that long conditions do not make high trees.
    private func chain(_ left: SyntaxNode, _ right: SyntaxNode, isAnd: Bool) -> SyntaxNode {
        var operands = [left]
        if case .and(let more) = left.kind, isAnd { operands = more }
        if case .or(let more) = left.kind, !isAnd { operands = more }
        operands.append(right)
        return SyntaxNode(isAnd ? .and(operands) : .or(operands), left.range.lowerBound..<right.range.upperBound)
    }

    private mutating func prefix() throws(ExpressionError) -> SyntaxNode {
        let start = current.range.lowerBound
        if acceptKeyword("NOT") {
            let operand = try expression(.not)
            return SyntaxNode(.not(operand), start..<operand.range.upperBound)
        }
        if accept("-") {
            if case .number(let digits) = current.kind {
                advance()
                return try postfix(SyntaxNode(.literal(.number("-" + digits)), start..<lastEnd))
            }
            let operand = try expression(.unary)
            return SyntaxNode(.negate(operand), start..<operand.range.upperBound)
        }
        if accept("+") { return try expression(.unary) }
        return try postfix(try primary())
    }
}
