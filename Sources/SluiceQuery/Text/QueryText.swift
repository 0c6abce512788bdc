package import SluiceCore

/// A query as it was written, cut into tokens; errors are placed in it.
package struct QueryText: Sendable {
    /// What messages call the text's place.
    package static let path = "query"

    package let text: String
    let scalars: [Unicode.Scalar]
    package let tokens: [SQLToken]
    /// Where its parts were written.
    let places: WrittenPlaces

    /// - Throws: `syntaxError` for quotes that are not closed and for several statements, `limitExceeded`.
    package init(_ text: String) throws(SluiceError) { try self.init(text, path: Self.path) }

    /// - Parameter path: What messages call the text's place.
    init(_ text: String, path: String) throws(SluiceError) {
        let scalars = Array(text.unicodeScalars)
        try self.init(scalars, WrittenPlaces(scalars, path: path))
    }

    init(_ scalars: [Unicode.Scalar], _ places: WrittenPlaces) throws(SluiceError) {
        text = String(String.UnicodeScalarView(scalars))
        self.scalars = scalars
        self.places = places
        guard scalars.count <= QueryLimits.textScalars else {
            throw SluiceError(.limitExceeded, "the query has \(scalars.count) characters; \(QueryLimits.textScalars) are allowed")
        }
        var scanner = SQLScanner(scalars)
        var found: [SQLToken]
        do throws(SQLScanner.Unclosed) {
            found = try scanner.tokens()
        } catch {
            throw SluiceError(
                .syntaxError, "what begins here is not closed", at: places.location(error.start), remedy: "add the closing \(error.mark)")
        }
        while found.last?.isSymbol(";") == true { found.removeLast() }
        tokens = found
        guard !tokens.isEmpty else {
            throw SluiceError(.syntaxError, "the query is empty", remedy: "for example: SELECT * FROM 'data.csv' LIMIT 10")
        }
        if let second = tokens.first(where: { $0.isSymbol(";") }) {
            throw error(.syntaxError, "one statement is read at a time", at: second.range.lowerBound, remedy: "run what follows by itself")
        }
    }

    /// Where a Unicode scalar of the text was written.
    package func location(_ offset: Int) -> SourceLocation { places.location(offset) }

    func error(_ code: SluiceError.Code, _ message: String, at offset: Int, remedy: String? = nil) -> SluiceError {
        SluiceError(code, message, at: location(offset), remedy: remedy)
    }

    /// The text from one token on.
    func text(from token: Int) -> String { text(of: tokens[token].range.lowerBound..<end) }

    /// The text of a range of scalars.
    func text(of range: Range<Int>) -> String { String(String.UnicodeScalarView(scalars[range])) }

    /// Behind the last token.
    var end: Int { tokens.last?.range.upperBound ?? 0 }

    /// The token that begins at or holds a byte of the text's UTF-8, as SQLite counts.
    func token(atByte byte: Int) -> SQLToken? {
        var bytes = 0
        var offset = 0
        while offset < scalars.count, bytes < byte {
            bytes += UTF8.width(scalars[offset])
            offset += 1
        }
        return tokens.first { $0.range.contains(offset) || $0.range.lowerBound >= offset }
    }
}
