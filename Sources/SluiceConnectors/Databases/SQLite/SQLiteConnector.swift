package import SluiceCatalog
package import SluiceCore
package import SluicePipelines
import SluiceSQLite

/// Tables of SQLite databases: rows of a table, view or query as a source, a table as a sink.
package struct SQLiteConnector: PublishingConnector {
    static let name = "sqlite"

    package init() {}

    package var manual: ConnectorManual {
        ConnectorManual(
            name: Self.name, summary: "A table of a SQLite database.",
            sourceOptions: [Self.path, Self.table, DatabaseOptions.query, DatabaseOptions.columns, DatabaseOptions.cursor],
            sinkOptions: [
                Self.path, Self.targetTable, DatabaseMode.specification, DatabaseMode.keys, DatabaseMode.newColumns,
                SchemaContract.specification,
            ])
    }

    private static let path = OptionSpecification(
        name, .string, isRequired: true, "The database's file, relative to the definition; a sink makes it where it is missing.",
        examples: ["shop.db"])

    private static let table = OptionSpecification("table", .string, "The table or view to read.", examples: ["orders"])

    private static let targetTable = OptionSpecification(
        "table", .string, isRequired: true, "The table to write; it is made where it is missing.", examples: ["orders"])

    package func source(_ options: OptionValues, in context: ConnectorContext) async throws -> any Source {
        let path = try file(options, context)
        do throws(SluiceError) {
            return try SQLiteSource(path, try SourceSelection(options))
        } catch {
            throw error.located(at: options.location(of: options.has("query") ? "query" : options.has("table") ? "table" : Self.name))
        }
    }

    package func sink(_ options: OptionValues, in context: ConnectorContext) async throws -> any Sink {
        let path = try file(options, context)
        if let catalog = context.catalog, path == DatasetName.absolute(Catalog.databasePath(home: catalog.home), in: "") {
            throw options.invalid(Self.name, "\(path.quotedForMessage) is Sluice's own state", remedy: "write to another database")
        }
        let table = try options.require("table").string()
        guard !table.isEmpty, !table.lowercased().hasPrefix("sqlite_"), table.lowercased() != SQLiteTarget.marks else {
            throw options.invalid("table", "a table cannot be called \(table.quotedForMessage)", remedy: "choose another name")
        }
        return DatabaseSink(
            SQLiteTable(path: path, table: table), try DatabaseWrite(options), outbox: "\(context.home)/outbox/\(context.pipeline)")
    }

    package func target(_ settings: String, in catalog: Catalog) throws(SluiceError) -> any PublicationTarget { try SQLiteTarget(settings) }

    /// Absolute, since runs of other pipelines put rows there, too, from wherever they are started.
    private func file(_ options: OptionValues, _ context: ConnectorContext) throws(SluiceError) -> String {
        let text = try options.require(Self.name).string()
        guard !text.isEmpty, !text.contains("\0") else {
            throw options.invalid(Self.name, "no path of a database", remedy: "for example: sqlite: shop.db")
        }
        return DatasetName.absolute(text, in: context.directory)
    }
}
