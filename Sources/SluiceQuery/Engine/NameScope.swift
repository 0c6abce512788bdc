import SluiceCore

/// The columns that a SELECT can name: those of its tables, and what each is called in the engine's rows.
struct NameScope: Sendable {
    /// A column of a table.
    struct Column: Hashable, Sendable {
        /// As the table calls it.
        var name: String
        /// As the engine's rows call it.
        var inner: String
        /// Stands for a column of an earlier table as well, by USING: without a table's name that one is meant.
        var isMerged = false
    }

    /// A table with the name that stands before a dot for it.
    struct Member: Sendable {
        var name: String
        var columns: [Column]

        init(name: String, columns: [Column]) {
            self.name = name
            self.columns = columns
        }

        /// A table by itself.
        init(name: String, _ schema: Schema) {
            self.init(name: name, columns: schema.names.map { Column(name: $0, inner: $0) })
        }

        /// Whether a column is called so.
        func has(_ name: String) -> Bool { columns.contains { SQLColumn.folded($0.name) == SQLColumn.folded(name) } }
    }

    var members: [Member]

    init(_ members: [Member] = []) { self.members = members }

    /// All columns in the order in which `*` has them.
    var allColumns: [Column] { members.flatMap { $0.columns.filter { !$0.isMerged } } }

    /// What a table calls the column that the engine's rows call so; nil for other columns.
    func tableName(of inner: String) -> String? { members.lazy.flatMap(\.columns).first { $0.inner == inner }?.name }

    /// Tables whose columns tokens name.
    ///
    /// - Returns: Places in `members`; nil where a name is no column of any.
    func tables(in tokens: [SQLToken]) throws -> Set<Int>? {
        var found: Set<Int> = []
        for token in try resolved(tokens) where token.kind == .quotedName {
            guard let place = members.firstIndex(where: { $0.columns.contains { $0.inner == token.text } }) else { return nil }
            found.insert(place)
        }
        return found
    }

    /// Tokens with columns as quoted names of the engine's rows, without the tables' names before them.
    ///
    /// - Parameter names: Other names that may stand for something, such as aliases.
    /// - Throws: `LeftToSQLite` where a name is not clear, and for what no expression of Sluice has.
    func resolved(_ tokens: [SQLToken], names: [String] = []) throws -> [SQLToken] {
        var result: [SQLToken] = []
        var index = 0
        while index < tokens.count {
            let token = tokens[index]
            try Self.refuse(token, next: index + 1 < tokens.count ? tokens[index + 1] : nil)
            if let (column, length) = try qualified(tokens, index) {
                result.append(SQLToken(kind: .quotedName, text: column.inner, range: token.range))
                index += length
                continue
            }
            index += 1
            let isCall = index < tokens.count && tokens[index].isSymbol("(")
            guard token.kind == .word || token.kind == .quotedName, !isCall, result.last?.isSymbol(".") != true,
                let name = try unqualified(token.text, names)
            else {
                result.append(token)
                continue
            }
            result.append(SQLToken(kind: .quotedName, text: name, range: token.range))
        }
        return result
    }

    private func qualified(_ tokens: [SQLToken], _ index: Int) throws -> (Column, Int)? {
        let token = tokens[index]
        guard token.isName, index + 2 < tokens.count, tokens[index + 1].isSymbol("."), tokens[index + 2].isName,
            index == 0 || !tokens[index - 1].isSymbol(".")
        else { return nil }
        let folded = SQLColumn.folded(token.text)
        let named = members.filter { SQLColumn.folded($0.name) == folded }
        guard let member = named.first else { return nil }
        guard named.count == 1 else { throw LeftToSQLite("several tables are called \(token.text)") }
        let columns = member.columns.filter { SQLColumn.folded($0.name) == SQLColumn.folded(tokens[index + 2].text) }
        // It may be a member of a column that is called like the table.
        if columns.isEmpty, members.contains(where: { $0.has(token.text) }) { return nil }
        guard columns.count == 1 else {
            throw LeftToSQLite(
                columns.isEmpty ? "no column \(tokens[index + 2].text)" : "several columns are called \(tokens[index + 2].text)")
        }
        return (columns[0], 3)
    }

    private func unqualified(_ text: String, _ names: [String]) throws -> String? {
        let folded = SQLColumn.folded(text)
        let own = members.flatMap { $0.columns.filter { !$0.isMerged && SQLColumn.folded($0.name) == folded } }
        let tableNames = Set(own.map(\.name))
        let others = Set(names.filter { SQLColumn.folded($0) == folded }).subtracting(tableNames)
        guard own.count + others.count <= 1 else {
            let isOfTables = own.count > 1
            throw LeftToSQLite(
                isOfTables && members.count > 1 ? "several tables have a column \(text)" : "several columns are called \(text)")
        }
        return own.first?.inner ?? others.first
    }

    private static func refuse(_ token: SQLToken, next: SQLToken?) throws {
        if token.isSymbol("->") || token.isSymbol("->>") { throw LeftToSQLite("JSON operators") }
        switch token.keyword {
        case "SELECT", "EXISTS": throw LeftToSQLite("a sub-query")
        case "OVER": throw LeftToSQLite("a window function")
        case "FILTER" where next?.isSymbol("(") == true: throw LeftToSQLite("FILTER")
        case "COLLATE": throw LeftToSQLite("COLLATE")
        default: return
        }
    }
}

extension [SQLToken] {
    /// The tokens as a text that Sluice's lexer reads.
    var expressionText: String {
        map { token in
            switch token.kind {
            case .quotedName: SQLQuote.name(token.text)
            case .text: SQLQuote.text(token.text)
            case .symbol where token.text == "==": "="
            default: token.text
            }
        }.joined(separator: " ")
    }
}
