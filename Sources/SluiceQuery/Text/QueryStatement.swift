import SluiceCore

/// What a query asks for: rows, or that rows become a table or go into one.
struct QueryStatement: Sendable {
    enum Action: Hashable, Sendable {
        case read
        case create(table: String, ifMissing: Bool)
        case insert(table: String, columns: [String]?)
        case createView(String, replaces: Bool, ifMissing: Bool)
    }

    let text: QueryText
    /// The query before the SELECTs of views were put into it.
    let written: QueryText
    let action: Action
    /// The token where the SELECT begins.
    let body: Int
    /// Where the table that is written stands.
    let target: Int

    /// - Parameter written: The query before the SELECTs of views were put into it, where there are any.
    /// - Throws: `unsupported` for what changes rows in place, `syntaxError`.
    init(_ text: QueryText, written: QueryText? = nil) throws(SluiceError) {
        self.text = text
        self.written = written ?? text
        let first = text.tokens[0]
        switch first.keyword {
        case "SELECT", "VALUES", "WITH":
            (action, body, target) = (.read, 0, 0)
            try checkVerb()
            try RecursionCheck.refuseEndless(text)
        case "CREATE": (action, body, target) = try Self.creation(text)
        case "INSERT": (action, body, target) = try Self.insertion(text)
        default: throw Self.refusal(first, text)
        }
    }

    /// The SELECT itself.
    var select: String { text.text(from: body) }
    var selectTokens: ArraySlice<SQLToken> { text.tokens[body...] }

    private static func refusal(_ token: SQLToken, _ text: QueryText) -> SluiceError {
        let known = ["SELECT", "WITH", "VALUES", "CREATE TABLE … AS", "CREATE VIEW … AS", "INSERT INTO"]
        let word = token.keyword ?? token.text
        let isStatement = statements.contains(word)
        let remedy: String? =
            switch word {
            case "UPDATE", "DELETE", "REPLACE", "MERGE": "files are not changed in place: CREATE TABLE … AS SELECT writes a new table"
            case "DROP": "a table or view is dropped with `catalog drop`"
            case "EXPLAIN": "say --explain beside the query"
            case "PRAGMA", "ATTACH", "DETACH", "BEGIN", "COMMIT", "VACUUM":
                "a query reads tables, files and streams, and no database of its own"
            default: Suggestion.remedy(for: word, in: known, noun: "a query begins with one of")
            }
        return text.error(
            isStatement ? .unsupportedStatement : .syntaxError, "a query cannot begin with \(word.quotedForMessage)",
            at: token.range.lowerBound, remedy: remedy)
    }

    /// Statements of SQL that are none here.
    private static let statements: Set = [
        "UPDATE", "DELETE", "REPLACE", "MERGE", "DROP", "EXPLAIN", "PRAGMA", "ATTACH", "DETACH", "BEGIN", "COMMIT", "VACUUM", "ALTER",
    ]

    /// Behind WITH, too, only reading is possible.
    private func checkVerb() throws(SluiceError) {
        var depth = 0
        for token in text.tokens {
            if token.isSymbol("(") { depth += 1 }
            if token.isSymbol(")") { depth -= 1 }
            guard depth == 0, let word = token.keyword, ["INSERT", "UPDATE", "DELETE", "REPLACE"].contains(word) else { continue }
            // `replace(…)` is a function.
            if text.tokens.first(where: { $0.range.lowerBound >= token.range.upperBound })?.isSymbol("(") == true { continue }
            if let before = text.tokens.last(where: { $0.range.upperBound <= token.range.lowerBound }), before.isSymbol(".") { continue }
            throw text.error(
                .unsupportedStatement, "\(word) cannot stand behind WITH", at: token.range.lowerBound,
                remedy: "write INSERT INTO table WITH … SELECT …")
        }
    }

