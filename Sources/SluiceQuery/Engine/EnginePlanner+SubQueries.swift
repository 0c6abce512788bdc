import SluiceCore
import SluiceExpressions
import SluicePipelines

// Sub-queries as joins.
extension EnginePlanner {
    /// Applies conditions with sub-queries, and brings the values of those in the list beside the rows.
    func answer(_ parts: [[SQLToken]], _ arm: inout SelectArm, _ rows: inout Rows, _ commons: Commons) async throws {
        for part in parts {
            if let (inner, isNegated) = Self.exists(part) {
                try await keep(whereExists: try SelectTree(inner, in: arm.text), isNegated, &rows, commons)
            } else if let (value, inner, isNegated) = Self.isIn(part) {
                let key = try rows.scope.resolved(value)
                let pipeline = try await plan(try SelectTree(inner, in: arm.text), commons)
                try await keep(key, isIn: pipeline, isNegated, &rows)
            } else {
                try await keep([try await withValues(part, arm.text, &rows, commons)], of: &rows)
            }
        }
        for index in arm.items.indices where arm.items[index].contains(where: { $0.keyword == "SELECT" }) {
            arm.items[index] = try await withValues(arm.items[index], arm.text, &rows, commons)
        }
    }

    // MARK: Forms

    /// `[NOT] EXISTS (SELECT …)`.
    private static func exists(_ part: [SQLToken]) -> (inner: ArraySlice<SQLToken>, isNegated: Bool)? {
        var rest = part[...]
        let isNegated = rest.first?.keyword == "NOT"
        if isNegated { rest = rest.dropFirst() }
        guard rest.popFirst()?.keyword == "EXISTS", let inner = select(in: rest) else { return nil }
        return (inner, isNegated)
    }

    /// `value [NOT] IN (SELECT …)`.
    private static func isIn(_ part: [SQLToken]) -> (value: [SQLToken], inner: ArraySlice<SQLToken>, isNegated: Bool)? {
        var place: Int?
        part.forEachOutside { index, token in if place == nil, token.keyword == "IN" { place = index } }
        guard let place, let inner = select(in: part[(place + 1)...]) else { return nil }
        var value = Array(part[..<place])
        let isNegated = value.last?.keyword == "NOT"
        if isNegated { value.removeLast() }
        guard !value.isEmpty, !value.contains(where: { ["NOT", "AND", "OR", "SELECT"].contains($0.keyword ?? "") }) else { return nil }
        return (value, inner, isNegated)
    }

    /// The SELECT that tokens are in brackets.
    private static func select(in tokens: ArraySlice<SQLToken>) -> ArraySlice<SQLToken>? {
        guard tokens.first?.isSymbol("(") == true, tokens.closing(tokens.startIndex) == tokens.endIndex - 1,
            ["SELECT", "WITH"].contains(tokens.dropFirst().first?.keyword ?? "")
        else { return nil }
        return tokens.dropFirst().dropLast()
    }

    // MARK: IN

    private func keep(_ key: [SQLToken], isIn table: EnginePipeline, _ isNegated: Bool, _ rows: inout Rows) async throws {
        guard table.schema.count == 1, let name = table.schema.names.first else { throw LeftToSQLite("a sub-query of several columns") }
        let sides = [JoinSides(left: key, right: [JoinPlanner.quoted(name)])]
        guard isNegated else { return try await join(.semi, table, to: &rows, sides) }
        try await join(.anti, table, to: &rows, sides)
        // A null in the list, or before it, is equal to nobody knows what: then no row is kept, but where the list is empty.
        let (all, known) = (hiddenName("value"), hiddenName("value"))
        var counts = table
        try await add(
            "SELECT count(*) AS \(SQLQuote.name(all)), count(\(SQLQuote.name(name))) AS \(SQLQuote.name(known)) FROM input", to: &counts)
        try await join(.inner, counts, columns: [all, known], to: &rows, [])
        var own = translator(rows.pipeline.schema)
        own.text = key.expressionText
        let value = try own.translate(try Expression(parsing: own.text).root).text
        let condition = "(\(SQLQuote.name(all)) = 0 OR (\(value) IS NOT NULL AND \(SQLQuote.name(all)) = \(SQLQuote.name(known))))"
        try await add("SELECT * FROM input WHERE \(condition)", to: &rows.pipeline)
    }

