import SluiceCore
import SluiceJSON

/// A metadata extraction query: an object of names and simple paths of jq 1.6, `{day: .event.day, "user": .users[0]["name"]}`.
struct MetadataQuery: Hashable, Sendable {
    private enum Step: Hashable, Sendable {
        case member(String)
        case element(Int)
    }

    private struct Entry: Hashable, Sendable {
        var name: String
        var path: [Step]
    }

    private var entries: [Entry] = []

    var names: [String] { entries.map(\.name) }

    /// - Throws: What is wrong with the query, or goes beyond simple paths, in words.
    init(_ text: String) throws(PatternFault) {
        var scanner = QueryScanner(text)
        try scanner.expect("{")
        repeat {
            let name = try scanner.name()
            guard !names.contains(name) else { throw PatternFault("the key \(name) stands there twice") }
            try scanner.expect(":")
            entries.append(Entry(name: name, path: try Self.path(&scanner)))
        } while scanner.take(",")
        try scanner.expect("}")
        guard scanner.isAtEnd else { throw PatternFault("only one object of simple paths is supported, such as {day: .event.day}") }
    }

    private static func path(_ scanner: inout QueryScanner) throws(PatternFault) -> [Step] {
        try scanner.expect(".")
        var path: [Step] = []
        // `.["name"]` and `.[0]` follow the first dot at once, names follow a dot each.
        if scanner.peeksName { path.append(.member(try scanner.name())) }
        while true {
            if scanner.take("[") {
                if let number = try scanner.number() { path.append(.element(number)) } else { path.append(.member(try scanner.name())) }
                try scanner.expect("]")
            } else if !path.isEmpty, scanner.take(".") {
                guard scanner.peeksName || scanner.peeks("[") else { throw PatternFault("a name is missing behind a dot") }
                if scanner.peeksName { path.append(.member(try scanner.name())) }
            } else {
                break
            }
        }
        guard !path.isEmpty else { throw PatternFault("a path names no member") }
        return path
    }

    /// The values of the keys.
    ///
    /// - Throws: Which of them is missing, null, empty, or no text, number or boolean.
    func values(in record: JSONNode) throws(PatternFault) -> [String: String] {
        var values: [String: String] = [:]
        for entry in entries {
            var node: JSONNode? = record
            for step in entry.path {
                switch step {
                case .member(let name): node = node?.lastMember(name)
                case .element(let index):
                    let elements = node?.elements ?? []
                    node = elements.indices.contains(index) ? elements[index] : nil
                }
            }
            guard let value = node?.scalarText, !value.isEmpty else {
                throw PatternFault("partitionKeys values must not be null or empty: \(entry.name)")
            }
            values[entry.name] = value
        }
        return values
    }
}

extension JSONNode {
    /// The member of an object; of several with one name the last, as jq has it.
    fileprivate func lastMember(_ name: String) -> JSONNode? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.name == name }?.value
    }

    /// A text, number or boolean as jq writes it; nil for what is none.
    fileprivate var scalarText: String? {
        switch self {
        case .text(let bytes): String(decoding: bytes, as: UTF8.self)
        case .number(let digits): QueryNumber.text(digits)
        case .boolean(let flag): flag ? "true" : "false"
        case .null, .list, .object: nil
        }
    }
}

/// Reads a query symbol by symbol; blanks between them mean nothing.
private struct QueryScanner {
    private let text: [Character]
    private var place = 0

    init(_ text: String) { self.text = Array(text) }

    private mutating func skipBlanks() { while place < text.count, text[place].isWhitespace { place += 1 } }

    var isAtEnd: Bool { text[place...].allSatisfy(\.isWhitespace) }

    func peeks(_ symbol: Character) -> Bool { place < text.count && text[place] == symbol }

    var peeksName: Bool { place < text.count && (text[place] == "\"" || Self.isNameStart(text[place])) }

    private static func isNameStart(_ character: Character) -> Bool { character.isASCII && (character.isLetter || character == "_") }

    mutating func take(_ symbol: Character) -> Bool {
        skipBlanks()
        guard peeks(symbol) else { return false }
        place += 1
        return true
    }

    mutating func expect(_ symbol: Character) throws(PatternFault) {
        guard take(symbol) else {
            let found = place < text.count ? "\(text[place])" : "the end"
            throw PatternFault("\(symbol) was expected and \(found) found; only simple paths are supported, such as {day: .event.day}")
        }
    }

    mutating func number() throws(PatternFault) -> Int? {
        skipBlanks()
        let digits = text[place...].prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty else { return nil }
        guard let number = Int(String(digits)), number < 1 << 20 else { throw PatternFault("\(String(digits)) is no place in a list") }
        place += digits.count
        return number
    }

    /// A word, or a text in quotes without escapes.
    mutating func name() throws(PatternFault) -> String {
        skipBlanks()
        guard peeksName else { throw PatternFault("a name is missing; only simple paths are supported, such as {day: .event.day}") }
        if text[place] == "\"" {
            let inner = text[(place + 1)...].prefix { $0 != "\"" }
            guard place + 1 + inner.count < text.count, !inner.isEmpty, !inner.contains("\\") else {
                throw PatternFault("a quoted name is empty, not closed, or has escapes")
            }
            place += inner.count + 2
            return String(inner)
        }
        let word = text[place...].prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        place += word.count
        return String(word)
    }
}
