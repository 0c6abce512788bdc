import SluiceCore

/// What stands behind SELECT: expressions separated by commas, each with `AS name` where it needs one.
package struct SelectList: Sendable {
    /// One column of the list.
    package struct Item: Sendable {
        /// Without the name.
        package let expression: Expression
        /// Of `expression` in the whole text, in Unicode scalars.
        package let start: Int
        /// The name that `AS` gives.
        package let alias: String?
    }

    /// Whether the list begins with `*`: all columns, with those of the list behind them.
    package let keepsAll: Bool
    package let items: [Item]

    /// - Throws: `syntaxError` or `limitExceeded`, with the place in the whole text.
    package init(parsing text: String) throws(ExpressionError) {
        var lexer = Lexer(text)
        let tokens = try lexer.tokens()
        let scalars = Array(text.unicodeScalars)
        var keepsAll = false
        var items: [Item] = []
        for (number, part) in Self.parts(tokens).enumerated() {
            guard let first = part.first, let last = part.last else {
                let place = number < tokens.count ? tokens[tokens.count - 1].range.lowerBound : 0
                throw ExpressionError(
                    .syntaxError, "a column is missing", place..<place, remedy: "write columns separated by commas: \"a, b, a + b AS c\"")
            }
            if number == 0, part.count == 1, first.isSymbol("*") {
                keepsAll = true
                continue
            }
            var (end, alias) = (last.range.upperBound, String?.none)
            if part.count > 2, part[part.count - 2].keyword == "AS" {
                alias = try Self.name(last)
                end = part[part.count - 3].range.upperBound
            }
            let start = first.range.lowerBound
            let written = String(String.UnicodeScalarView(scalars[start..<end]))
            do throws(ExpressionError) {
                items.append(Item(expression: try Expression(parsing: written), start: start, alias: alias))
            } catch {
                throw error.moved(by: start)
            }
        }
        self.keepsAll = keepsAll
        self.items = items
    }

    /// Tokens between the commas that stand in no brackets.
    private static func parts(_ tokens: [Token]) -> [[Token]] {
        var parts: [[Token]] = [[]]
        var depth = 0
        for token in tokens.dropLast() {
            if case .symbol(let symbol) = token.kind {
                if symbol == "(" || symbol == "[" { depth += 1 }
                if symbol == ")" || symbol == "]" { depth -= 1 }
                if symbol == ",", depth == 0 {
                    parts.append([])
                    continue
                }
            }
            parts[parts.count - 1].append(token)
        }
        return parts
    }

    private static func name(_ token: Token) throws(ExpressionError) -> String {
        switch token.kind {
        case .word(let name), .quotedName(let name): return name
        default:
            throw ExpressionError(
                .syntaxError, "AS needs a name, not \(token.described)", token.range,
                remedy: "a name with special characters stands in double quotes")
        }
    }
}

extension ExpressionError {
    /// The error of a part of a text, placed in the whole.
    package func moved(by start: Int) -> ExpressionError {
        ExpressionError(code, message, (range.lowerBound + start)..<(range.upperBound + start), remedy: remedy)
    }
}
