import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluiceEngine
import SluiceQuery
import Synchronization

extension TablePreview {
    /// The first rows of a view, read as a query reads them.
    ///
    /// - Parameter limit: rows to read at most.
    /// - Throws: what is wrong with the view's query or with what it reads.
    init(ofView name: TableName, limit: Int, session: Session, catalog: Catalog) async throws {
        let resolver = TableResolver(
            catalog: catalog, streams: session.streams, directory: ".", home: session.home, connectors: session.connectors)
        let runner = QueryRunner(resolver: resolver, options: QueryOptions(width: Machine.coreCount))
        // A name of the catalog has no quotes.
        let query = "SELECT * FROM \"\(name.database)\".\"\(name.table)\" LIMIT \(limit)"
        self = try await runner.withQuery(query) { prepared in
            let batches = Mutex<[Batch]>([])
            let summary = try await prepared.run(into: .rows(ResultSink { batch in batches.withLock { $0.append(batch) } }))
            return TablePreview(schema: prepared.schema, rows: batches.withLock { $0 }, rejected: Int(summary.rejected))
        }
    }
}
