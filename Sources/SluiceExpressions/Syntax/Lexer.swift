import SluiceCore

/// Cuts a text into tokens. Blanks and `-- comments` up to a line's end separate tokens.
struct Lexer {
    private let scalars: [Unicode.Scalar]
    private var index = 0

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    /// All tokens, `end` last.
    mutating func tokens() throws(ExpressionError) -> [Token] {
        guard scalars.count <= ExpressionLimits.textScalars else {
            throw ExpressionError(
                .limitExceeded, "an expression of \(scalars.count) characters is over the limit of \(ExpressionLimits.textScalars)",
                ExpressionLimits.textScalars..<scalars.count)
        }
        var tokens: [Token] = []
        while true {
            skipBlanks()
            let start = index
            guard index < scalars.count else {
                tokens.append(Token(kind: .end, range: start..<start))
                return tokens
            }
            let kind = try next()
            tokens.append(Token(kind: kind, range: start..<index))
        }
    }

    private mutating func skipBlanks() {
        while index < scalars.count {
            if scalars[index].properties.isWhitespace {
                index += 1
            } else if scalars[index] == "-", peek(1) == "-" {
                while index < scalars.count, scalars[index] != "\n" { index += 1 }
            } else {
                return
            }
        }
    }

    private func peek(_ distance: Int) -> Unicode.Scalar? {
        index + distance < scalars.count ? scalars[index + distance] : nil
    }

    private mutating func next() throws(ExpressionError) -> Token.Kind {
        let first = scalars[index]
        if Self.startsName(first) { return .word(taken { Self.continuesName($0) }) }
        if Self.isDigit(first) || (first == "." && peek(1).map(Self.isDigit) == true && !afterName) { return try number() }
        switch first {
        case "'": return .text(try quoted("'", what: "a text", code: .syntaxError))
        case "\"": return .quotedName(try quoted("\"", what: "a quoted name", code: .syntaxError))
        default: return try symbol(first)
        }
    }

    /// Whether the point at `index` follows a name or a bracket directly, so that it is a path and not a number.
    private var afterName: Bool {
        guard index > 0 else { return false }
        let before = scalars[index - 1]
        return Self.continuesName(before) || before == "\"" || before == "]" || before == ")"
    }

    private static let symbols = [
        "::", "->", "||", "//", "<>", "!=", "<=", ">=", "==", "&&", "(", ")", "[", "]", ",", ".", "+", "-", "*", "/", "%", "=", "<", ">",
        ":",
    ]

    private mutating func symbol(_ first: Unicode.Scalar) throws(ExpressionError) -> Token.Kind {
        for symbol in Self.symbols where scalars[index...].starts(with: symbol.unicodeScalars) {
            index += symbol.unicodeScalars.count
            return .symbol(symbol)
        }
        let remedy: String? =
            switch first {
            case "!": "write NOT for negation and <> for \"is not equal\""
            case "&": "write AND"
            case "|": "write OR, or || to join texts"
            case ";": "an expression is not a statement: leave the semicolon out"
            case "\u{2018}", "\u{2019}", "\u{201C}", "\u{201D}", "`":
                "text stands in single quotes ', a name with special characters in double quotes \""
            default: nil
            }
        throw ExpressionError(.syntaxError, "unexpected character \"\(first)\"", index..<(index + 1), remedy: remedy)
    }

    private mutating func number() throws(ExpressionError) -> Token.Kind {
        let start = index
        skipDigits()
        if peek(0) == ".", peek(1).map(Self.isDigit) == true {
            index += 1
            skipDigits()
        }
        if let mark = peek(0), mark == "e" || mark == "E" {
            let signed = peek(1) == "+" || peek(1) == "-"
            if peek(signed ? 2 : 1).map(Self.isDigit) == true {
                index += signed ? 2 : 1
                skipDigits()
            }
        }
        if let after = peek(0), Self.startsName(after) {
            _ = taken { Self.continuesName($0) }
            let written = String(String.UnicodeScalarView(scalars[start..<index]))
            throw ExpressionError(
                .syntaxError, "malformed number \"\(written)\"", start..<index,
                remedy: "a name that starts with a digit stands in double quotes: \"\(written)\"")
        }
        return .number(String(String.UnicodeScalarView(scalars[start..<index])))
    }

    private mutating func skipDigits() {
        while let scalar = peek(0), Self.isDigit(scalar) { index += 1 }
    }

    /// A text between two marks; the mark itself is written twice.
    private mutating func quoted(
        _ mark: Unicode.Scalar, what: String, code: SluiceError.Code
    ) throws(ExpressionError) -> String {
        let start = index
        var content = String.UnicodeScalarView()
        index += 1
        while let scalar = peek(0) {
            index += 1
            if scalar != mark {
                content.append(scalar)
            } else if peek(0) == mark {
                content.append(mark)
                index += 1
            } else {
                return String(content)
            }
        }
        throw ExpressionError(
            code, "\(what) is not closed", start..<scalars.count, remedy: "add the closing \(mark); a \(mark) inside is written twice")
    }

    private mutating func taken(while accepts: (Unicode.Scalar) -> Bool) -> String {
        let start = index
        while let scalar = peek(0), accepts(scalar) { index += 1 }
        return String(String.UnicodeScalarView(scalars[start..<index]))
    }

    static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
    static func startsName(_ scalar: Unicode.Scalar) -> Bool { scalar == "_" || scalar.properties.isAlphabetic }
    static func continuesName(_ scalar: Unicode.Scalar) -> Bool {
        startsName(scalar) || isDigit(scalar) || scalar.properties.generalCategory == .nonspacingMark
    }
}
