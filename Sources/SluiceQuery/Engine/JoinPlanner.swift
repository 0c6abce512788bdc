import SluiceCore
import SluiceExpressions
import SluicePipelines

/// One table of FROM on its way into a join.
struct Relation {
    let item: JoinedRelation
    let index: Int
    var pipeline: EnginePipeline
    /// The columns that a query can name.
    let columns: [String]
    /// Put before the columns' names in the joined rows.
    var prefix = ""

    init(_ item: JoinedRelation, _ pipeline: EnginePipeline, at index: Int) {
        self.item = item
        self.index = index
        self.pipeline = pipeline
        columns = pipeline.schema.names
    }

    var name: String { item.name }
    /// Its name in the joined rows' column names.
    var label: String { name.isEmpty ? "table \(index + 1)" : name }
}

/// Joins the tables of a SELECT by the columns that are equal.
///
/// The table with most rows is read, and the others are looked up in it, the smallest first. With outer joins, tables are joined in the order in
/// which they are written.
struct JoinPlanner {
    /// A part of a condition, with the columns' names in the joined rows.
    struct Part {
        var tokens: [SQLToken]
        /// Places in FROM.
        var tables: Set<Int>
    }

    let planner: EnginePlanner
    var relations: [Relation]
    /// Conditions that are not yet applied.
    var parts: [Part] = []
    private let filters: [[SQLToken]]
    private var merged: Set<String> = []

    init(_ planner: EnginePlanner, _ relations: [Relation], _ filters: [[SQLToken]]) {
        self.planner = planner
        self.relations = relations
        self.filters = filters
    }

    mutating func joined() async throws -> EnginePlanner.Rows {
        let isInner = relations.allSatisfy { $0.item.kind == .inner }
        let first = isInner ? largest() : isBetterSwapped ? 1 : 0
        name(from: first)
        let scope = try self.scope()
        parts = try filters.map { try part($0, scope) }
        return isInner ? try await inner(from: first, scope) : try await inOrder(from: first, scope)
    }

    private func largest() -> Int {
        relations.indices.max { relations[$0].pipeline.rowCount < relations[$1].pipeline.rowCount } ?? 0
    }

    /// Whether the first join keeps rows of a small table and looks them up in a large one.
    private var isBetterSwapped: Bool {
        relations[1].item.kind == .left && relations[1].item.using.isEmpty
            && relations[1].pipeline.rowCount > 4 * relations[0].pipeline.rowCount
    }

    // MARK: Names

    /// Tables beside the first whose columns are called like others get a prefix.
    private mutating func name(from first: Int) {
        for index in relations.indices where index != first {
            let others = relations.indices.filter { $0 != index }.flatMap { relations[$0].columns }
            if !Set(relations[index].columns).isDisjoint(with: others) { relations[index].prefix = relations[index].label + "." }
        }
        // Two tables of one name are told apart by their places.
        for index in relations.indices where !relations[index].prefix.isEmpty {
            if relations.indices.contains(where: { $0 != index && relations[$0].prefix == relations[index].prefix }) {
                relations[index].prefix = "\(relations[index].label) \(index + 1)."
            }
        }
    }

    private func member(_ index: Int) -> NameScope.Member {
        let relation = relations[index]
        return NameScope.Member(
            name: relation.name,
            columns: relation.columns.map {
                NameScope.Column(name: $0, inner: relation.prefix + $0, isMerged: merged.contains("\(index)\n\(SQLColumn.folded($0))"))
            })
    }

    /// All tables' names; conditions of ON and USING are read on the way.
    private mutating func scope() throws -> NameScope {
        for index in relations.indices {
            for column in relations[index].item.using { merged.insert("\(index)\n\(SQLColumn.folded(column))") }
        }
        let all = relations.flatMap { relation in relation.columns.map { relation.prefix + $0 } }
        guard Set(all).count == all.count else { throw LeftToSQLite("columns of one name") }
        return NameScope(relations.indices.map(member))
    }

    private func part(_ tokens: [SQLToken], _ scope: NameScope) throws -> Part {
        guard let tables = try scope.tables(in: tokens) else { throw LeftToSQLite("a name that is no column") }
        return Part(tokens: try scope.resolved(tokens), tables: tables)
    }

    /// Conditions of a table's ON and USING.
    func conditions(_ index: Int, _ scope: NameScope) throws -> [Part] {
        let relation = relations[index]
        var found = relation.item.condition.isEmpty ? [] : try Conditions.parts(relation.item.condition).map { try part($0, scope) }
        for column in relation.item.using {
            let earlier = (0..<index).filter { earlier in
                scope.members[earlier].columns.contains { own in !own.isMerged && Self.same(own.name, column) }
            }
            guard earlier.count == 1, let left = scope.members[earlier[0]].columns.first(where: { Self.same($0.name, column) }),
                let right = scope.members[index].columns.first(where: { Self.same($0.name, column) })
            else { throw LeftToSQLite("USING") }
            found.append(
                Part(
                    tokens: [Self.quoted(left.inner), SQLToken(kind: .symbol, text: "=", range: 0..<0), Self.quoted(right.inner)],
                    tables: [earlier[0], index]))
        }
        return found
    }

