/// A table as a query names it.
struct TableReference: Hashable, Sendable {
    /// What stands before the dot.
    var database: String?
    var name: String
    /// Where it stands in the query.
    var start: Int
    /// Whether it was written in quotes, single or double.
    var isQuoted: Bool

    /// Whether it is a path or pattern, which no table's name looks like.
    var looksLikePath: Bool {
        isQuoted && name.contains { "./*?[{~\\".contains($0) } || name.contains("/") || name.contains("*")
    }

    /// The reference that SQLite could not find: it tells `name` or `database.name`, and tokens tell which of the two was written.
    init?(missing written: String, in text: QueryText) {
        if let token = text.tokens.first(where: { $0.isName && $0.text == written }) {
            self.init(database: nil, name: written, start: token.range.lowerBound, isQuoted: token.kind != .word)
            return
        }
        for (index, token) in text.tokens.enumerated() where token.isName {
            guard index + 2 < text.tokens.count, text.tokens[index + 1].isSymbol("."), text.tokens[index + 2].isName,
                "\(token.text).\(text.tokens[index + 2].text)" == written
            else { continue }
            let last = text.tokens[index + 2]
            self.init(database: token.text, name: last.text, start: token.range.lowerBound, isQuoted: last.kind != .word)
            return
        }
        return nil
    }

    init(database: String?, name: String, start: Int, isQuoted: Bool) {
        self.database = database
        self.name = name
        self.start = start
        self.isQuoted = isQuoted
    }
}
