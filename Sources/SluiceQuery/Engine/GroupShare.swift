import SluiceCore
import SluiceExpressions

/// A SELECT of groups whose aggregates the engine computes, and whose list, HAVING and order SQLite computes of them: `round(avg(x), 2)`, or a
/// window over groups.
struct GroupShare {
    /// Groups and aggregates, a column each.
    let pipeline: EnginePipeline
    /// What SQLite reads them with, under `name`.
    let select: String

    /// The table of groups.
    static let name = "groups of rows"

    /// - Throws: `LeftToSQLite` where the query has another form, or the engine cannot compute its groups.
    init(_ statement: QueryStatement, _ planner: EnginePlanner) async throws {
        let tree = try SelectTree(statement.selectTokens, in: statement.text)
        guard tree.arms.count == 1, let arm = tree.arms.first, !arm.keepsAll, arm.groups != nil || arm.callsAggregates else {
            throw LeftToSQLite("no groups")
        }
        var cutter = Cutter(groups: try Self.groups(arm))
        let items = try arm.items.map { tokens in
            let (own, alias) = EngineSelect.alias(tokens)
            let name = alias ?? Self.writtenName(own, arm.text)
            return "\(try cutter.cut(own).expressionText) AS \(SQLQuote.name(name))"
        }
        var select = "SELECT \(arm.isDistinct ? "DISTINCT " : "")\(items.joined(separator: ", ")) FROM \(SQLQuote.name(Self.name))"
        if let having = arm.having { select += " WHERE " + (try cutter.cut(having).expressionText) }
        if let order = tree.order { select += " ORDER BY " + (try cutter.cut(order).expressionText) }
        if let limit = tree.limitTokens { select += " LIMIT " + limit.expressionText }
        self.select = select
        // Aggregates over windows are none of groups; without a list, the inner SELECT would be all rows with all columns.
        guard !cutter.columns.isEmpty else { throw LeftToSQLite("no groups") }
        var inner = arm
        (inner.isDistinct, inner.having, inner.items) = (false, nil, cutter.columns)
        inner.groups = cutter.groups.isEmpty ? nil : Array(cutter.groups.map(\.tokens).joined(separator: [Self.symbol(",")]))
        pipeline = try await planner.plan(inner, EnginePlanner.Commons().adding(tree.commons))
    }

    /// Terms of GROUP BY, with the list's own tokens for its places and names.
    private static func groups(_ arm: SelectArm) throws -> [[SQLToken]] {
        try (arm.groups?.listed ?? []).map { tokens in
            guard tokens.count == 1 else { return tokens }
            if tokens[0].kind == .number {
                guard let place = Int(tokens[0].text), arm.items.indices.contains(place - 1) else {
                    throw LeftToSQLite("the form of GROUP BY")
                }
                return EngineSelect.alias(arm.items[place - 1]).tokens
            }
            let named = arm.items.map(EngineSelect.alias).filter { $0.alias.map(SQLColumn.folded) == SQLColumn.folded(tokens[0].text) }
            // The tables may have a column of that name, which would go first.
            guard let only = named.first else { return tokens }
            guard named.count == 1, only.tokens.count > 1 else { throw LeftToSQLite("a name of the list in GROUP BY") }
            return only.tokens
        }
    }

    /// As SQLite calls a column without a name.
    private static func writtenName(_ tokens: [SQLToken], _ text: QueryText) -> String {
        if tokens.count == 1 || (tokens.count == 3 && tokens[1].isSymbol(".")), let last = tokens.last, last.isName { return last.text }
        return text.text(of: (tokens.first?.range.lowerBound ?? 0)..<(tokens.last?.range.upperBound ?? 0))
    }

    fileprivate static func symbol(_ text: String) -> SQLToken { SQLToken(kind: .symbol, text: text, range: 0..<0) }

    /// Cuts groups and aggregates out of expressions, and puts names of columns there.
    private struct Cutter {
        let groups: [(tokens: [SQLToken], name: String)]
        private var aggregates: [(text: String, tokens: [SQLToken], name: String)] = []

        init(groups: [[SQLToken]]) { self.groups = groups.enumerated().map { ($0.element, "group \($0.offset + 1)") } }

        /// The list of the inner SELECT.
        var columns: [[SQLToken]] {
            (groups.map { ($0.tokens, $0.name) } + aggregates.map { ($0.tokens, $0.name) }).map { tokens, name in
                tokens + [SQLToken(kind: .word, text: "AS", range: 0..<0), JoinPlanner.quoted(name)]
            }
        }

        mutating func cut(_ tokens: [SQLToken]) throws -> [SQLToken] {
            var result: [SQLToken] = []
            var index = 0
            while index < tokens.count {
                if tokens[index].keyword == "SELECT" { throw LeftToSQLite("a sub-query") }
                if let (name, length) = group(tokens, index) ?? aggregate(tokens, index) {
                    result.append(JoinPlanner.quoted(name))
                    index += length
                } else {
                    result.append(tokens[index])
                    index += 1
                }
            }
            return result
        }

        private func group(_ tokens: [SQLToken], _ index: Int) -> (String, Int)? {
            if index > 0, tokens[index - 1].isSymbol(".") { return nil }
            for group in groups {
                let end = index + group.tokens.count
                guard end <= tokens.count, end == tokens.count || !(tokens[end].isSymbol(".") || tokens[end].isSymbol("(")) else {
                    continue
                }
                if zip(tokens[index..<end], group.tokens).allSatisfy({ Self.same($0, $1) }) { return (group.name, group.tokens.count) }
            }
            return nil
        }

        private static func same(_ left: SQLToken, _ right: SQLToken) -> Bool {
            if left.kind == .text || right.kind == .text { return left.kind == right.kind && left.text == right.text }
            return SQLColumn.folded(left.text) == SQLColumn.folded(right.text)
        }

        /// A call that is no window function.
        private mutating func aggregate(_ tokens: [SQLToken], _ index: Int) -> (String, Int)? {
            guard let word = tokens[index].keyword, SelectArm.aggregates.contains(word), index + 1 < tokens.count,
                tokens[index + 1].isSymbol("("), let end = tokens.closing(index + 1),
                end + 1 == tokens.count || !["OVER", "FILTER"].contains(tokens[end + 1].keyword ?? ""),
                tokens[(index + 2)..<end].listed.count == 1
            else { return nil }
            let call = Array(tokens[index...end])
            let text = call.expressionText
            if let known = aggregates.first(where: { $0.text == text }) { return (known.name, call.count) }
            let name = "aggregate \(aggregates.count + 1)"
            aggregates.append((text, call, name))
            return (name, call.count)
        }
    }
}
