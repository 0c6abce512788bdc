import SluiceCore

/// The smallest part of a partition expression.
struct PartitionToken: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// A bare word: a keyword or a key's name.
        case word(String)
        /// A name in backquotes.
        case name(String)
        /// In double quotes: a key's name in front of an operator, a text behind it, as Hive and Spark write both.
        case doubleQuoted(String)
        case text(String)
        /// As it was written, with its sign.
        case number(String)
        case symbol(String)
        case end
    }

    let kind: Kind
    /// Offsets in Unicode scalars.
    let range: Range<Int>

    var keyword: String? { if case .word(let word) = kind { word.uppercased() } else { nil } }

    var described: String {
        switch kind {
        case .word(let word): "\"\(word)\""
        case .name(let name): "the name `\(name)`"
        case .doubleQuoted(let text): "\"\(text)\""
        case .text(let text): "the text '\(text)'"
        case .number(let number): "the number \(number)"
        case .symbol(let symbol): "\"\(symbol)\""
        case .end: "the end"
        }
    }
}

/// Cuts a partition expression into tokens.
struct PartitionLexer {
    private let scalars: [Unicode.Scalar]
    private var index = 0

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    /// All tokens, `end` last.
    mutating func tokens() throws(PartitionSyntaxError) -> [PartitionToken] {
        guard scalars.count <= CatalogLimits.partitionExpressionCharacters else {
            throw PartitionSyntaxError(
                .limitExceeded,
                "an expression over partitions has at most \(CatalogLimits.partitionExpressionCharacters) characters, this one \(scalars.count)",
                CatalogLimits.partitionExpressionCharacters..<scalars.count)
        }
        var tokens: [PartitionToken] = []
        while true {
            while index < scalars.count, scalars[index].properties.isWhitespace { index += 1 }
            let start = index
            guard index < scalars.count else {
                tokens.append(PartitionToken(kind: .end, range: start..<start))
                return tokens
            }
            let kind = try next()
            tokens.append(PartitionToken(kind: kind, range: start..<index))
        }
    }

    private mutating func next() throws(PartitionSyntaxError) -> PartitionToken.Kind {
        let first = scalars[index]
        if Self.startsName(first) { return .word(taken(while: Self.continuesName)) }
        if isNumber(at: index) || (first == "-" || first == "+") && isNumber(at: index + 1) { return try number() }
        switch first {
        case "'": return .text(try quoted(first))
        case "\"": return .doubleQuoted(try quoted(first))
        case "`": return .name(try quoted(first))
        default: break
        }
        for symbol in ["<>", "!=", "<=", ">=", "==", "=", "<", ">", "(", ")", ","]
        where scalars[index...].starts(with: symbol.unicodeScalars) {
            index += symbol.unicodeScalars.count
            return .symbol(symbol)
        }
        throw PartitionSyntaxError(
            .syntaxError, "unexpected character \(String(first).quotedForMessage)", index..<(index + 1),
            remedy: "an expression compares partition keys with values: year = 2024 AND month IN ('01', '02')")
    }

    private func isNumber(at place: Int) -> Bool {
        guard place < scalars.count else { return false }
        if Self.isDigit(scalars[place]) { return true }
        return scalars[place] == "." && place + 1 < scalars.count && Self.isDigit(scalars[place + 1])
    }

    private mutating func number() throws(PartitionSyntaxError) -> PartitionToken.Kind {
        let start = index
        var text = String(scalars[index])
        index += 1
        text += taken { Self.isDigit($0) || $0 == "." }
        if index < scalars.count, Self.continuesName(scalars[index]) {
            _ = taken(while: Self.continuesName)
            throw PartitionSyntaxError(
                .syntaxError, "malformed number \(Self.text(scalars[start..<index]).quotedForMessage)", start..<index,
                remedy: "a text stands in single quotes, a key's name that begins with a digit in backquotes")
        }
        return .number(text)
    }

    /// A text between two marks; the mark itself is written twice, or behind a backslash.
    private mutating func quoted(_ mark: Unicode.Scalar) throws(PartitionSyntaxError) -> String {
        let start = index
        var content = String.UnicodeScalarView()
        index += 1
        while index < scalars.count {
            let scalar = scalars[index]
            index += 1
            if scalar == "\\", mark != "`", index < scalars.count, scalars[index] == mark || scalars[index] == "\\" {
                content.append(scalars[index])
                index += 1
            } else if scalar != mark {
                content.append(scalar)
            } else if index < scalars.count, scalars[index] == mark {
                content.append(mark)
                index += 1
            } else {
                return String(content)
            }
        }
        throw PartitionSyntaxError(.syntaxError, "a quoted text is not closed", start..<scalars.count, remedy: "add the closing \(mark)")
    }

    private mutating func taken(while accepts: (Unicode.Scalar) -> Bool) -> String {
        let start = index
        while index < scalars.count, accepts(scalars[index]) { index += 1 }
        return Self.text(scalars[start..<index])
    }

    private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String { String(String.UnicodeScalarView(scalars)) }
    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
    private static func startsName(_ scalar: Unicode.Scalar) -> Bool { scalar == "_" || scalar.properties.isAlphabetic }
    private static func continuesName(_ scalar: Unicode.Scalar) -> Bool { startsName(scalar) || isDigit(scalar) }
}

/// What is wrong with a partition expression, and where in its text.
struct PartitionSyntaxError: Error {
    var code: SluiceError.Code
    var message: String
    /// Offsets in Unicode scalars.
    var range: Range<Int>
    var remedy: String?

    init(_ code: SluiceError.Code, _ message: String, _ range: Range<Int>, remedy: String? = nil) {
        (self.code, self.message, self.range, self.remedy) = (code, message, range, remedy)
    }

    /// - Parameter origin: What the expression is called in places.
    func placed(in text: String, origin: String) -> SluiceError {
        var (line, column) = (1, 1)
        for scalar in text.unicodeScalars.prefix(range.lowerBound) {
            if scalar == "\n" { (line, column) = (line + 1, 1) } else { column += 1 }
        }
        return SluiceError(code, message, at: .file(path: origin, line: line, column: column), remedy: remedy)
    }
}
