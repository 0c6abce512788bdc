import SluiceCore

/// A SELECT as a tree of its parts, as far as keywords and brackets tell; expressions stay tokens.
struct SelectTree: Sendable {
    /// A common table expression: `name (columns) AS (SELECT …)`.
    struct Common: Sendable {
        var name: String
        var columns: [String]
        var tree: SelectTree
        /// Where it stands, from its name to the closing bracket, and the comma behind it.
        var range: Range<Int>
        var comma: Range<Int>?
    }

    var commons: [Common] = []
    /// One SELECT, or those that UNION puts together.
    var arms: [SelectArm] = []
    /// Whether rows that are equal come once: UNION without ALL.
    var isUnionDistinct = false
    /// Tokens behind ORDER BY.
    var order: [SQLToken]?
    /// Tokens behind LIMIT.
    private(set) var limitTokens: [SQLToken]?
    /// Between its SELECTs, where that is not UNION.
    private var otherWord: String?
    private var mixesUnions = false

    /// - Parameters:
    ///   - tokens: Of the whole SELECT, without brackets around it.
    ///   - text: The query.
    /// - Throws: `LeftToSQLite` for what only SQLite does.
    init(_ tokens: ArraySlice<SQLToken>, in text: QueryText) throws {
        // What is nested deeper than anybody writes would need more stack than there is.
        guard tokens.deepest <= QueryLimits.nesting else { throw LeftToSQLite("brackets in so many brackets") }
        var rest = tokens
        if rest.first?.keyword == "WITH" { try readCommons(&rest, text) }
        let starts = Self.armStarts(rest)
        for (number, start) in starts.enumerated() {
            let end = number + 1 < starts.count ? Self.compoundWord(before: starts[number + 1], rest) : rest.endIndex
            let isLast = number + 1 == starts.count
            var clauses = try SelectClauses(rest[start..<end])
            if isLast {
                order = clauses.take("ORDER BY")?.withoutFilters
                limitTokens = clauses.take("LIMIT")
            }
            guard clauses["ORDER BY"] == nil, clauses["LIMIT"] == nil else { throw LeftToSQLite("the form of UNION") }
            arms.append(try SelectArm(clauses, in: text))
        }
        let words = starts.dropFirst().map { rest[Self.compoundWord(before: $0, rest)] }
        otherWord = words.first { $0.keyword != "UNION" }?.keyword
        let isAll = starts.dropFirst().map { rest[$0 - 1].keyword == "ALL" }
        mixesUnions = Set(isAll).count > 1
        isUnionDistinct = isAll.first == false
    }

    private static let compoundWords: Set = ["UNION", "INTERSECT", "EXCEPT"]

    /// Where the SELECTs begin that are put together.
    private static func armStarts(_ tokens: ArraySlice<SQLToken>) -> [Int] {
        var starts = [tokens.startIndex]
        tokens.forEachOutside { index, token in
            guard let word = token.keyword, compoundWords.contains(word), index > tokens.startIndex, !tokens[index - 1].isSymbol(".") else {
                return
            }
            let next = index + 1
            starts.append(next < tokens.endIndex && tokens[next].keyword == "ALL" ? next + 1 : next)
        }
        return starts
    }

    private static func compoundWord(before start: Int, _ tokens: ArraySlice<SQLToken>) -> Int {
        tokens[start - 1].keyword == "ALL" ? start - 2 : start - 1
    }

    /// The most rows; nil for all.
    ///
    /// - Throws: `LeftToSQLite` for a form, here or between the SELECTs, that only SQLite has.
    func limit() throws -> Int? {
        if let otherWord { throw LeftToSQLite(otherWord) }
        if mixesUnions { throw LeftToSQLite("UNION beside UNION ALL") }
        guard let tokens = limitTokens else { return nil }
        guard tokens.count == 1, tokens[0].kind == .number, let count = Int(tokens[0].text) else {
            throw LeftToSQLite(tokens.contains { $0.keyword == "OFFSET" } ? "OFFSET" : "the form of LIMIT")
        }
        return count
    }

    /// Whether the engine has more to do for it than to read a table and leave rows out.
    var gathersRows: Bool {
        arms.count > 1 || arms.contains { $0.groups != nil || $0.isDistinct || $0.relations.count > 1 || $0.callsAggregates }
    }

    private mutating func readCommons(_ rest: inout ArraySlice<SQLToken>, _ text: QueryText) throws {
        rest = rest.dropFirst()
        if rest.first?.keyword == "RECURSIVE" { throw LeftToSQLite("a recursive expression") }
        while true {
            guard let name = rest.popFirst(), name.isName else { throw LeftToSQLite("the form of WITH") }
            var columns: [String] = []
            if rest.first?.isSymbol("(") == true {
                columns = try Self.bracketed(&rest).split { $0.isSymbol(",") }.map { part in
                    guard part.count == 1, let only = part.first, only.isName else { throw LeftToSQLite("the form of WITH") }
                    return only.text
                }
            }
            guard rest.popFirst()?.keyword == "AS" else { throw LeftToSQLite("the form of WITH") }
            if rest.first?.keyword == "NOT" { rest = rest.dropFirst() }
            if rest.first?.keyword == "MATERIALIZED" { rest = rest.dropFirst() }
            let inner = try Self.bracketed(&rest)
            var common = Common(
                name: name.text, columns: columns, tree: try SelectTree(inner, in: text),
                range: name.range.lowerBound..<Self.end(of: inner, in: text))
            defer { commons.append(common) }
            guard let comma = rest.first, comma.isSymbol(",") else { return }
            common.comma = comma.range
            rest = rest.dropFirst()
        }
    }

