import SluiceCore

extension Parser {
    /// Words that cannot name a column without quotes, because they would make other texts ambiguous.
    static let reserved: Set<String> = [
        "AND", "OR", "NOT", "CASE", "WHEN", "THEN", "ELSE", "END", "IS", "IN", "LIKE", "ILIKE", "BETWEEN", "ESCAPE", "AS", "SELECT", "FROM",
    ]

    mutating func primary() throws(ExpressionError) -> SyntaxNode {
        let token = current
        switch token.kind {
        case .number(let digits):
            advance()
            return SyntaxNode(.literal(.number(digits)), token.range)
        case .text(let content):
            advance()
            return SyntaxNode(.literal(.text(content)), token.range)
        case .quotedName(let name):
            advance()
            return SyntaxNode(.column(name, isQuoted: true), token.range)
        case .symbol("("): return try parenthesised()
        case .symbol("["): return try list()
        case .word(let word): return try self.word(word, token)
        default: throw unexpected("expected a value")
        }
    }

    private mutating func word(_ word: String, _ token: Token) throws(ExpressionError) -> SyntaxNode {
        let upper = word.uppercased()
        let next = ahead(1)
        switch upper {
        case "NULL", "TRUE", "FALSE":
            advance()
            return SyntaxNode(.literal(upper == "NULL" ? .null : .boolean(upper == "TRUE")), token.range)
        case "CASE": return try cases()
        case "CAST" where next.isSymbol("("): return try cast(isTry: false)
        case "TRY_CAST" where next.isSymbol("("): return try cast(isTry: true)
        case "DATE", "TIMESTAMP", "TIMESTAMPTZ":
            if case .text(let content) = next.kind { return try time(upper, content, token, next) }
        case "INTERVAL":
            switch next.kind {
            case .text, .number: return try interval()
            case .symbol("-"): return try interval()
            default: break
            }
        default: break
        }
        if next.isSymbol("(") { return try call(word, token) }
        if Self.reserved.contains(upper) {
            throw unexpected("expected a value", remedy: "a column of this name stands in double quotes: \"\(word)\"")
        }
        advance()
        return SyntaxNode(.column(word, isQuoted: false), token.range)
    }

    private mutating func parenthesised() throws(ExpressionError) -> SyntaxNode {
        let opened = current.range
        advance()
        let inner = try expression()
        try expect(")", "to close the parenthesis", opened: opened)
        return SyntaxNode(inner.kind, opened.lowerBound..<lastEnd)
    }

    private mutating func list() throws(ExpressionError) -> SyntaxNode {
        let opened = current.range
        advance()
        var elements: [SyntaxNode] = []
        if !current.isSymbol("]") {
            repeat { elements.append(try expression()) } while accept(",")
        }
        try expect("]", "to close the list", opened: opened)
        return SyntaxNode(.list(elements), opened.lowerBound..<lastEnd)
    }

    private mutating func call(_ name: String, _ token: Token) throws(ExpressionError) -> SyntaxNode {
        advance()
        let opened = current.range
        advance()
        var arguments: [SyntaxNode] = []
        if !current.isSymbol(")") {
            repeat { arguments.append(try argument()) } while accept(",")
        }
        try expect(")", "after the arguments of \(name)", opened: opened)
        return SyntaxNode(.call(name, nameRange: token.range, arguments), token.range.lowerBound..<lastEnd)
    }

    private mutating func argument() throws(ExpressionError) -> SyntaxNode {
        if case .word(let parameter) = current.kind, ahead(1).isSymbol("->"), !Self.reserved.contains(parameter.uppercased()) {
            let start = current.range.lowerBound
            advance()
            advance()
            let body = try expression()
            return SyntaxNode(.lambda(parameters: [parameter], body: body), start..<body.range.upperBound)
        }
        if let lambda = try lambdaOfSeveral() { return lambda }
        if current.isSymbol("*") { throw unexpected("expected a value", remedy: "count(*) stands in an aggregate step only") }
        if current.keyword == "DISTINCT" { throw unexpected("expected a value", remedy: "DISTINCT stands in an aggregate step only") }
        return try expression()
    }

    /// `(a, b) -> body`, where that stands next.
    private mutating func lambdaOfSeveral() throws(ExpressionError) -> SyntaxNode? {
        guard current.isSymbol("("), ahead(2).isSymbol(",") else { return nil }
        var parameters: [String] = []
        var distance = 1
        while case .word(let name) = ahead(distance).kind, !Self.reserved.contains(name.uppercased()) {
            parameters.append(name)
            distance += 2
            if !ahead(distance - 1).isSymbol(",") { break }
        }
        guard ahead(distance - 1).isSymbol(")"), ahead(distance).isSymbol("->") else { return nil }
        let start = current.range
        guard Set(parameters).count == parameters.count else {
            throw ExpressionError(
                .syntaxError, "two parameters of the lambda have one name", start.lowerBound..<ahead(distance).range.upperBound)
        }
        for _ in 0...distance { advance() }
        let body = try expression()
        return SyntaxNode(.lambda(parameters: parameters, body: body), start.lowerBound..<body.range.upperBound)
    }

    private mutating func cases() throws(ExpressionError) -> SyntaxNode {
        let start = current.range.lowerBound
        advance()
        let operand = current.keyword == "WHEN" ? nil : try expression()
        var branches: [SyntaxNode.Branch] = []
        while acceptKeyword("WHEN") {
            let condition = try expression()
            try expectKeyword("THEN", "after the condition of WHEN")
            branches.append(SyntaxNode.Branch(condition: condition, result: try expression()))
        }
        guard !branches.isEmpty else { throw unexpected("expected WHEN after CASE") }
        let otherwise = acceptKeyword("ELSE") ? try expression() : nil
        try expectKeyword("END", otherwise == nil ? "or ELSE or WHEN in the CASE" : "after the ELSE of a CASE")
        return SyntaxNode(.cases(operand: operand, branches, otherwise: otherwise), start..<lastEnd)
    }

    // MARK: Behind a primary

    /// `.member`, `[index]` and `::type`, any number of them.
    mutating func postfix(_ base: SyntaxNode) throws(ExpressionError) -> SyntaxNode {
        var node = base
        while true {
            let start = node.range.lowerBound
            if accept(".") {
                let name: String
                switch current.kind {
                case .word(let word): name = word
                case .quotedName(let quoted): name = quoted
                default: throw unexpected("expected a member's name after \".\"")
                }
                advance()
                node = SyntaxNode(.member(node, name: name), start..<lastEnd)
            } else if current.isSymbol("[") {
                let opened = current.range
                advance()
                let index = try expression()
                try expect("]", "after the index", opened: opened)
                node = SyntaxNode(.element(node, index: index), start..<lastEnd)
            } else if accept("::") {
                node = SyntaxNode(.cast(node, try type(), isTry: false), start..<lastEnd)
            } else {
                return node
            }
            guard node.height <= ExpressionLimits.treeHeight else {
                throw ExpressionError(.limitExceeded, "a path of more than \(ExpressionLimits.treeHeight) parts", node.range)
            }
        }
    }
}
