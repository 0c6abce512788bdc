import SluiceExpressions

/// The smallest part of a rule set's text.
struct RuleToken: TextToken, Hashable {
    enum Kind: Hashable, Sendable {
        /// A bare word: a rule type, a keyword, a function.
        case word(String)
        /// A text in double quotes, without them.
        case text(String)
        /// A number as it was written, without sign.
        case number(String)
        case symbol(String)
        case end
    }

    let kind: Kind
    /// Offsets in Unicode scalars.
    let range: Range<Int>

    /// The word in lower case, which keywords are compared with; nil for anything else.
    var keyword: String? {
        if case .word(let word) = kind { word.lowercased() } else { nil }
    }

    func isSymbol(_ symbol: String) -> Bool { kind == .symbol(symbol) }

    /// The token for a message.
    var described: String {
        switch kind {
        case .word(let word): "\"\(word.prefix(40))\""
        case .text(let text): "the text \"\(text.count > 20 ? text.prefix(20) + "…" : text)\""
        case .number(let number): "the number \(number.prefix(40))"
        case .symbol(let symbol): "\"\(symbol)\""
        case .end: "the end"
        }
    }
}
