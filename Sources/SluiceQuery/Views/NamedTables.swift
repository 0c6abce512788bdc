/// A place of a query where a table is named.
struct NamedTable: Hashable, Sendable {
    var reference: TableReference
    /// From the first token of the name to behind the last, in Unicode scalars.
    var range: Range<Int>
    /// Where the last part of the name begins.
    var lastStart: Int
    /// Whether a third part, a catalog of catalogs, stands before the two others.
    var hasCatalog: Bool
    /// Whether it is the list of IN, which has no alias.
    var isList: Bool
    /// Whether an alias follows.
    var hasAlias: Bool
}

/// Finds where a query names tables: behind FROM, JOIN, the commas between tables, and IN.
enum NamedTables {
    /// What is known at one depth of brackets.
    private struct Level {
        /// Whether a SELECT has begun, so that FROM is no part of a function such as `trim(a FROM b)`.
        var isSelect = false
        var isInFrom = false
        var expects = false
    }

    static func all(_ tokens: [SQLToken]) -> [NamedTable] {
        var found: [NamedTable] = []
        var levels = [Level()]
        var index = 0
        while index < tokens.count {
            let token = tokens[index]
            let last = levels.count - 1
            if token.isSymbol("(") {
                levels.append(Level(isInFrom: levels[last].expects, expects: levels[last].expects))
                levels[last].expects = false
            } else if token.isSymbol(")") {
                if levels.count > 1 { levels.removeLast() }
            } else if token.isSymbol(",") {
                levels[last].expects = levels[last].isInFrom
            } else if let word = clause(tokens, index) {
                change(&levels[last], word, tokens, index)
            } else if token.isName, levels[last].expects || isList(tokens, index) {
                let isList = !levels[last].expects
                levels[last].expects = false
                if let named = named(tokens, &index, isList: isList) { found.append(named) }
            }
            index += 1
        }
        return found
    }

    private static let ends: Set = [
        "SELECT", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "WINDOW", "UNION", "INTERSECT", "EXCEPT", "VALUES",
    ]
    private static let clauses = ends.union(["FROM", "JOIN", "ON", "USING"])
    private static let noAliases = clauses.union([
        "INNER", "CROSS", "LEFT", "RIGHT", "FULL", "NATURAL", "OUTER", "INDEXED", "NOT", "AND", "OR", "OFFSET", "THEN", "END", "ELSE",
    ])

    /// The keyword that a token is, where it begins or ends a part of FROM.
    private static func clause(_ tokens: [SQLToken], _ index: Int) -> String? {
        guard let word = tokens[index].keyword, clauses.contains(word), index == 0 || !tokens[index - 1].isSymbol(".") else { return nil }
        return word
    }

    private static func change(_ level: inout Level, _ word: String, _ tokens: [SQLToken], _ index: Int) {
        switch word {
        case "FROM":
            // IS [NOT] DISTINCT FROM compares.
            guard level.isSelect else { return }
            if index > 1, tokens[index - 1].keyword == "DISTINCT", ["IS", "NOT"].contains(tokens[index - 2].keyword ?? "") { return }
            (level.isInFrom, level.expects) = (true, true)
        case "JOIN": (level.isInFrom, level.expects) = (true, true)
        case "ON", "USING": level.expects = false
        default: level = Level(isSelect: word == "SELECT")
        }
    }

    private static func isList(_ tokens: [SQLToken], _ index: Int) -> Bool { index > 0 && tokens[index - 1].keyword == "IN" }

    /// Reads a name of up to three parts, and leaves `index` at its last token; nil for a function.
    private static func named(_ tokens: [SQLToken], _ index: inout Int, isList: Bool) -> NamedTable? {
        let first = index
        var parts = [tokens[first]]
        while parts.count < 3, index + 2 < tokens.count, tokens[index + 1].isSymbol("."), tokens[index + 2].isName {
            parts.append(tokens[index + 2])
            index += 2
        }
        let next = index + 1 < tokens.count ? tokens[index + 1] : nil
        if next?.isSymbol("(") == true || next?.isSymbol(".") == true { return nil }
        let last = parts[parts.count - 1]
        let hasAlias = next.map { $0.isName && !noAliases.contains($0.keyword ?? "") } ?? false
        let reference = TableReference(
            database: parts.count > 1 ? parts[parts.count - 2].text : nil, name: last.text, start: parts[0].range.lowerBound,
            isQuoted: last.kind != .word)
        return NamedTable(
            reference: reference, range: parts[0].range.lowerBound..<last.range.upperBound, lastStart: last.range.lowerBound,
            hasCatalog: parts.count == 3, isList: isList, hasAlias: hasAlias && !isList)
    }

    /// Names of the common table expressions of a text, folded.
    static func commons(_ tokens: [SQLToken]) -> Set<String> {
        var names: Set<String> = []
        for index in tokens.indices.dropFirst() where tokens[index].keyword == "AS" {
            var next = index + 1
            while next < tokens.count, ["NOT", "MATERIALIZED"].contains(tokens[next].keyword ?? "") { next += 1 }
            guard next + 1 < tokens.count, tokens[next].isSymbol("("),
                ["SELECT", "WITH", "VALUES"].contains(tokens[next + 1].keyword ?? "")
            else { continue }
            var place = index - 1
            if tokens[place].isSymbol(")") {
                while place > 0, !tokens[place].isSymbol("(") { place -= 1 }
                place -= 1
            }
            if place >= 0, tokens[place].isName { names.insert(SQLColumn.folded(tokens[place].text)) }
        }
        return names
    }
}
