import SluiceCatalog
import SluiceCore
import SluicePipelines

/// The first rows of a table, read as a pipeline would read them.
struct TablePreview: Sendable {
    let schema: Schema
    let rows: [Batch]
    /// Records that could not be read among them.
    let rejected: Int

    init(schema: Schema, rows: [Batch], rejected: Int) {
        self.schema = schema
        self.rows = rows
        self.rejected = rejected
    }

    /// - Parameter limit: rows to read at most.
    /// - Throws: what opening and reading the files throws.
    init(of table: TableName, limit: Int, session: Session, catalog: Catalog) async throws {
        let context = ConnectorContext(catalog: catalog, streams: session.streams, pipeline: "preview", directory: ".", home: session.home)
        guard let connector = session.connectors["table"] else { throw SluiceError(.notFound, "there is no connector \"table\"") }
        let source = try await connector.source(OptionValues([("table", .text(table.description))]), in: context)
        schema = source.schema
        var (batches, rejected, wanted) = ([Batch](), 0, limit)
        for split in try await source.splits() where wanted > 0 {
            let reader = try await source.open(split, SourceRequest(schema.names, keepsRaw: false))
            while wanted > 0, var piece = try await reader.next() {
                while wanted > 0, let read = try piece.next() {
                    rejected += read.rejects.count
                    let batch = read.batch.slice(0..<min(wanted, read.batch.rowCount))
                    if batch.rowCount > 0 { batches.append(batch) }
                    wanted -= batch.rowCount
                }
            }
        }
        rows = batches
        self.rejected = rejected
    }

    var rowCount: Int { rows.reduce(0) { $0 + $1.rowCount } }

    var table: TextTable {
        var table = TextTable(schema.fields.map { TextTable.Column($0.name, $0.type.alignment) })
        for batch in rows {
            for row in 0..<batch.rowCount { table.add(batch.columns.map { $0[row].cell }) }
        }
        return table
    }

    /// Rows as objects.
    var json: Value { .list(rows.flatMap { batch in (0..<batch.rowCount).map { batch.row($0) } }) }
}
