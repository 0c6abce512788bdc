import SluiceCore
import SluiceExpressions

/// Cuts a rule set into tokens. Blanks and `# comments` up to a line's end separate tokens.
struct RuleLexer {
    private let scalars: [Unicode.Scalar]
    private var index = 0

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    /// All tokens, `end` last.
    mutating func tokens() throws(ExpressionError) -> [RuleToken] {
        guard scalars.count <= QualityLimits.textScalars else {
            throw ExpressionError(
                .limitExceeded, "a rule set of \(scalars.count) characters is over the limit of \(QualityLimits.textScalars)",
                QualityLimits.textScalars..<scalars.count)
        }
        var tokens: [RuleToken] = []
        while true {
            skipBlanks()
            let start = index
            guard index < scalars.count else {
                tokens.append(RuleToken(kind: .end, range: start..<start))
                return tokens
            }
            let kind = try next()
            tokens.append(RuleToken(kind: kind, range: start..<index))
        }
    }

    private mutating func skipBlanks() {
        while index < scalars.count {
            if scalars[index].properties.isWhitespace {
                index += 1
            } else if scalars[index] == "#" {
                while index < scalars.count, scalars[index] != "\n" { index += 1 }
            } else {
                return
            }
        }
    }

    private func peek(_ distance: Int) -> Unicode.Scalar? { index + distance < scalars.count ? scalars[index + distance] : nil }

    private mutating func next() throws(ExpressionError) -> RuleToken.Kind {
        let first = scalars[index]
        if Self.startsName(first) { return .word(taken { Self.startsName($0) || Self.isDigit($0) || $0 == "." }) }
        if Self.isDigit(first) || (first == "." && peek(1).map(Self.isDigit) == true) { return try number() }
        if first == "\"" { return .text(try quoted()) }
        for symbol in ["<=", ">=", "!=", "->", "(", ")", "[", "]", "{", "}", ",", ":", "=", "<", ">", "+", "-", "*", "/"]
        where scalars[index...].starts(with: symbol.unicodeScalars) {
            index += symbol.unicodeScalars.count
            return .symbol(symbol)
        }
        let remedy: String? =
            switch first {
            case "'", "\u{2018}", "\u{2019}", "\u{201C}", "\u{201D}", "`": "columns and texts stand in double quotes: \"amount\""
            case "&": "write and between two rules in parentheses"
            case "|": "write or between two rules in parentheses"
            case ";": "rules are separated by commas"
            case "$": "variables are not known here; write the value itself"
            case "%": "write a share as a number: 0.95"
            default: nil
            }
        throw ExpressionError(.syntaxError, "unexpected character \"\(first)\"", index..<(index + 1), remedy: remedy)
    }

    private mutating func number() throws(ExpressionError) -> RuleToken.Kind {
        let start = index
        while let scalar = peek(0), Self.isDigit(scalar) { index += 1 }
        if peek(0) == ".", peek(1).map(Self.isDigit) == true {
            index += 1
            while let scalar = peek(0), Self.isDigit(scalar) { index += 1 }
        }
        if let after = peek(0), Self.startsName(after) || after == "." {
            _ = taken { Self.startsName($0) || Self.isDigit($0) || $0 == "." }
            throw ExpressionError(
                .syntaxError, "malformed number \"\(Self.text(scalars[start..<index]).prefix(40))\"", start..<index,
                remedy: "a unit stands behind a blank: 24 hours")
        }
        return .number(Self.text(scalars[start..<index]))
    }

    /// A text between double quotes, in which a backslash keeps the meaning of a `"` or of another backslash.
    private mutating func quoted() throws(ExpressionError) -> String {
        let start = index
        var content = String.UnicodeScalarView()
        index += 1
        while let scalar = peek(0) {
            index += 1
            if scalar == "\"" { return String(content) }
            if scalar == "\\", let escaped = peek(0), escaped == "\"" || escaped == "\\" {
                content.append(escaped)
                index += 1
            } else {
                content.append(scalar)
            }
        }
        throw ExpressionError(
            .syntaxError, "a text is not closed", start..<scalars.count, remedy: "add the closing \"; a \" inside is written \\\"")
    }

    private mutating func taken(while accepts: (Unicode.Scalar) -> Bool) -> String {
        let start = index
        while let scalar = peek(0), accepts(scalar) { index += 1 }
        return Self.text(scalars[start..<index])
    }

    private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String { String(String.UnicodeScalarView(scalars)) }
    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
    private static func startsName(_ scalar: Unicode.Scalar) -> Bool { scalar == "_" || scalar.properties.isAlphabetic }
}
