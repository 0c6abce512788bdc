/// The smallest part of a query's text, by SQLite's rules.
package struct SQLToken: Hashable, Sendable {
    /// What it is.
    package enum Kind: Hashable, Sendable {
        /// A bare word: a keyword or a name.
        case word
        /// A name in `"…"`, `` `…` `` or `[…]`.
        case quotedName
        /// A text in `'…'`.
        case text
        case number
        /// `x'…'`, a parameter, or a sign.
        case symbol
    }

    package let kind: Kind
    /// Without quotes.
    package let text: String
    /// Offsets in Unicode scalars.
    package let range: Range<Int>

    /// The upper-cased word, which keywords are compared with; nil for anything else.
    package var keyword: String? { kind == .word ? text.uppercased() : nil }

    /// Whether the token can name a table, a column or a database.
    var isName: Bool { kind == .word || kind == .quotedName || kind == .text }

    func isSymbol(_ symbol: String) -> Bool { kind == .symbol && text == symbol }
}
