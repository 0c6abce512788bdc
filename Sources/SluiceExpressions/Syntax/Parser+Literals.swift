import SluiceCore

extension Parser {
    mutating func cast(isTry: Bool) throws(ExpressionError) -> SyntaxNode {
        let start = current.range.lowerBound
        advance()
        let opened = current.range
        advance()
        let node = try expression()
        try expectKeyword("AS", "in the cast, before the type")
        let type = try self.type()
        try expect(")", "after the type", opened: opened)
        return SyntaxNode(.cast(node, type, isTry: isTry), start..<lastEnd)
    }

    /// A type's name with its parameters: `decimal(12, 2)`, `list<struct<a: int64>>`.
    mutating func type() throws(ExpressionError) -> DataType {
        let start = current.range.lowerBound
        guard case .word(let name) = current.kind else { throw unexpected("expected a type's name") }
        advance()
        if current.isSymbol("("), ["DECIMAL", "NUMERIC", "VARCHAR"].contains(name.uppercased()) {
            while !current.isSymbol(")") && current.kind != .end { advance() }
            try expect(")", "after the type's parameters")
        } else if current.isSymbol("<") {
            try angleBrackets()
        }
        let range = start..<lastEnd
        let written = String(String.UnicodeScalarView(text.unicodeScalars.dropFirst(start).prefix(range.count)))
        do { return try DataType(parsing: written) } catch {
            throw ExpressionError(error.code, error.message, range, remedy: error.remedy)
        }
    }

    private mutating func angleBrackets() throws(ExpressionError) {
        var depth = 0
        repeat {
            if current.isSymbol("<") { depth += 1 }
            if current.isSymbol(">") { depth -= 1 }
            if current.kind == .end { throw unexpected("expected \">\" to close the type") }
            advance()
        } while depth > 0
    }

    mutating func time(_ keyword: String, _ content: String, _ first: Token, _ second: Token) throws(ExpressionError) -> SyntaxNode {
        advance()
        advance()
        let type: DataType = keyword == "DATE" ? .date : .timestamp(zoned: keyword == "TIMESTAMPTZ" || TextTimes.hasZone(content))
        guard let literal = TextTimes.literal(content, as: type) else {
            throw ExpressionError(
                .valueDoesNotFit, "\(content.quotedForMessage) is not a \(keyword == "DATE" ? "date" : "timestamp")", second.range,
                remedy: TextTimes.advice(for: type))
        }
        return SyntaxNode(.literal(literal), first.range.lowerBound..<second.range.upperBound)
    }

    /// `INTERVAL '1 day 2 hours'` or `INTERVAL 1 DAY`.
    mutating func interval() throws(ExpressionError) -> SyntaxNode {
        let start = current.range.lowerBound
        advance()
        var words: [Substring] = []
        let isNegative = accept("-")
        let described = current
        if case .text(let content) = current.kind, !isNegative {
            advance()
            words = content.split(separator: " ")
            if words.count == 1, case .word(let unit) = current.kind, TimeUnit(named: unit) != nil {
                words.append(Substring(unit))
                advance()
            }
        } else if case .number(let number) = current.kind {
            advance()
            guard case .word(let unit) = current.kind else { throw unexpected("expected a unit after the interval's number") }
            advance()
            words = [Substring((isNegative ? "-" : "") + number), Substring(unit)]
        } else {
            throw unexpected("expected an interval's number")
        }
        guard !words.isEmpty, words.count % 2 == 0 else {
            throw ExpressionError(
                .syntaxError, "an interval is a number and a unit", described.range, remedy: "for example INTERVAL '1 day'")
        }
        var interval = Interval()
        for index in stride(from: 0, to: words.count, by: 2) {
            guard let unit = TimeUnit(named: String(words[index + 1])) else {
                throw ExpressionError(
                    .syntaxError, "unknown unit \"\(words[index + 1])\" of an interval", start..<lastEnd,
                    remedy: Suggestion.remedy(for: String(words[index + 1]), in: TimeUnit.names, noun: "units"))
            }
            guard let amount = Int64(words[index]), let sum = interval.adding(amount, unit) else {
                throw ExpressionError(.syntaxError, "\"\(words[index])\" is not an interval's number", start..<lastEnd)
            }
            interval = sum
        }
        return SyntaxNode(.interval(interval), start..<lastEnd)
    }
}