    /// Behind the bracket that closes what tokens are in.
    static func end(of inner: ArraySlice<SQLToken>, in text: QueryText) -> Int {
        text.tokens.first { $0.isSymbol(")") && $0.range.lowerBound >= (inner.last?.range.upperBound ?? 0) }?.range.upperBound ?? text.end
    }

    /// What stands in the brackets that come next.
    static func bracketed(_ rest: inout ArraySlice<SQLToken>) throws -> ArraySlice<SQLToken> {
        guard rest.first?.isSymbol("(") == true, let end = rest.closing(rest.startIndex) else { throw LeftToSQLite("brackets") }
        defer { rest = rest[(end + 1)...] }
        return rest[(rest.startIndex + 1)..<end]
    }
}

/// One SELECT of a tree.
struct SelectArm: Sendable {
    var isDistinct = false
    /// Each column of the list; a list of `*` alone is empty.
    var items: [[SQLToken]] = []
    var relations: [JoinedRelation]
    var filter: [SQLToken]?
    var groups: [SQLToken]?
    var having: [SQLToken]?
    /// Whether windows are named.
    let hasWindows: Bool
    let text: QueryText

    fileprivate init(_ clauses: SelectClauses, in text: QueryText) throws {
        hasWindows = clauses["WINDOW"] != nil
        self.text = text
        relations = try FromClause.relations(clauses["FROM"] ?? [], in: text)
        filter = clauses["WHERE"]
        groups = clauses["GROUP BY"]
        having = clauses["HAVING"]?.withoutFilters
        var list = clauses["SELECT"] ?? []
        if list.first?.keyword == "DISTINCT" {
            isDistinct = true
            list.removeFirst()
        }
        if list.first?.keyword == "ALL" { list.removeFirst() }
        items = list.count == 1 && list[0].isSymbol("*") ? [] : list.withoutFilters.listed
        if items.contains(where: \.isEmpty) { throw LeftToSQLite("the form of SELECT") }
    }

    static let aggregates: Set = ["COUNT", "SUM", "AVG", "MIN", "MAX", "TOTAL"]

    var callsAggregates: Bool {
        items.contains { item in zip(item, item.dropFirst()).contains { Self.aggregates.contains($0.keyword ?? "") && $1.isSymbol("(") } }
    }

    /// Whether all columns of all tables are the list.
    var keepsAll: Bool { items.isEmpty }
}

/// The clauses of one SELECT by their names.
private struct SelectClauses {
    private var clauses: [String: [SQLToken]] = [:]

    subscript(name: String) -> [SQLToken]? { clauses[name] }

    mutating func take(_ name: String) -> [SQLToken]? { clauses.removeValue(forKey: name) }

    private static let single: Set = ["SELECT", "FROM", "WHERE", "HAVING", "LIMIT"]

    init(_ tokens: ArraySlice<SQLToken>) throws {
        var cuts: [(name: String, start: Int, body: Int)] = []
        tokens.forEachOutside { index, token in
            let isMember = index > tokens.startIndex && tokens[index - 1].isSymbol(".")
            guard let word = token.keyword, !isMember else { return }
            let isComparison =
                word == "FROM" && index > tokens.startIndex + 1 && tokens[index - 1].keyword == "DISTINCT"
                && ["IS", "NOT"].contains(tokens[index - 2].keyword ?? "")
            if Self.single.contains(word), !isComparison { cuts.append((word, index, index + 1)) }
            if word == "GROUP" || word == "ORDER", index + 1 < tokens.endIndex, tokens[index + 1].keyword == "BY" {
                cuts.append((word + " BY", index, index + 2))
            }
            if word == "WINDOW" { cuts.append((word, index, index + 1)) }
        }
        guard cuts.first?.name == "SELECT", cuts[0].start == tokens.startIndex else {
            throw LeftToSQLite(tokens.first?.keyword == "VALUES" ? "VALUES" : "the form of SELECT")
        }
        guard cuts.count > 1, cuts[1].name == "FROM" else { throw LeftToSQLite("no table is read") }
        for (number, cut) in cuts.enumerated() {
            let end = number + 1 < cuts.count ? cuts[number + 1].start : tokens.endIndex
            guard cut.body < end, clauses[cut.name] == nil else { throw LeftToSQLite("the form of \(cut.name)") }
            clauses[cut.name] = Array(tokens[cut.body..<end])
        }
    }
}

extension RandomAccessCollection where Element == SQLToken, Index == Int {
    /// Calls `body` for each token that stands in no brackets.
    func forEachOutside(_ body: (Int, SQLToken) -> Void) {
        var depth = 0
        for index in indices {
            if self[index].isSymbol("(") { depth += 1 }
            if self[index].isSymbol(")") { depth -= 1 }
            if depth == 0 { body(index, self[index]) }
        }
    }

    /// How many brackets are open at most.
    var deepest: Int {
        var (depth, most) = (0, 0)
        for token in self {
            if token.isSymbol("(") { depth += 1 }
            if token.isSymbol(")") { depth -= 1 }
            most = Swift.max(most, depth)
        }
        return most
    }

    /// The bracket that closes the one at a place; nil where none does.
    func closing(_ open: Int) -> Int? {
        var depth = 0
        for index in open..<endIndex {
            if self[index].isSymbol("(") { depth += 1 }
            if self[index].isSymbol(")") { depth -= 1 }
            if depth == 0 { return index }
        }
        return nil
    }

    /// The parts between the commas that stand in no brackets.
    var listed: [[SQLToken]] {
        var cuts = [startIndex - 1]
        forEachOutside { index, token in if token.isSymbol(",") { cuts.append(index) } }
        cuts.append(endIndex)
        return zip(cuts, cuts.dropFirst()).map { Array(self[($0 + 1)..<$1]) }
    }
}