    private static func creation(_ text: QueryText) throws(SluiceError) -> (Action, Int, Int) {
        var index = 1
        let replaces = keywords(text, 1, ["OR", "REPLACE"])
        if replaces { index += 2 }
        let isView = keywords(text, index, ["VIEW"])
        guard isView || (keywords(text, index, ["TABLE"]) && !replaces) else {
            throw text.error(
                .unsupportedStatement, replaces ? "only views can be replaced" : "only tables and views can be created",
                at: text.tokens[min(1, text.tokens.count - 1)].range.lowerBound,
                remedy: "write CREATE TABLE name AS SELECT …, or CREATE OR REPLACE VIEW name AS SELECT …")
        }
        index += 1
        var ifMissing = false
        if keywords(text, index, ["IF", "NOT", "EXISTS"]) {
            ifMissing = true
            index += 3
        }
        let target = index
        let name = try tableName(text, &index)
        guard keywords(text, index, ["AS"]) else {
            throw text.error(
                .syntaxError, "expected AS and a SELECT", at: index < text.tokens.count ? text.tokens[index].range.lowerBound : text.end,
                remedy: isView
                    ? "a view's columns are those of its SELECT: CREATE VIEW \(name) AS SELECT a AS b, …"
                    : "a table's columns are those of its SELECT: CREATE TABLE \(name) AS SELECT …")
        }
        try requireSelect(text, index + 1)
        if isView { return (.createView(name, replaces: replaces, ifMissing: ifMissing), index + 1, target) }
        return (.create(table: name, ifMissing: ifMissing), index + 1, target)
    }

    private static func insertion(_ text: QueryText) throws(SluiceError) -> (Action, Int, Int) {
        guard keywords(text, 1, ["INTO"]) else {
            throw text.error(
                .syntaxError, "expected INTO", at: text.tokens.count > 1 ? text.tokens[1].range.lowerBound : text.end,
                remedy: "write INSERT INTO table SELECT …")
        }
        var index = 2
        let name = try tableName(text, &index)
        var columns: [String]?
        if index < text.tokens.count, text.tokens[index].isSymbol("(") {
            var names: [String] = []
            index += 1
            while index < text.tokens.count, !text.tokens[index].isSymbol(")") {
                if text.tokens[index].isName { names.append(text.tokens[index].text) }
                index += 1
            }
            index += 1
            columns = names
        }
        try requireSelect(text, index)
        return (.insert(table: name, columns: columns), index, 2)
    }

    private static func requireSelect(_ text: QueryText, _ index: Int) throws(SluiceError) {
        guard index < text.tokens.count, ["SELECT", "WITH", "VALUES"].contains(text.tokens[index].keyword ?? "") else {
            throw text.error(
                .syntaxError, "expected a SELECT", at: index < text.tokens.count ? text.tokens[index].range.lowerBound : text.end,
                remedy: "for example: SELECT * FROM 'data.csv'")
        }
    }

    private static func keywords(_ text: QueryText, _ index: Int, _ words: [String]) -> Bool {
        guard index + words.count <= text.tokens.count else { return false }
        return zip(text.tokens[index...], words).allSatisfy { $0.keyword == $1 }
    }

    /// `table` or `database.table`.
    private static func tableName(_ text: QueryText, _ index: inout Int) throws(SluiceError) -> String {
        guard index < text.tokens.count, text.tokens[index].isName else {
            throw text.error(
                .syntaxError, "expected a table's name", at: index < text.tokens.count ? text.tokens[index].range.lowerBound : text.end)
        }
        var name = text.tokens[index].text
        index += 1
        if index + 1 < text.tokens.count, text.tokens[index].isSymbol("."), text.tokens[index + 1].isName {
            name += "." + text.tokens[index + 1].text
            index += 2
        }
        return name
    }
}

extension SluiceError.Code {
    /// A statement that there is in SQL and not here: as `unsupported`, and the query has to change.
    static let unsupportedStatement = Self("unsupported", .definition)
}
