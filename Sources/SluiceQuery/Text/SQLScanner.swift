import SluiceCore

/// Cuts a query's text into tokens as SQLite does; blanks and comments separate them.
struct SQLScanner {
    private let scalars: [Unicode.Scalar]
    private var index = 0

    init(_ scalars: [Unicode.Scalar]) { self.scalars = scalars }

    /// - Throws: the place and kind of a quote that is not closed.
    mutating func tokens() throws(Unclosed) -> [SQLToken] {
        var tokens: [SQLToken] = []
        while true {
            try skipBlanks()
            guard index < scalars.count else { return tokens }
            tokens.append(try next())
        }
    }

    /// A quote or comment that goes on to the end of the text.
    struct Unclosed: Error {
        let start: Int
        let mark: String
    }

    private func peek(_ distance: Int = 0) -> Unicode.Scalar? { index + distance < scalars.count ? scalars[index + distance] : nil }

    private mutating func skipBlanks() throws(Unclosed) {
        while let scalar = peek() {
            if scalar.properties.isWhitespace {
                index += 1
            } else if scalar == "-", peek(1) == "-" {
                while let next = peek(), next != "\n" { index += 1 }
            } else if scalar == "/", peek(1) == "*" {
                let start = index
                index += 2
                while peek() != nil, !(peek() == "*" && peek(1) == "/") { index += 1 }
                guard peek() != nil else { throw Unclosed(start: start, mark: "*/") }
                index += 2
            } else {
                return
            }
        }
    }

    private mutating func next() throws(Unclosed) -> SQLToken {
        let start = index
        let first = scalars[index]
        switch first {
        case "'": return SQLToken(kind: .text, text: try quoted("'"), range: start..<index)
        case "\"", "`": return SQLToken(kind: .quotedName, text: try quoted(first), range: start..<index)
        case "[": return SQLToken(kind: .quotedName, text: try quoted("]"), range: start..<index)
        default: break
        }
        if Self.isDigit(first) || (first == "." && peek(1).map(Self.isDigit) == true) { return number() }
        if Self.startsName(first) {
            if first == "x" || first == "X", peek(1) == "'" {
                index += 1
                _ = try quoted("'")
                return SQLToken(kind: .symbol, text: written(start), range: start..<index)
            }
            while let scalar = peek(), Self.continuesName(scalar) { index += 1 }
            return SQLToken(kind: .word, text: written(start), range: start..<index)
        }
        for symbol in Self.symbols where scalars[index...].starts(with: symbol.unicodeScalars) {
            index += symbol.unicodeScalars.count
            return SQLToken(kind: .symbol, text: symbol, range: start..<index)
        }
        index += 1
        return SQLToken(kind: .symbol, text: written(start), range: start..<index)
    }

    private static let symbols = ["->>", "->", "||", "<<", ">>", "<=", ">=", "<>", "==", "!="]

    private mutating func number() -> SQLToken {
        let start = index
        while let scalar = peek(), Self.isDigit(scalar) || scalar == "." { index += 1 }
        if peek() == "e" || peek() == "E" {
            let signed = peek(1) == "+" || peek(1) == "-"
            if peek(signed ? 2 : 1).map(Self.isDigit) == true { index += signed ? 2 : 1 }
        }
        while let scalar = peek(), Self.continuesName(scalar) { index += 1 }
        return SQLToken(kind: .number, text: written(start), range: start..<index)
    }

    /// A text up to a mark, which is written twice inside; `]` ends a name at once.
    private mutating func quoted(_ mark: Unicode.Scalar) throws(Unclosed) -> String {
        let start = index
        var content = String.UnicodeScalarView()
        index += 1
        while let scalar = peek() {
            index += 1
            if scalar != mark {
                content.append(scalar)
            } else if mark != "]", peek() == mark {
                content.append(mark)
                index += 1
            } else {
                return String(content)
            }
        }
        throw Unclosed(start: start, mark: String(mark))
    }

    private func written(_ start: Int) -> String { String(String.UnicodeScalarView(scalars[start..<index])) }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
    private static func startsName(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar.value >= 0x80 || scalar.properties.isAlphabetic
    }
    private static func continuesName(_ scalar: Unicode.Scalar) -> Bool { startsName(scalar) || isDigit(scalar) || scalar == "$" }
}
