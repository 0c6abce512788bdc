import SluiceCore

/// An expression over aggregates, such as `sum(paid) / count(*)`, cut into the calls and the expression over their results.
package struct AggregateText: Sendable {
    /// A call, and the name that its result has in `expression`.
    package struct Term: Sendable {
        package let name: String
        package let call: AggregateCall
        /// Offset of the call in the text, in Unicode scalars.
        package let start: Int
    }

    package private(set) var terms: [Term] = []
    /// The text, read as if each call were its name: messages about it show what was written.
    package private(set) var expression: Expression

    /// Whether there is any call; without one, the expression is of single rows.
    package var hasAggregates: Bool { !terms.isEmpty }

    /// - Parameter first: The number of the first call's name, where names of other texts must stay apart.
    /// - Throws: `syntaxError`, `unknownFunction` and so on, placed in the text.
    package init(parsing text: String, numbering first: Int = 0) throws(ExpressionError) {
        var lexer = Lexer(text)
        let tokens = try lexer.tokens()
        var scalars = Array(text.unicodeScalars)
        let closings = Self.closings(tokens)
        var index = 0
        while index < tokens.count {
            guard case .word(let word) = tokens[index].kind, tokens[min(index + 1, tokens.count - 1)].isSymbol("("),
                AggregateCatalog.kind(named: word) != nil, let end = closings[index + 1]
            else {
                index += 1
                continue
            }
            let range = tokens[index].range.lowerBound..<tokens[end].range.upperBound
            let written = String(String.UnicodeScalarView(scalars[range]))
            let call: AggregateCall
            do throws(ExpressionError) {
                call = try AggregateCall(parsing: written)
            } catch {
                throw error.moved(by: range.lowerBound)
            }
            // Two quotes and two characters fit in any call; blanks keep the places of what follows.
            let name = Self.name(first + terms.count)
            var replacement = Array("\"\(name)\"".unicodeScalars)
            guard replacement.count <= range.count else {
                throw ExpressionError(.limitExceeded, "more than \(Self.digits.count * Self.digits.count) aggregates", range)
            }
            replacement += [Unicode.Scalar](repeating: " ", count: range.count - replacement.count)
            scalars.replaceSubrange(range, with: replacement)
            terms.append(Term(name: name, call: call, start: range.lowerBound))
            index = end + 1
        }
        expression = Expression(text: text, root: try Expression(parsing: String(String.UnicodeScalarView(scalars))).root)
    }

    private static let digits = Array("0123456789abcdefghijklmnopqrstuvwxyz")

    /// `#0`, or three characters from the 37th on.
    private static func name(_ number: Int) -> String {
        let digits = Self.digits
        if number < digits.count { return "#\(digits[number])" }
        guard number < digits.count * digits.count else { return "#\(number)#" }
        return "#\(digits[number / digits.count])\(digits[number % digits.count])"
    }

    /// For each opening bracket that is closed, the token that closes it.
    private static func closings(_ tokens: [Token]) -> [Int: Int] {
        var closings: [Int: Int] = [:]
        var open: [Int] = []
        for (index, token) in tokens.enumerated() {
            if token.isSymbol("(") { open.append(index) }
            if token.isSymbol(")"), let start = open.popLast() { closings[start] = index }
        }
        return closings
    }
}
