package import SluiceCore

/// What is looked for: words, and texts in quotes, each perhaps in one field only.
///
/// A bare word is found where a word begins with it, and, where nothing does, where a word is nearly it; words end at punctuation, so `order`
/// finds `raw_orders`. A text in quotes is found as it stands, whole words in this order. `column:price` looks among the columns only.
package struct SearchQuery: Hashable, Sendable {
    struct Term: Hashable, Sendable {
        /// One of `SearchIndex.fields`.
        var field: String?
        /// Lower case, without punctuation, never empty.
        var words: [String]
        var isExact: Bool
    }

    package let text: String
    let terms: [Term]

    private static let fieldNames = [
        "name": "name", "table": "name", "database": "database", "comment": "comment", "column": "columns", "columns": "columns",
        "tag": "tags", "tags": "tags", "owner": "owner",
    ]

    /// - Throws: `syntaxError` for a search without a word or with quotes that are not closed, `limitExceeded`.
    package init(parsing text: String) throws(SluiceError) {
        guard text.unicodeScalars.count <= CatalogLimits.searchCharacters else {
            throw SluiceError(.limitExceeded, "a search has at most \(CatalogLimits.searchCharacters) characters")
        }
        self.text = text
        var terms: [Term] = []
        var rest = Substring(text)
        while true {
            rest = rest.drop { $0.isWhitespace }
            guard let first = rest.first else { break }
            var field: String?
            if first != "\"", let colon = rest.firstIndex(of: ":"),
                let known = Self.fieldNames[rest[..<colon].lowercased()]
            {
                field = known
                rest = rest[rest.index(after: colon)...]
            }
            let isExact = rest.first == "\""
            let part: Substring
            if isExact {
                rest = rest.dropFirst()
                guard let end = rest.firstIndex(of: "\"") else {
                    throw SluiceError(
                        .syntaxError, "a text in quotes is not closed in \(text.quotedForMessage)", remedy: "add the closing \"")
                }
                part = rest[..<end]
                rest = rest[rest.index(after: end)...]
            } else {
                let end = rest.firstIndex { $0.isWhitespace || $0 == "\"" } ?? rest.endIndex
                part = rest[..<end]
                rest = rest[end...]
            }
            let words = Self.words(part)
            if !words.isEmpty { terms.append(Term(field: field, words: words, isExact: isExact)) }
        }
        guard !terms.isEmpty else {
            throw SluiceError(.syntaxError, "nothing to look for in \(text.quotedForMessage)", remedy: "give a word with a letter or digit")
        }
        guard terms.reduce(0, { $0 + $1.words.count }) <= CatalogLimits.searchWords else {
            throw SluiceError(.limitExceeded, "a search has at most \(CatalogLimits.searchWords) words")
        }
        self.terms = terms
    }

    /// Words as the index cuts them: letters and digits.
    static func words(_ text: Substring) -> [String] {
        text.lowercased().split { !($0.isLetter || $0.isNumber) }.map(String.init)
    }

    /// As FTS5 takes it.
    ///
    /// - Parameter near: Other words that stand for one that nothing matches.
    func match(replacing near: [String: [String]] = [:]) -> String { match(replacing: near, in: nil) }

    /// The same, with what is looked for in any field looked for in one.
    ///
    /// - Returns: Nil where every term has a field of its own.
    func match(replacing near: [String: [String]], otherwiseIn field: String) -> String? {
        terms.contains { $0.field == nil } ? match(replacing: near, in: field) : nil
    }

    private func match(replacing near: [String: [String]], in field: String?) -> String {
        terms.map { term in
            let words =
                term.isExact
                ? "\"" + term.words.joined(separator: " ") + "\""
                : term.words.map { word in
                    guard let others = near[word] else { return "\"\(word)\"*" }
                    return "(" + others.map { "\"\($0)\"" }.joined(separator: " OR ") + ")"
                }.joined(separator: " AND ")
            return (term.field ?? field).map { "{\($0)}: (\(words))" } ?? "(\(words))"
        }.joined(separator: " AND ")
    }
}
