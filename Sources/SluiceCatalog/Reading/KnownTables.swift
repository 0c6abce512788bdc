import Synchronization

/// A table as it stands in the catalog: the same object in all reads that find the same.
package final class KnownTable: Sendable {
    package let record: TableRecord
    /// All that the catalog has of it, byte by byte.
    let row: [UInt8]

    init(_ record: TableRecord, row: [UInt8]) {
        self.record = record
        self.row = row
    }

    package var definition: TableDefinition { record.definition }
}

/// Tables that reads found, so that what stands in a table's row is understood once and not in each read.
///
/// Each read looks at the row itself, so that nothing here can be out of date.
final class KnownTables: Sendable {
    private let tables = Mutex(RecentValues<TableName, KnownTable>(limit: CatalogLimits.knownTableBytes))

    /// - Parameter record: Understands the row, where it is another than the last time.
    func table(_ name: TableName, row: [UInt8], _ record: () throws -> TableRecord) throws -> KnownTable {
        if let known = tables.withLock({ $0[name] }), known.row == row { return known }
        let table = KnownTable(try record(), row: row)
        tables.withLock { $0.put(table, for: name, bytes: row.count) }
        return table
    }
}
