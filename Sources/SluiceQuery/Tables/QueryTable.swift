package import SluiceCore
package import SluicePipelines
import Synchronization

/// A table that a query reads: a source with the columns that SQLite knows.
package final class QueryTable: Sendable {
    /// As messages call it: a path, `database.table`, `stream.name`.
    package let label: String
    /// What kind of thing it is: `files`, `table`, `stream`, `part`.
    package let kind: String
    /// Of rows that the engine computes for SQLite.
    static let partKind = "part"
    package let source: any Source
    /// What the source is estimated to have.
    let rowCount: Int64
    let byteCount: Int64
    let columns: [SQLColumn]
    /// Numbers of splits, in the order in which they are seen.
    private let splits = Mutex<[Origin.Split: Int]>([:])
    /// Rows that are kept for joins and repeated scans.
    let stored = StoredTables()

    package var schema: Schema { source.schema }

    /// - Parameters:
    ///   - rowCount: Where somebody knows it.
    ///   - byteCount: As stored, of all splits.
    init(_ source: any Source, label: String, kind: String, rowCount: Int64?, byteCount: Int64) {
        self.source = source
        self.label = label
        self.kind = kind
        self.byteCount = byteCount
        self.rowCount = rowCount ?? max(byteCount / Self.guessedRowBytes, Self.leastGuessedRows)
        columns = SQLColumn.list(source.schema)
    }

    /// The same table with some of its columns, where it has more than SQLite takes.
    ///
    /// - Parameter names: Folded, of all columns that a query may mean; others are left out.
    init(_ table: QueryTable, keeping names: Set<String>) {
        (source, label, kind, rowCount, byteCount) = (table.source, table.label, table.kind, table.rowCount, table.byteCount)
        let kept = table.columns.filter { names.contains(SQLColumn.folded($0.name)) }
        // A table of SQLite has a column.
        columns = kept.isEmpty ? Array(table.columns.prefix(1)) : kept
    }

    /// Stored bytes of a row, where nobody knows how many rows there are.
    private static let guessedRowBytes: Int64 = 40
    /// A small file may have more rows than its bytes tell, so that it is never taken for one of a single row.
    private static let leastGuessedRows: Int64 = 25

    /// The declaration that `sqlite3_declare_vtab` takes.
    var declaration: String {
        "CREATE TABLE x(" + columns.map { "\(SQLQuote.name($0.name)) \(SQLType.declaration($0.field.type))" }.joined(separator: ", ") + ")"
    }

    /// The number of a split, the same for the same.
    func number(of split: Origin.Split) -> Int {
        splits.withLock { splits in
            if let number = splits[split] { return number }
            splits[split] = splits.count
            return splits.count - 1
        }
    }
}
