/// The smallest part of an expression's text.
struct Token: TextToken, Hashable {
    enum Kind: Hashable, Sendable {
        /// A bare word: a keyword, a column, a function; as it was written.
        case word(String)
        /// A name in double quotes, without them.
        case quotedName(String)
        /// A number as it was written, without sign.
        case number(String)
        /// A text in single quotes, without them.
        case text(String)
        case symbol(String)
        case end
    }

    let kind: Kind
    /// Offsets in Unicode scalars.
    let range: Range<Int>

    /// The upper-cased word, which keywords are compared with; nil for anything else.
    var keyword: String? {
        if case .word(let word) = kind { word.uppercased() } else { nil }
    }

    func isSymbol(_ symbol: String) -> Bool { kind == .symbol(symbol) }

    /// The token for a message.
    var described: String {
        switch kind {
        case .word(let word): "\"\(word)\""
        case .quotedName(let name): "the name \"\(name)\""
        case .number(let number): "the number \(number)"
        case .text(let text): "the text '\(text.count > 20 ? text.prefix(20) + "…" : text)'"
        case .symbol(let symbol): "\"\(symbol)\""
        case .end: "the end"
        }
    }
}
