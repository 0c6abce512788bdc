import SluiceCatalog
package import SluiceConnectors
package import SluiceCore
package import SluiceEngine
package import SluicePipelines

/// A query whose tables are open and whose columns are known.
package final class PreparedQuery: Sendable {
    /// Where the rows go.
    package enum Target: Sendable {
        /// To whoever shows them, in order.
        case rows(ResultSink)
        /// Into one file, or to standard output as `-`; the options are those of a conversion's output.
        case file(String, replaces: Bool, options: [(String, DefinitionNode)])
    }

    let statement: QueryStatement
    let runner: QueryRunner
    let session: SQLiteSession
    let path: QueryPreparation.Path
    /// Of the result; empty where SQLite's answer is only to be explained.
    package let schema: Schema
    /// What a person should know before: how types were found, and what SQLite computes otherwise than the engine.
    package let notices: [String]

    /// When it was begun.
    let start: ContinuousClock.Instant

    init(_ statement: QueryStatement, _ runner: QueryRunner, _ session: SQLiteSession, start: ContinuousClock.Instant, explains: Bool)
        async throws
    {
        self.start = start
        self.statement = statement
        self.runner = runner
        self.session = session
        path = try await QueryPreparation(statement, runner.resolver, runner.options, session).prepare()
        switch path {
        case .engine(let pipeline, _):
            schema = pipeline.schema
            notices = pipeline.table.source.notices
        case .sqlite(let rows, _, _):
            do {
                if !explains { try await session.thread.run { try rows.open() } }
            } catch {
                await session.thread.finish { rows.close() }
                throw error
            }
            schema = rows.schema
            notices = session.tables.flatMap(\.source.notices) + Self.decimalNotices(session)
        }
    }

    /// SQLite has no decimals: what it computes of them is not exact.
    private static func decimalNotices(_ session: SQLiteSession) -> [String] {
        let names = session.readColumns.filter { table, column in
            guard case .decimal(_, let scale) = table.columns[column].field.type else { return false }
            return scale > 0
        }.map { "\($0.label).\($0.columns[$1].name)" }
        guard let first = names.first else { return [] }
        let what = names.count == 1 ? "\(first) is a decimal, which" : "\(first) and \(names.count - 1) more columns are decimals, which"
        return [
            "\(what) SQLite computes with as a floating-point number of 15 digits; the engine, which is exact, does not answer this query"
        ]
    }

    /// Whether rows go into a table, and which.
    package var writtenTable: String? {
        switch statement.action {
        case .read, .createView: nil
        case .create(let table, _), .insert(let table, _): table
        }
    }

    /// Whether the query is a SELECT, which changes nothing.
    package var isReading: Bool { statement.action == .read }

    /// The view that the query is to become, by CREATE VIEW.
    package var writtenView: WrittenView? {
        guard case .createView(let name, let replaces, let ifMissing) = statement.action else { return nil }
        return WrittenView(name: name, replaces: replaces, ifMissing: ifMissing)
    }

    /// What CREATE VIEW says beside the SELECT.
    package struct WrittenView: Hashable, Sendable {
        package var name: String
        /// OR REPLACE.
        package var replaces: Bool
        /// IF NOT EXISTS.
        package var ifMissing: Bool
    }

    func close() async {
        if case .sqlite(let rows, _, _) = path { await session.thread.finish { rows.close() } }
    }

    // MARK: Running

    /// Reads, and gives the rows to `target`.
    package func run(into target: Target, progress: RunProgress = RunProgress()) async throws -> QuerySummary {
        var connectors = sourceConnectors
        let sink: EndDefinition
        switch target {
        case .rows(let rows):
            connectors.append(OpenedConnector(name: "result", openedSink: rows))
            sink = EndDefinition(connector: "result", options: OptionValues([]))
        case .file(let path, let replaces, let options):
            let spooled = try SpooledInputs([], directory: "/tmp")
            connectors += ConnectorRegistry.conversion(spooled).connectors.filter { $0.name == "output" }
            sink = EndDefinition(
                connector: "output", options: OptionValues([("output", .text(path)), ("replace", .boolean(replaces))] + options))
        }
        let plan = try await plan("query", to: sink, steps: [], connectors)
        let conversion = ConversionRunner(streams: runner.resolver.streams, options: RunOptions(width: runner.options.width))
        let summary = try await conversion.run(plan, deadLetters: "query.dead-letters.jsonl", progress: progress)
        return QuerySummary(summary, self)
    }

    /// The pipeline that reads the answer, planned.
    ///
    /// - Parameter steps: Behind those of the query.
    func plan(_ name: String, to sink: EndDefinition, steps: [any StepDefinition], _ connectors: [any Connector]) async throws
        -> LogicalPlan
    {
        switch path {
        case .engine(let pipeline, let setting):
            return try await setting.plan(pipeline, name: name, then: steps, to: sink, connectors)
        case .sqlite:
            let source = EndDefinition(connector: "query", options: OptionValues([("query", .text(statement.select))]))
            let definition = PipelineDefinition(
                name: name, source: source, steps: steps, sink: sink, onError: runner.options.onError, text: statement.written.text,
                directory: runner.resolver.directory)
            let setting = EngineSetting(
                resolver: runner.resolver, options: runner.options, figures: session.figures, text: statement.written.text)
            return try await Planner.plan(definition, in: setting.context(connectors))
        }
    }

    /// Connectors of what is read.
    var sourceConnectors: [any Connector] {
        switch path {
        case .engine(let pipeline, let setting): setting.connectors(of: pipeline)
        case .sqlite(let rows, _, _): [OpenedConnector(name: "query", openedSource: StatementSource(session, rows))]
        }
    }

    var isOfEngine: Bool { if case .engine = path { true } else { false } }

    /// Rows, stored bytes and rejected records of the tables that SQLite has read, or that the engine has read beside the first one.
    var sideCounts: QueryFigures.Counts { session.figures.current }
}
