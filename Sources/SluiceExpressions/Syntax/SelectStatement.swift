import SluiceCore

/// A statement over one table, cut into its clauses: `SELECT … FROM … WHERE … GROUP BY … HAVING … ORDER BY … LIMIT …`.
package struct SelectStatement: Sendable {
    /// A part of the statement's text.
    package struct Part: Hashable, Sendable {
        package let text: String
        /// Offset of `text` in the statement, in Unicode scalars.
        package let start: Int

        /// The place of the whole part.
        package var range: Range<Int> { start..<(start + text.unicodeScalars.count) }
    }

    /// One column of the result.
    package struct Item: Hashable, Sendable {
        /// Without the name.
        package let part: Part
        /// The name that `AS` gives.
        package let alias: String?
    }

    /// One key of `ORDER BY`.
    package struct Order: Hashable, Sendable {
        package let part: Part
        package let isDescending: Bool
        /// Nulls come last unless it says so.
        package let nullsFirst: Bool
    }

    package let text: String
    package private(set) var isDistinct = false
    /// Whether the list begins with `*`: all columns, with those of the list behind them.
    package private(set) var keepsAll = false
    package private(set) var items: [Item] = []
    /// The table.
    package private(set) var source: Part?
    package private(set) var filter: Part?
    package private(set) var groups: [Part] = []
    package private(set) var groupFilter: Part?
    package private(set) var order: [Order] = []
    package private(set) var limit: Int?

    /// - Throws: `syntaxError` where it is no such statement, `unsupported` for what statements have beyond (joins, unions, sub-queries, windows).
    package init(parsing text: String) throws(ExpressionError) {
        self.text = text
        var lexer = Lexer(text)
        let tokens = try lexer.tokens()
        try Self.refuse(tokens)
        var cutter = ClauseCutter(text: text, tokens: tokens)
        for clause in try cutter.clauses() { try take(clause, cutter) }
        if items.isEmpty, !keepsAll { throw ExpressionError(.syntaxError, "the statement selects nothing", 0..<0) }
    }

    private mutating func take(_ clause: ClauseCutter.Clause, _ cutter: ClauseCutter) throws(ExpressionError) {
        var tokens = clause.tokens
        guard let first = tokens.first else {
            throw ExpressionError(.syntaxError, "nothing stands behind \(clause.name)", clause.range)
        }
        switch clause.name {
        case "SELECT":
            if first.keyword == "DISTINCT" {
                isDistinct = true
                tokens.removeFirst()
            }
            var parts = try cutter.list(tokens, clause)
            if let part = parts.first, part.count == 1, part.first?.isSymbol("*") == true {
                keepsAll = true
                parts.removeFirst()
            }
            for part in parts { items.append(try cutter.item(part)) }
        case "FROM":
            guard tokens.count == 1 else {
                throw ExpressionError(
                    .unsupported, "the statement reads one table", tokens[1].range, remedy: "join before, with a step of its own")
            }
            source = cutter.part(tokens[...])
        case "WHERE": filter = cutter.part(tokens[...])
        case "GROUP BY": groups = try cutter.list(tokens, clause).map { cutter.part($0) }
        case "HAVING": groupFilter = cutter.part(tokens[...])
        case "ORDER BY": for part in try cutter.list(tokens, clause) { order.append(try cutter.order(part)) }
        default:
            guard tokens.count == 1, case .number(let digits) = first.kind, let count = Int(digits) else {
                throw ExpressionError(.syntaxError, "LIMIT takes a whole number", first.range)
            }
            limit = count
        }
    }

    /// Says no to what other statements have, at its place.
    private static func refuse(_ tokens: [Token]) throws(ExpressionError) {
        for (index, token) in tokens.enumerated() {
            let isCall = tokens.indices.contains(index + 1) && tokens[index + 1].isSymbol("(")
            switch token.keyword {
            case "JOIN", "UNION", "INTERSECT", "EXCEPT", "OFFSET", "WINDOW", "QUALIFY", "WITH":
                if index > 0, tokens[index - 1].isSymbol(".") { continue }
                throw ExpressionError(
                    .unsupported, "\(token.keyword ?? "") is not known here", token.range, remedy: "use a step of its own, or several")
            case "OVER" where isCall:
                throw ExpressionError(.unsupported, "window functions are not known here", token.range, remedy: "use the step `window`")
            case "SELECT" where index > 0:
                throw ExpressionError(.unsupported, "a statement inside a statement is not known here", token.range)
            default: continue
            }
        }
    }
}

/// Finds the clauses of a statement among its tokens.
struct ClauseCutter {
    struct Clause {
        var name: String
        var range: Range<Int>
        var tokens: [Token]
    }

    private let scalars: [Unicode.Scalar]
    private let tokens: [Token]

    init(text: String, tokens: [Token]) {
        scalars = Array(text.unicodeScalars)
        self.tokens = tokens
    }

