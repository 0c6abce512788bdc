package import SluiceCatalog
import SluiceCore
package import SluiceEngine
import SluicePipelines

extension PreparedQuery {
    /// Writes the rows as files of a table and registers them, in one commit: `CREATE TABLE … AS` and `INSERT INTO`.
    ///
    /// - Returns: The run, and nil where the table was there already and is to be left as it is.
    /// - Throws: `notFound` or `alreadyExists`, placed at the table's name; what a run throws.
    package func land(in catalog: Catalog, progress: RunProgress = RunProgress()) async throws -> RunSummary? {
        let options: [(String, DefinitionNode)]
        var steps: [any StepDefinition] = []
        let name: TableName
        switch statement.action {
        case .read, .createView: preconditionFailure("a query that only reads writes no table")
        case .create(let table, let ifMissing):
            name = try placed { () throws(SluiceError) in try TableName(parsing: table) }
            if try catalog.findTable(name) != nil {
                if ifMissing { return nil }
                throw SluiceError(
                    .alreadyExists, "table \(name) exists already", at: targetPlace,
                    remedy: "INSERT INTO adds rows to it; CREATE TABLE IF NOT EXISTS leaves it as it is")
            }
            options = Self.createdOptions(runner.options.tableOptions)
        case .insert(let table, let columns):
            name = try placed { () throws(SluiceError) in try TableName(parsing: table) }
            let definition = try placed { () throws(SluiceError) in try catalog.table(name).definition }
            guard !definition.isView else {
                throw SluiceError(
                    .invalidOption, "\(name) is a view, and rows go into tables", at: targetPlace,
                    remedy: "name a table; CREATE TABLE … AS SELECT makes one")
            }
            steps = [try InsertedColumns(schema, into: definition, columns, at: targetPlace).step()]
            options = try Self.insertedOptions(definition)
        }
        let sink = EndDefinition(connector: "table", options: OptionValues([("table", .text(name.description))] + options))
        let pipeline = "query-\(name.database)-\(name.table)"
        var connectors = sourceConnectors
        // A table that is read and one that is written go through the same connector.
        if let standard = runner.resolver.connectors["table"], let place = connectors.firstIndex(where: { $0.name == "table" }) {
            connectors[place] = TableEnds(read: connectors[place], written: standard)
        }
        let plan = try await plan(pipeline, to: sink, steps: steps, connectors)
        let engine = PipelineRunner(
            catalog: catalog, streams: runner.resolver.streams, home: runner.resolver.home, options: RunOptions(width: runner.options.width)
        )
        return try await engine.run(plan, progress: progress)
    }

    private var targetPlace: SourceLocation { statement.text.location(statement.text.tokens[statement.target].range.lowerBound) }

    private func placed<Result>(_ body: () throws(SluiceError) -> Result) throws(SluiceError) -> Result {
        do throws(SluiceError) {
            return try body()
        } catch {
            throw error.located(at: targetPlace)
        }
    }

    private static func createdOptions(_ given: [(String, DefinitionNode)]) -> [(String, DefinitionNode)] {
        given.contains { $0.0 == "format" } ? given : given + [("format", .text("parquet"))]
    }

    /// As the table's other files are written.
    private static func insertedOptions(_ definition: TableDefinition) throws(SluiceError) -> [(String, DefinitionNode)] {
        var options: [(String, DefinitionNode)] = [("mode", .text("append")), ("format", .text(definition.format))]
        if !definition.formatOptions.isEmpty {
            options.append(("options", .mapping(definition.formatOptions.sorted { $0.key < $1.key }.map { ($0.key, node($0.value)) })))
        }
        if !definition.partitionKeys.isEmpty { options.append(("partition_by", .list(definition.partitionKeys.map { .text($0.name) }))) }
        if let compression = definition.parameters["compression"] { options.append(("compression", .text(compression))) }
        return options
    }

    /// A text of the catalog as a definition has it.
    private static func node(_ text: String) -> DefinitionNode { DefinitionNode(.scalar(text, .plain)) }
}

/// The connector of tables, for a query that reads one and writes another.
private struct TableEnds: Connector {
    let read: any Connector
    let written: any Connector

    var manual: ConnectorManual {
        ConnectorManual(
            name: "table", summary: written.manual.summary, sourceOptions: read.manual.sourceOptions,
            sinkOptions: written.manual.sinkOptions)
    }
    func source(_ options: OptionValues, in context: ConnectorContext) async throws -> any Source {
        try await read.source(options, in: context)
    }
    func sink(_ options: OptionValues, in context: ConnectorContext) async throws -> any Sink {
        try await written.sink(options, in: context)
    }
}