    // MARK: EXISTS

    private func keep(whereExists tree: SelectTree, _ isNegated: Bool, _ rows: inout Rows, _ commons: Commons) async throws {
        let commons = commons.adding(tree.commons)
        guard tree.arms.count == 1, try tree.limit().map({ $0 > 0 }) ?? true, tree.arms[0].relations.count == 1, tree.arms[0].groups == nil,
            tree.arms[0].having == nil, !tree.arms[0].items.contains(where: { $0.contains { $0.isSymbol("(") } })
        else { throw LeftToSQLite("a sub-query in EXISTS") }
        let arm = tree.arms[0]
        var table = try await relation(arm.relations[0], commons)
        let scope = NameScope([NameScope.Member(name: arm.relations[0].name, table.schema)])
        var own: [[SQLToken]] = []
        var sides: [JoinSides] = []
        for part in arm.filter.map(Conditions.parts) ?? [] {
            if let local = isLocal(part, scope, table.schema) {
                own.append(local)
            } else {
                sides.append(try self.sides(part, scope, table, rows))
            }
        }
        guard !sides.isEmpty else { throw LeftToSQLite("a sub-query in EXISTS that is not about the row") }
        if let text = try condition(own, table.schema) { try await add("SELECT * FROM input WHERE \(text)", to: &table) }
        try await join(isNegated ? .anti : .semi, table, to: &rows, sides)
    }

    /// A condition on the rows of a sub-query alone, with their names; nil for any other.
    private func isLocal(_ part: [SQLToken], _ scope: NameScope, _ schema: Schema) -> [SQLToken]? {
        guard let resolved = try? scope.resolved(part), (try? condition([resolved], schema)) != nil else { return nil }
        return resolved
    }

    /// What of a sub-query's rows equals what of the rows around it.
    private func sides(_ part: [SQLToken], _ scope: NameScope, _ table: EnginePipeline, _ rows: Rows) throws -> JoinSides {
        guard let (left, right) = Conditions.equality(part) else { throw LeftToSQLite("a sub-query about the rows around it") }
        for (inner, outer) in [(left, right), (right, left)] {
            if let own = value(inner, scope, table.schema), let other = value(outer, rows.scope, rows.pipeline.schema),
                value(outer, scope, table.schema) == nil
            {
                return JoinSides(left: other, right: own)
            }
        }
        throw LeftToSQLite("a sub-query about the rows around it")
    }

    private func value(_ tokens: [SQLToken], _ scope: NameScope, _ schema: Schema) -> [SQLToken]? {
        guard let resolved = try? scope.resolved(tokens), let expression = try? Expression(parsing: resolved.expressionText) else {
            return nil
        }
        var own = translator(schema)
        own.text = resolved.expressionText
        return (try? own.translate(expression.root)) == nil ? nil : resolved
    }

    // MARK: Values

    /// Tokens with a column in the place of each sub-query that gives one value.
    private func withValues(_ tokens: [SQLToken], _ text: QueryText, _ rows: inout Rows, _ commons: Commons) async throws -> [SQLToken] {
        var result: [SQLToken] = []
        var index = 0
        while index < tokens.count {
            let rest = tokens[index...]
            guard tokens[index].isSymbol("("), let end = rest.closing(index), let inner = Self.select(in: rest[...end]) else {
                result.append(tokens[index])
                index += 1
                continue
            }
            if ["IN", "EXISTS"].contains(result.last?.keyword ?? "") { throw LeftToSQLite("a sub-query among alternatives") }
            var table = try await plan(try SelectTree(inner, in: text), commons)
            guard table.hasOneRow, table.schema.count == 1, let name = table.schema.names.first else {
                throw LeftToSQLite("a sub-query that may have several rows")
            }
            let hidden = hiddenName("value")
            try await add("SELECT \(SQLQuote.name(name)) AS \(SQLQuote.name(hidden)) FROM input", to: &table)
            try await join(.inner, table, columns: [hidden], to: &rows, [])
            result.append(
                SQLToken(kind: .quotedName, text: hidden, range: tokens[index].range.lowerBound..<tokens[end].range.upperBound))
            index = end + 1
        }
        return result
    }
}
