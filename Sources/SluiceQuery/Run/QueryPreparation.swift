import GRDBSQLite
import SluiceCore
import SluiceExpressions
import SluicePipelines

/// Finds the tables of a query and decides who answers it.
final class QueryPreparation {
    let statement: QueryStatement
    let resolver: TableResolver
    let options: QueryOptions
    let session: SQLiteSession
    /// Tables that were opened, by how they are named.
    private var opened: [String: QueryTable] = [:]

    init(_ statement: QueryStatement, _ resolver: TableResolver, _ options: QueryOptions, _ session: SQLiteSession) {
        self.statement = statement
        self.resolver = resolver
        self.options = options
        self.session = session
    }

    /// Who answers, and how.
    enum Path {
        case engine(EnginePipeline, EngineSetting)
        case sqlite(StatementRows, reason: String, select: String)
    }

    func prepare() async throws -> Path {
        let path = try await chosen()
        try checkColumnTypes()
        return path
    }

    /// Columns whose types are declared are there.
    private func checkColumnTypes() throws(SluiceError) {
        let files = opened.values.filter { $0.kind == "files" }
        let names = files.flatMap(\.schema.names)
        if files.isEmpty { return }
        for (name, node) in resolver.columnTypes where !names.contains(name) {
            throw SluiceError(
                .unknownColumn, "no file of the query has a column \(name.quotedForMessage)", at: node.keyLocation,
                remedy: Suggestion.remedy(for: name, in: names, noun: "columns"))
        }
    }

    private func chosen() async throws -> Path {
        var reason = "it was asked for"
        if options.path == .auto {
            do {
                return try await engine()
            } catch let left as LeftToSQLite {
                reason = left.reason
            }
        }
        let (rows, select) = try await rows(reason)
        return .sqlite(rows, reason: reason, select: select)
    }

    private func planner() async throws -> (EnginePlanner, EngineSetting) {
        let setting = EngineSetting(
            resolver: resolver, options: options, figures: session.figures, text: statement.written.text)
        let planner = EnginePlanner(setting, functions: try await functions()) { [self] reference in try await open(reference) }
        return (planner, setting)
    }

    private func engine() async throws -> Path {
        let tree = try SelectTree(statement.selectTokens, in: statement.text)
        let (planner, setting) = try await planner()
        do {
            return .engine(try await planner.plan(tree), setting)
        } catch let error as ExpressionError {
            throw LeftToSQLite(error.message)
        }
    }

    private func functions() async throws -> Set<String> {
        try await session.thread.run { [session] in
            let statement = try session.prepare("SELECT DISTINCT lower(name) FROM pragma_function_list")
            defer { sqlite3_finalize(statement) }
            var names: Set<String> = []
            while try session.step(statement) { names.insert(SQLValue.value(statement, 0).description) }
            return names
        }
    }

    private func open(_ reference: TableReference) async throws -> QueryTable {
        let key = "\(reference.database ?? "")\n\(reference.name)\n\(reference.isQuoted)"
        if let table = opened[key] { return table }
        let table = try await resolver.table(reference, in: statement.text)
        opened[key] = table
        return table
    }

    // MARK: SQLite

    /// The statement, prepared; tables are opened as SQLite finds them missing.
    private func rows(_ reason: String) async throws -> (StatementRows, select: String) {
        let select = try await share()
        let isCompound = statement.selectTokens.contains { ["UNION", "INTERSECT", "EXCEPT"].contains($0.keyword ?? "") }
        var missing: Set<TableReference> = []
        while true {
            do {
                let rows = try await session.thread.run { [session, keptBytes = options.keptResultBytes] in
                    StatementRows(session, try session.prepare(select), trustsDeclarations: !isCompound, keptBytes: keptBytes)
                }
                return (rows, select)
            } catch let mistake as SQLiteMistake {
                guard let reference = reference(mistake), missing.insert(reference).inserted else {
                    throw SQLiteMessages(statement, session.tables).error(mistake, reason: reason)
                }
                let table = fitting(try await open(reference))
                try await session.thread.run { [session] in try session.add(table, database: reference.database, name: reference.name) }
            }
        }
    }

    /// A table with the columns that the query names, where all of them are more than SQLite takes. A `*` that may mean all leaves it as it is.
    private func fitting(_ table: QueryTable) -> QueryTable {
        guard table.columns.count > QueryLimits.columns, !statement.text.tokens.mayMeanAllColumns else { return table }
        return QueryTable(table, keeping: Set(statement.text.tokens.filter(\.isName).map { SQLColumn.folded($0.text) }))
    }

    /// The SELECT for SQLite, which reads what the engine computes as tables.
    private func share() async throws -> String {
        guard options.path == .auto else { return statement.select }
        let (planner, setting) = try await planner()
        if let grouped = try await grouped(planner, setting) { return grouped }
        var share = EngineShare(statement)
        try await share.find(planner)
        for part in share.parts { try await add(part.pipeline, part.name, setting) }
        return share.select
    }

    /// A SELECT over what the engine groups; nil where SQLite does not take it.
    private func grouped(_ planner: EnginePlanner, _ setting: EngineSetting) async throws -> String? {
        do {
            let share = try await GroupShare(statement, planner)
            try await add(share.pipeline, GroupShare.name, setting)
            try await session.thread.run { [session] in _ = sqlite3_finalize(try session.prepare(share.select)) }
            return share.select
        } catch is LeftToSQLite {
            return nil
        } catch is ExpressionError {
            return nil
        } catch is SQLiteMistake {
            return nil
        }
    }

    private func add(_ pipeline: EnginePipeline, _ name: String, _ setting: EngineSetting) async throws {
        let rows = Int64(pipeline.rowCount)
        let table = QueryTable(
            PartSource(pipeline, setting), label: name, kind: QueryTable.partKind, rowCount: rows, byteCount: rows)
        try await session.thread.run { [session] in try session.add(table, database: nil, name: name) }
    }

    private static let noTable = "no such table: "

    private func reference(_ mistake: SQLiteMistake) -> TableReference? {
        guard mistake.message.hasPrefix(Self.noTable) else { return nil }
        return TableReference(missing: String(mistake.message.dropFirst(Self.noTable.count)), in: statement.text)
    }
}

extension [SQLToken] {
    /// Whether there is a `*` in a list of columns, or a NATURAL JOIN, which compares all of them.
    fileprivate var mayMeanAllColumns: Bool {
        indices.contains { index in
            if self[index].keyword == "NATURAL" { return true }
            guard self[index].isSymbol("*"), index > 0 else { return false }
            let before = self[index - 1]
            return ["SELECT", "DISTINCT", "ALL"].contains(before.keyword ?? "") || before.isSymbol(",") || before.isSymbol(".")
        }
    }
}
