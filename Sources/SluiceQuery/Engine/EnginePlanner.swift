import SluiceCore
import SluiceExpressions
import SluicePipelines

/// Plans a query for the engine, or says what in it is left to SQLite.
///
/// A SELECT becomes a pipeline: the first table is read, other tables are joined to it by equal columns, sub-queries in conditions become joins,
/// and a statement of the step `sql` makes the result. A SELECT in FROM, a common table expression and a SELECT of a UNION are pipelines of
/// their own, which run while the first one reads them.
final class EnginePlanner {
    let setting: EngineSetting
    /// Names of SQLite's functions, in lower case.
    let functions: Set<String>
    private let open: (TableReference) async throws -> QueryTable
    /// Columns that joins and sub-queries need and the query does not name.
    private var hiddenCount = 0

    init(_ setting: EngineSetting, functions: Set<String>, open: @escaping (TableReference) async throws -> QueryTable) {
        self.setting = setting
        self.functions = functions
        self.open = open
    }

    /// Common table expressions that may be named.
    struct Commons {
        private indirect enum Entry {
            case known(SelectTree.Common, Commons)
            /// Of this WITH, and not before the place in question.
            case later
        }

        private var entries: [String: Entry] = [:]

        /// Those of a WITH as well.
        func adding(_ commons: [SelectTree.Common]) -> Commons {
            var all = self
            for common in commons { all.entries[SQLColumn.folded(common.name)] = .later }
            for common in commons { all.entries[SQLColumn.folded(common.name)] = .known(common, all) }
            return all
        }

        /// - Throws: `LeftToSQLite` for a name that is only known later, or by itself.
        func find(_ name: String) throws -> (common: SelectTree.Common, scope: Commons)? {
            switch entries[SQLColumn.folded(name)] {
            case .known(let common, let scope): return (common, scope)
            case .later: throw LeftToSQLite("a recursive expression")
            case nil: return nil
            }
        }
    }

    /// Rows of the engine and what their columns are called.
    struct Rows {
        var pipeline: EnginePipeline
        /// Tables by their places in FROM.
        var members: [Int: NameScope.Member]

        var scope: NameScope { NameScope(members.sorted { $0.key < $1.key }.map(\.value)) }
    }

    // MARK: SELECT

    /// - Throws: `LeftToSQLite`, or what opening a table throws.
    func plan(_ tree: SelectTree, _ outer: Commons = Commons()) async throws -> EnginePipeline {
        let commons = outer.adding(tree.commons)
        let limit = try tree.limit()
        guard tree.arms.count > 1 else { return try await plan(tree.arms[0], order: tree.order, limit: limit, commons) }
        var pipeline = try await union(tree.arms, commons)
        let distinct = tree.isUnionDistinct ? "DISTINCT " : ""
        if tree.order != nil || limit != nil || tree.isUnionDistinct {
            let scope = NameScope([NameScope.Member(name: "", pipeline.schema)])
            var select = EngineSelect(nil, scope, translator(pipeline.schema))
            let ending = try select.ending(order: tree.order, limit: limit)
            try await add("SELECT \(distinct)* FROM input\(ending)", to: &pipeline)
        }
        return pipeline
    }

    func plan(_ arm: SelectArm, order: [SQLToken]? = nil, limit: Int? = nil, _ commons: Commons) async throws -> EnginePipeline {
        if arm.hasWindows { throw LeftToSQLite("a window function") }
        var arm = arm
        var (rows, filters) = try await rows(of: &arm, commons)
        let schema = rows.pipeline.schema
        let filter = try condition(filters.map { try rows.scope.resolved($0) }, schema)
        var select = EngineSelect(arm, rows.scope, translator(schema))
        let hasFilter = filter != nil
        try await add(try select.written(filter: filter, order: order, limit: limit), to: &rows.pipeline)
        rows.pipeline.hasOneRow = select.makesOneRow
        rows.pipeline.rowCount = Self.estimate(rows.pipeline.rowCount, arm, hasFilter: hasFilter, makesOneRow: select.makesOneRow, limit)
        return rows.pipeline
    }

    private static func estimate(_ rows: Double, _ arm: SelectArm, hasFilter: Bool, makesOneRow: Bool, _ limit: Int?) -> Double {
        if makesOneRow { return 1 }
        var count = rows * (hasFilter ? 0.3 : 1)
        if arm.groups != nil || arm.isDistinct { count /= 10 }
        return max(1, min(count, limit.map(Double.init) ?? count))
    }

    /// What FROM says, joined, with what sub-queries in conditions say; and conditions that are still to be applied.
    private func rows(of arm: inout SelectArm, _ commons: Commons) async throws -> (Rows, [[SQLToken]]) {
        let parts = arm.filter.map(Conditions.parts) ?? []
        var relations: [Relation] = []
        for item in arm.relations { relations.append(Relation(item, try await relation(item, commons), at: relations.count)) }
        let queries = parts.filter { $0.contains { $0.keyword == "SELECT" } }
        let plain = parts.filter { part in !part.contains { $0.keyword == "SELECT" } }
        let asksInList = arm.asksInList
        if relations.count == 1 {
            let only = relations[0]
            var rows = Rows(pipeline: only.pipeline, members: [0: NameScope.Member(name: only.name, only.pipeline.schema)])
            if queries.isEmpty, !asksInList { return (rows, plain) }
            try await keep(plain, of: &rows)
            try await answer(queries, &arm, &rows, commons)
            return (rows, [])
        }
        var joining = JoinPlanner(self, relations, plain)
        var rows = try await joining.joined()
        if !queries.isEmpty || asksInList { try await answer(queries, &arm, &rows, commons) }
        return (rows, [])
    }

