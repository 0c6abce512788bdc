import SluiceCore
import SluicePipelines

/// One table of FROM, and how it comes to those before it.
struct JoinedRelation: Sendable {
    /// What its rows are.
    enum Origin: Sendable {
        case table(TableReference)
        case tree(SelectTree)
    }

    var origin: Origin
    /// What stands before a dot for it; empty for a SELECT without a name.
    var name: String
    /// Of the first table: `inner`.
    var kind = JoinKind.inner
    /// Tokens behind ON.
    var condition: [SQLToken] = []
    /// Columns behind USING.
    var using: [String] = []
    /// Where the brackets of a SELECT stand.
    var range: Range<Int>?
}

/// Reads FROM: tables and SELECTs with the joins between them.
enum FromClause {
    /// - Throws: `LeftToSQLite` for what only SQLite does: table functions, joins in brackets, NATURAL.
    static func relations(_ tokens: [SQLToken], in text: QueryText) throws -> [JoinedRelation] {
        var rest = tokens[...]
        var relations = [try relation(&rest, text)]
        while !rest.isEmpty {
            let kind = try joinWords(&rest)
            var next = try relation(&rest, text)
            next.kind = kind
            if rest.first?.keyword == "ON" {
                rest = rest.dropFirst()
                next.condition = condition(&rest)
            } else if rest.first?.keyword == "USING" {
                rest = rest.dropFirst()
                next.using = try SelectTree.bracketed(&rest).split { $0.isSymbol(",") }.map { part in
                    guard part.count == 1, let only = part.first, only.isName else { throw LeftToSQLite("the form of USING") }
                    return only.text
                }
            }
            relations.append(next)
        }
        return relations
    }

    /// Words between two tables.
    private static func joinWords(_ rest: inout ArraySlice<SQLToken>) throws -> JoinKind {
        if rest.first?.isSymbol(",") == true {
            rest = rest.dropFirst()
            return .inner
        }
        var kind = JoinKind.inner
        while let word = rest.popFirst()?.keyword {
            switch word {
            case "JOIN": return kind
            case "INNER", "CROSS", "OUTER": continue
            case "LEFT": kind = .left
            case "RIGHT": kind = .right
            case "FULL": kind = .full
            case "NATURAL": throw LeftToSQLite("NATURAL JOIN")
            default: throw LeftToSQLite("the form of FROM")
            }
        }
        throw LeftToSQLite("the form of FROM")
    }

    private static let joinStarts: Set = ["JOIN", "INNER", "CROSS", "LEFT", "RIGHT", "FULL", "NATURAL"]
    private static let noAliases = joinStarts.union(["ON", "USING", "OUTER", "INDEXED", "NOT", "WINDOW"])

    private static func condition(_ rest: inout ArraySlice<SQLToken>) -> [SQLToken] {
        var end: Int?
        rest.forEachOutside { index, token in
            if end == nil, token.isSymbol(",") || joinStarts.contains(token.keyword ?? "") { end = index }
        }
        defer { rest = rest[(end ?? rest.endIndex)...] }
        return Array(rest[..<(end ?? rest.endIndex)])
    }

    private static func relation(_ rest: inout ArraySlice<SQLToken>, _ text: QueryText) throws -> JoinedRelation {
        guard let first = rest.first else { throw LeftToSQLite("the form of FROM") }
        if first.isSymbol("(") {
            let inner = try SelectTree.bracketed(&rest)
            guard ["SELECT", "WITH"].contains(inner.first?.keyword ?? "") else { throw LeftToSQLite("brackets in FROM") }
            let range = first.range.lowerBound..<SelectTree.end(of: inner, in: text)
            return JoinedRelation(origin: .tree(try SelectTree(inner, in: text)), name: alias(&rest) ?? "", range: range)
        }
        guard first.isName else { throw LeftToSQLite("the form of FROM") }
        rest = rest.dropFirst()
        var reference = TableReference(database: nil, name: first.text, start: first.range.lowerBound, isQuoted: first.kind != .word)
        if rest.first?.isSymbol(".") == true, let last = rest.dropFirst().first, last.isName {
            reference = TableReference(
                database: first.text, name: last.text, start: first.range.lowerBound, isQuoted: last.kind != .word)
            rest = rest.dropFirst(2)
        }
        if rest.first?.isSymbol("(") == true { throw LeftToSQLite("a table function") }
        return JoinedRelation(origin: .table(reference), name: alias(&rest) ?? reference.name)
    }

    private static func alias(_ rest: inout ArraySlice<SQLToken>) -> String? {
        var own = rest
        if own.first?.keyword == "AS" { own = own.dropFirst() }
        guard let name = own.first, name.isName, !noAliases.contains(name.keyword ?? "") else { return nil }
        rest = own.dropFirst()
        return name.text
    }
}
