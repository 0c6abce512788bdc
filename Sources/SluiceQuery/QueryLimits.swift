/// Bounds of queries.
package enum QueryLimits {
    /// Characters of a query's text.
    package static let textScalars = 1 << 20
    /// Brackets within brackets of a query that the engine looks at.
    static let nesting = 200
    /// Tables that one query reads.
    package static let tables = 64
    /// Views over views.
    package static let viewDepth = 16
    /// Databases of the catalog that one query reads (SQLite: `SQLITE_MAX_ATTACHED`).
    package static let databases = 10
    /// Columns of a table that SQLite can be told of (SQLite: `SQLITE_MAX_COLUMN`).
    package static let columns = 2_000
    /// Decoded bytes that may wait between a source and SQLite, for each piece that is decoded at once.
    package static let waitingBytes = 16 << 20
    /// Bytes of rows that are kept in memory for joins and repeated scans, for each table and set of columns.
    package static let storedBytes = 512 << 20
    /// Bytes of a source below which its rows are kept at the first look-up, not at the second.
    package static let smallSourceBytes: Int64 = 32 << 20
    /// Values of a list of IN that go down to a reader.
    static let listValues = 1_000
    /// Different conditions under which a table is read before those of lists are left to SQLite.
    static let conditions = 16
    /// Rows that go from SQLite into one batch.
    package static let batchRows = 2_048
    /// Bytes of a result that are kept in memory to see its types, before all of it is put into a temporary table.
    package static let keptResultBytes = 64 << 20
    /// Bytes of one value (SQLite: `SQLITE_LIMIT_LENGTH`).
    package static let valueBytes: Int32 = 256 << 20
    /// Bytes of the stack of the thread that SQLite runs on.
    static let stackBytes = 16 << 20
    /// Records that could not be read, of which a summary tells the first ones.
    static let shownRejects = 5
}
