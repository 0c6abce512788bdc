/// The smallest part of a text that a parser reads.
package protocol TextToken: Sendable {
    /// Offsets in Unicode scalars.
    var range: Range<Int> { get }
    /// A word as keywords are compared with; nil for anything else.
    var keyword: String? { get }
    /// The token for a message.
    var described: String { get }
    func isSymbol(_ symbol: String) -> Bool
}

/// Goes through the tokens of a text, which end with one that says so.
package protocol TokenReader {
    associatedtype Token: TextToken
    var tokens: [Token] { get }
    /// Of the current token.
    var position: Int { get set }
}

extension TokenReader {
    package var current: Token { tokens[position] }
    package func ahead(_ distance: Int) -> Token { tokens[min(position + distance, tokens.count - 1)] }
    /// End of the token before the current one.
    package var lastEnd: Int { position == 0 ? 0 : tokens[position - 1].range.upperBound }
    package mutating func advance() { position = min(position + 1, tokens.count - 1) }

    package mutating func accept(_ symbol: String) -> Bool {
        guard current.isSymbol(symbol) else { return false }
        advance()
        return true
    }

    package mutating func acceptKeyword(_ keyword: String) -> Bool {
        guard current.keyword == keyword else { return false }
        advance()
        return true
    }
}