    /// The rows of one table of FROM.
    func relation(_ item: JoinedRelation, _ commons: Commons) async throws -> EnginePipeline {
        switch item.origin {
        case .tree(let tree): return try await plan(tree, commons)
        case .table(let reference):
            guard reference.database == nil, let (common, scope) = try commons.find(reference.name) else {
                return EnginePipeline(try await open(reference))
            }
            var pipeline = try await plan(common.tree, scope)
            if !common.columns.isEmpty {
                guard common.columns.count == pipeline.schema.count else { throw LeftToSQLite("the columns of \(common.name)") }
                let list = zip(pipeline.schema.names, common.columns).map { "\(SQLQuote.name($0)) AS \(SQLQuote.name($1))" }
                try await add("SELECT \(list.joined(separator: ", ")) FROM input", to: &pipeline)
            }
            return pipeline
        }
    }

    /// Rows of several SELECTs, one behind the other.
    private func union(_ arms: [SelectArm], _ commons: Commons) async throws -> EnginePipeline {
        var pipeline = try await plan(arms[0], commons)
        var others: [EnginePipeline] = []
        for arm in arms.dropFirst() { others.append(try await plan(arm, commons)) }
        let all = [pipeline] + others
        guard all.allSatisfy({ $0.schema.count == pipeline.schema.count }) else { throw LeftToSQLite("a UNION of different columns") }
        let names = pipeline.schema.names
        let types = try names.indices.map { column in
            try all.dropFirst().reduce(pipeline.schema.fields[column].type) { try KeyTypes.common($0, $1.schema.fields[column].type) }
        }
        try await bring(&pipeline, to: names, types)
        for var other in others {
            try await bring(&other, to: names, types)
            let step = try UnionStep(from: part(other))
            pipeline.rowCount += other.rowCount
            try await pipeline.add(step, in: context(pipeline))
        }
        return pipeline
    }

    private func bring(_ pipeline: inout EnginePipeline, to names: [String], _ types: [DataType]) async throws {
        if pipeline.schema.names == names, pipeline.schema.fields.map(\.type) == types { return }
        let list = zip(pipeline.schema.fields, zip(names, types)).map { field, wanted in
            let name = SQLQuote.name(field.name)
            return "\(field.type == wanted.1 ? name : "CAST(\(name) AS \(wanted.1))") AS \(SQLQuote.name(wanted.0))"
        }
        try await add("SELECT \(list.joined(separator: ", ")) FROM input", to: &pipeline)
    }

    // MARK: Steps

    func context(_ pipeline: EnginePipeline) -> PlanContext { setting.context(setting.connectors(of: pipeline)) }
    func translator(_ schema: Schema) -> EngineTranslator { EngineTranslator(schema: schema, functions: functions) }

    func add(_ statement: String, to pipeline: inout EnginePipeline) async throws {
        try await pipeline.add(statement, in: context(pipeline))
    }

    /// A pipeline as what a step reads.
    func part(_ pipeline: EnginePipeline) -> DefinitionNode {
        let source: any Source =
            pipeline.steps.isEmpty
            ? CountedSource(source: pipeline.table.source, figures: setting.figures) : PartSource(pipeline, setting)
        return setting.parts.add(source, of: pipeline.table)
    }

    /// Keeps the rows for which all conditions are true.
    func keep(_ parts: [[SQLToken]], of rows: inout Rows) async throws {
        let scope = rows.scope
        guard let text = try condition(parts.map { try scope.resolved($0) }, rows.pipeline.schema) else { return }
        try await add("SELECT * FROM input WHERE \(text)", to: &rows.pipeline)
        rows.pipeline.rowCount = max(1, rows.pipeline.rowCount * 0.3)
    }

    /// Conditions in Sluice's words; nil where there are none.
    ///
    /// - Parameter parts: With the columns' names in the engine's rows.
    func condition(_ parts: [[SQLToken]], _ schema: Schema) throws -> String? {
        if parts.isEmpty { return nil }
        return try parts.map { part in
            var own = translator(schema)
            own.text = part.expressionText
            return try own.condition(try Expression(parsing: own.text).root)
        }.joined(separator: " AND ")
    }

    /// A name for a column that the query does not see.
    func hiddenName(_ what: String) -> String {
        hiddenCount += 1
        return "\(what) #\(hiddenCount)"
    }
}

extension SelectArm {
    /// Whether the list has sub-queries.
    fileprivate var asksInList: Bool { items.contains { $0.contains { $0.keyword == "SELECT" } } }
}
