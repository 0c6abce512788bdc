import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluiceEngine
import SluiceLog
import SluicePipelines
import SluiceQuery

/// Asks tables of the catalog in SQL, for runs that need a figure or a few values.
struct TableQuery: Sendable {
    private let runner: QueryRunner

    /// - Throws: `notOffered` in a server without connectors.
    init(_ home: GlueHome, _ purpose: String) throws(SluiceError) {
        let context = try TableReading(home).context(purpose)
        let resolver = TableResolver(
            catalog: home.catalog, streams: context.connection.streams, directory: context.connection.directory,
            home: context.connection.home, connectors: context.connectors)
        runner = QueryRunner(resolver: resolver, options: QueryOptions(width: Machine.coreCount))
    }

    /// The rows of a result, which has to be small: they are in memory.
    func rows(_ text: String) async throws -> [Batch] {
        let rows = CollectedRows()
        try await runner.withQuery(text) { query in _ = try await query.run(into: .rows(rows.sink)) }
        return rows.rows.filter { $0.rowCount > 0 }
    }

    static func quoted(_ name: String) -> String { "\"" + name.replacing("\"", with: "\"\"") + "\"" }
    static func name(of table: TableName) -> String { "\(quoted(table.database)).\(quoted(table.table))" }
}