    private static func same(_ left: String, _ right: String) -> Bool { SQLColumn.folded(left) == SQLColumn.folded(right) }
    static func quoted(_ name: String) -> SQLToken { SQLToken(kind: .quotedName, text: name, range: 0..<0) }

    // MARK: Inner joins

    private mutating func inner(from first: Int, _ scope: NameScope) async throws -> EnginePlanner.Rows {
        for index in relations.indices { parts += try conditions(index, scope) }
        for index in relations.indices { try await filterAlone(index) }
        var rows = start(first)
        var waiting = Set(relations.indices).subtracting([first])
        while !waiting.isEmpty {
            let known = Set(rows.members.keys)
            let linked = waiting.filter { index in relations[index].pipeline.hasOneRow || parts.contains { keys($0, known, index) != nil } }
            let next = linked.min { (relations[$0].pipeline.rowCount, $0) < (relations[$1].pipeline.rowCount, $1) }
            guard let next else { throw LeftToSQLite("tables without equal columns") }
            try await join(.inner, next, to: &rows, takeKeys(known, next))
            waiting.remove(next)
            try await filterKnown(&rows)
        }
        try await filterRest(&rows)
        return rows
    }

    func start(_ index: Int) -> EnginePlanner.Rows {
        EnginePlanner.Rows(pipeline: relations[index].pipeline, members: [index: member(index)])
    }

    /// The two sides of a part that says what of a table equals what of those that are joined.
    private func keys(_ part: Part, _ known: Set<Int>, _ index: Int) -> JoinSides? {
        guard part.tables.contains(index), part.tables.count > 1, part.tables.subtracting([index]).isSubset(of: known),
            let (left, right) = Conditions.equality(part.tokens)
        else { return nil }
        let (a, b) = (tables(left), tables(right))
        if b == [index], !a.isEmpty, !a.contains(index) { return JoinSides(left: left, right: right) }
        if a == [index], !b.isEmpty, !b.contains(index) { return JoinSides(left: right, right: left) }
        return nil
    }

    private func tables(_ tokens: [SQLToken]) -> Set<Int> {
        var found: Set<Int> = []
        for token in tokens where token.kind == .quotedName {
            for relation in relations where relation.columns.contains(where: { relation.prefix + $0 == token.text }) {
                found.insert(relation.index)
            }
        }
        return found
    }

    /// All equalities between a table and those that are joined; they count as applied.
    mutating func takeKeys(_ known: Set<Int>, _ index: Int) -> [JoinSides] {
        let found = parts.map { ($0, keys($0, known, index)) }
        parts = found.filter { $0.1 == nil }.map(\.0)
        return found.compactMap(\.1)
    }

    // MARK: Conditions

    /// Applies conditions on one table before it is joined.
    mutating func filterAlone(_ index: Int) async throws {
        let own = parts.filter { $0.tables == [index] }
        parts.removeAll { $0.tables == [index] }
        try await filter(own.map(\.tokens), alone: index)
    }

    func local(_ tokens: [SQLToken], _ index: Int) -> [SQLToken] {
        let prefix = relations[index].prefix
        return tokens.map { token in
            guard token.kind == .quotedName, !prefix.isEmpty, token.text.hasPrefix(prefix) else { return token }
            return SQLToken(kind: .quotedName, text: String(token.text.dropFirst(prefix.count)), range: token.range)
        }
    }

    mutating func filter(_ conditions: [[SQLToken]], alone index: Int) async throws {
        let schema = relations[index].pipeline.schema
        guard let text = try planner.condition(conditions.map { local($0, index) }, schema) else { return }
        try await planner.add("SELECT * FROM input WHERE \(text)", to: &relations[index].pipeline)
        relations[index].pipeline.rowCount = max(1, relations[index].pipeline.rowCount * 0.3)
    }

    /// Applies conditions whose tables are all joined.
    mutating func filterKnown(_ rows: inout EnginePlanner.Rows) async throws {
        let known = Set(rows.members.keys)
        let own = parts.filter { !$0.tables.isEmpty && $0.tables.isSubset(of: known) }
        parts.removeAll { !$0.tables.isEmpty && $0.tables.isSubset(of: known) }
        try await apply(own, &rows)
    }

    mutating func filterRest(_ rows: inout EnginePlanner.Rows) async throws {
        try await apply(parts, &rows)
        parts = []
    }

    func apply(_ parts: [Part], _ rows: inout EnginePlanner.Rows) async throws {
        guard let text = try planner.condition(parts.map(\.tokens), rows.pipeline.schema) else { return }
        try await planner.add("SELECT * FROM input WHERE \(text)", to: &rows.pipeline)
    }

    /// Joins a table to rows.
    func join(_ kind: JoinKind, _ index: Int, to rows: inout EnginePlanner.Rows, _ sides: [JoinSides]) async throws {
        let relation = relations[index]
        let local = sides.map { JoinSides(left: $0.left, right: self.local($0.right, index)) }
        try await planner.join(kind, relation.pipeline, columns: relation.columns, prefix: relation.prefix, to: &rows, local)
        rows.members[index] = member(index)
    }
}