    private static let inOrder = ["SELECT", "FROM", "WHERE", "GROUP BY", "HAVING", "ORDER BY", "LIMIT"]

    mutating func clauses() throws(ExpressionError) -> [Clause] {
        guard let first = tokens.first, first.keyword == "SELECT" else {
            throw ExpressionError(
                .syntaxError, "expected SELECT", tokens[0].range, remedy: "for example: SELECT * FROM input WHERE amount > 0")
        }
        var clauses: [Clause] = []
        var depth = 0
        var index = 0
        while index < tokens.count - 1 {
            let token = tokens[index]
            if token.isSymbol("(") || token.isSymbol("[") { depth += 1 }
            if token.isSymbol(")") || token.isSymbol("]") { depth -= 1 }
            guard depth == 0, let (name, length) = clauseName(at: index) else {
                if !clauses.isEmpty { clauses[clauses.count - 1].tokens.append(token) }
                index += 1
                continue
            }
            let place = Self.inOrder.firstIndex(of: name) ?? 0
            if let last = clauses.last, place <= Self.inOrder.firstIndex(of: last.name) ?? 0 {
                throw ExpressionError(
                    .syntaxError, "\(name) cannot stand behind \(last.name)", token.range,
                    remedy: "the order is " + Self.inOrder.joined(separator: ", "))
            }
            clauses.append(Clause(name: name, range: token.range, tokens: []))
            index += length
        }
        return clauses
    }

    private func clauseName(at index: Int) -> (name: String, length: Int)? {
        guard let keyword = tokens[index].keyword else { return nil }
        if index > 0, tokens[index - 1].isSymbol(".") || tokens[index - 1].keyword == "AS" { return nil }
        switch keyword {
        case "SELECT", "WHERE", "HAVING", "LIMIT": return (keyword, 1)
        case "FROM":
            // `a IS DISTINCT FROM b` is a comparison.
            let isComparison =
                index > 1 && tokens[index - 1].keyword == "DISTINCT" && ["IS", "NOT"].contains(tokens[index - 2].keyword ?? "")
            return isComparison ? nil : (keyword, 1)
        case "GROUP" where tokens[index + 1].keyword == "BY", "ORDER" where tokens[index + 1].keyword == "BY": return (keyword + " BY", 2)
        default: return nil
        }
    }

    /// Tokens between the commas that stand in no brackets.
    func list(_ tokens: [Token], _ clause: Clause) throws(ExpressionError) -> [ArraySlice<Token>] {
        var parts: [ArraySlice<Token>] = []
        var depth = 0
        var start = 0
        for (index, token) in tokens.enumerated() {
            if token.isSymbol("(") || token.isSymbol("[") { depth += 1 }
            if token.isSymbol(")") || token.isSymbol("]") { depth -= 1 }
            guard token.isSymbol(","), depth == 0 else { continue }
            parts.append(tokens[start..<index])
            start = index + 1
        }
        parts.append(tokens[start...])
        for (index, part) in parts.enumerated() where part.isEmpty {
            let place = index == 0 ? clause.range.upperBound : parts[index - 1].last?.range.upperBound ?? clause.range.upperBound
            throw ExpressionError(.syntaxError, "a part of \(clause.name) is missing between commas", place..<place)
        }
        return parts
    }

    func part(_ tokens: ArraySlice<Token>) -> SelectStatement.Part {
        let start = tokens.first?.range.lowerBound ?? 0
        let end = tokens.last?.range.upperBound ?? start
        return SelectStatement.Part(text: String(String.UnicodeScalarView(scalars[start..<end])), start: start)
    }

    func item(_ tokens: ArraySlice<Token>) throws(ExpressionError) -> SelectStatement.Item {
        guard tokens.count > 2, tokens[tokens.endIndex - 2].keyword == "AS", let last = tokens.last else {
            return SelectStatement.Item(part: part(tokens), alias: nil)
        }
        switch last.kind {
        case .word(let name), .quotedName(let name): return SelectStatement.Item(part: part(tokens.dropLast(2)), alias: name)
        default:
            throw ExpressionError(
                .syntaxError, "AS needs a name, not \(last.described)", last.range,
                remedy: "a name with special characters stands in double quotes")
        }
    }

    func order(_ tokens: ArraySlice<Token>) throws(ExpressionError) -> SelectStatement.Order {
        var tokens = tokens
        var (isDescending, nullsFirst) = (false, false)
        if tokens.count > 2, tokens[tokens.endIndex - 2].keyword == "NULLS", let last = tokens.last?.keyword,
            ["FIRST", "LAST"].contains(last)
        {
            nullsFirst = last == "FIRST"
            tokens = tokens.dropLast(2)
        }
        if tokens.count > 1, let last = tokens.last?.keyword, ["ASC", "DESC"].contains(last) {
            isDescending = last == "DESC"
            tokens = tokens.dropLast()
        }
        return SelectStatement.Order(part: part(tokens), isDescending: isDescending, nullsFirst: nullsFirst)
    }
}
