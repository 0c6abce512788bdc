import SluiceCore

/// What SQLite has against a query, in the house's words: with its place and the nearest names.
struct SQLiteMessages {
    private let statement: QueryStatement
    private let tables: [QueryTable]

    init(_ statement: QueryStatement, _ tables: [QueryTable]) {
        self.statement = statement
        self.tables = tables
    }

    private var text: QueryText { statement.text }

    /// - Parameter reason: Why the engine does not answer.
    func error(_ mistake: SQLiteMistake, reason: String) -> SluiceError {
        let message = mistake.message
        if let name = behind("no such column: ", message) { return unknownColumn(name, mistake) }
        if let name = behind("no such function: ", message) { return unknownFunction(name, mistake, reason) }
        if let name = behind("ambiguous column name: ", message) {
            return SluiceError(
                .unknownColumn, "several tables have a column \(name.quotedForMessage)", at: place(of: name, mistake),
                remedy: "write the table's name or alias and a dot before it")
        }
        if message.hasPrefix("near ") || message.contains("syntax error") || message == "incomplete input" {
            let isEnd = message == "incomplete input" || message.contains("near \"\"")
            let what = isEnd ? "the query ends too early" : message.replacing(": syntax error", with: " is unexpected here")
            return SluiceError(.syntaxError, what, at: isEnd ? text.location(text.end) : location(mistake), remedy: syntaxRemedy(mistake))
        }
        return SluiceError(.syntaxError, message, at: location(mistake))
    }

    private func behind(_ start: String, _ message: String) -> String? {
        message.hasPrefix(start) ? String(message.dropFirst(start.count)) : nil
    }

    /// The place that SQLite counts from the start of the SELECT.
    private func token(_ mistake: SQLiteMistake) -> SQLToken? {
        guard mistake.byte >= 0 else { return nil }
        let before = text.text(of: 0..<text.tokens[statement.body].range.lowerBound).utf8.count
        return text.token(atByte: before + mistake.byte)
    }

    private func location(_ mistake: SQLiteMistake) -> SourceLocation? {
        token(mistake).map { text.location($0.range.lowerBound) } ?? text.location(0)
    }

    private func place(of name: String, _ mistake: SQLiteMistake) -> SourceLocation? {
        if let token = token(mistake) { return text.location(token.range.lowerBound) }
        let last = name.split(separator: ".").last.map(String.init) ?? name
        return text.tokens.first { $0.isName && SQLColumn.folded($0.text) == SQLColumn.folded(last) }.map {
            text.location($0.range.lowerBound)
        }
    }

    private func unknownColumn(_ name: String, _ mistake: SQLiteMistake) -> SluiceError {
        let columns = tables.flatMap { $0.columns.map(\.name) }
        let last = name.split(separator: ".").last.map(String.init) ?? name
        var remedy = Suggestion.remedy(for: last, in: columns, noun: "columns")
        let parts = name.split(separator: ".").map(String.init)
        if parts.count == 2,
            let column = tables.flatMap(\.columns).first(where: { SQLColumn.folded($0.name) == SQLColumn.folded(parts[0]) }),
            column.field.type.isNested
        {
            remedy =
                "\(column.name) is \(column.field.type.isNested ? "nested" : "plain"), which is JSON here: \(column.name)->>'$.\(parts[1])'"
        } else if token(mistake)?.kind == .quotedName, Suggestion.nearest(to: last, in: columns) == nil {
            remedy = "names stand in double quotes and texts in single ones: '\(last)'"
        }
        return SluiceError(.unknownColumn, "unknown column \(name.quotedForMessage)", at: place(of: last, mistake), remedy: remedy)
    }

    private func unknownFunction(_ name: String, _ mistake: SQLiteMistake, _ reason: String) -> SluiceError {
        let own = OwnFunctions.names
        let isOwn = own.contains(name.lowercased())
        let remedy =
            isOwn
            ? "\(name) is a function of the engine, and this query goes to SQLite, because of \(reason)"
            : Suggestion.remedy(for: name.lowercased(), in: own + OwnFunctions.sqlite, noun: "functions")
        return SluiceError(.unknownFunction, "unknown function \(name.quotedForMessage)", at: place(of: name, mistake), remedy: remedy)
    }

    private func syntaxRemedy(_ mistake: SQLiteMistake) -> String? {
        guard let token = token(mistake), let word = token.keyword else { return nil }
        let keywords = [
            "SELECT", "FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "JOIN", "LEFT", "INNER", "UNION", "OFFSET", "WINDOW", "VALUES",
        ]
        guard !keywords.contains(word) else { return nil }
        let near = Suggestion.nearest(to: word, in: keywords)
        return near.map { "did you mean \($0)?" }
    }
}
