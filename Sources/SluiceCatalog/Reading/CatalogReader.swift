import SluiceCore
import SluiceSQLite

/// Reads databases, tables and partitions through a connection of its own, with statements that are prepared once.
///
/// All that `Catalog.reading` lends it for is read in one moment: whatever was committed before, also by another process, is seen. It waits for no
/// writer, because the database has a write-ahead log. Used by one thread at a time.
package final class CatalogReader: @unchecked Sendable {
    private let connection: SQLiteConnection
    private let known: KnownTables
    private let begin: SQLiteStatement
    private let end: SQLiteStatement
    private let databaseRow: SQLiteStatement
    private let tableRow: SQLiteStatement
    private let partitionRow: SQLiteStatement
    private let firstPartitions: SQLiteStatement
    private let laterPartitions: SQLiteStatement

    init(_ path: String, _ known: KnownTables) throws(SluiceError) {
        self.known = known
        connection = try SQLiteConnection(path, .read)
        begin = try connection.prepare("BEGIN")
        end = try connection.prepare("COMMIT")
        databaseRow = try connection.prepare(Self.databaseQuery)
        tableRow = try connection.prepare(Self.tableQuery)
        partitionRow = try connection.prepare(Self.partitionQuery + " AND partition_values = ?3")
        firstPartitions = try connection.prepare(Self.partitionQuery + " ORDER BY partition_values LIMIT ?3")
        laterPartitions = try connection.prepare(
            Self.partitionQuery + " AND partition_values > ?4 ORDER BY partition_values LIMIT ?3")
    }

    /// Does `body` on the database as it is in one moment.
    func together<Result>(_ body: (CatalogReader) throws -> Result) throws -> Result {
        try begin.run()
        defer {
            if (try? end.run()) == nil { connection.rollBack() }
        }
        return try body(self)
    }

    // MARK: Databases and tables

    /// - Parameter name: Folded to lower case.
    /// - Returns: Nil where there is no such database.
    package func database(_ name: String) throws -> DatabaseRecord? {
        try first(databaseRow, [.text(name)]) { row in
            DatabaseRecord(
                name: name, comment: row.text(0) ?? "", location: row.text(1), parameters: try StoredText.map(row.text(2) ?? "{}"),
                tableCount: Int(row.integer(3)), createdMicros: row.integer(4), updatedMicros: row.integer(5))
        }
    }

    /// Nil where there is no such table.
    package func table(_ name: TableName) throws -> KnownTable? {
        try first(tableRow, [.text(name.database), .text(name.table)]) { row in
            try known.table(name, row: Self.bytes(of: row)) { try Self.record(name, row) }
        }
    }

    private static func record(_ name: TableName, _ row: SQLiteStatement) throws -> TableRecord {
        guard let format = row.text(12) else {
            throw SluiceError(.stateCorrupt, "table \"\(name)\" has lost its current version")
        }
        let stored = StoredTable(
            comment: row.text(7) ?? "", location: row.text(8) ?? "", parameters: row.text(9) ?? "{}", owner: row.text(10) ?? "",
            tags: row.text(11) ?? "{}", format: format, columns: row.text(13) ?? "[]", partitionKeys: row.text(14) ?? "[]",
            formatOptions: row.text(15) ?? "{}", details: row.text(16))
        return TableRecord(
            definition: try stored.definition(name), version: Int(row.integer(0)), revision: row.integer(1),
            rowCount: row.integer(2), byteCount: row.integer(3), fileCount: row.integer(4), partitionCount: row.integer(17),
            createdMicros: row.integer(5), updatedMicros: row.integer(6))
    }

    /// All columns of a row, so that two rows have the same bytes only if they are the same.
    private static func bytes(of row: SQLiteStatement) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity((0..<row.columnCount).reduce(0) { $0 + row.byteCount($1) + 9 })
        for column in 0..<row.columnCount {
            let kind = row.kind(column)
            bytes.append(kind.rawValue)
            switch kind {
            case .null: break
            case .integer: withUnsafeBytes(of: row.integer(column)) { bytes.append(contentsOf: $0) }
            case .real: withUnsafeBytes(of: row.real(column)) { bytes.append(contentsOf: $0) }
            case .text, .blob:
                let content = row.bytes(column)
                withUnsafeBytes(of: content.count) { bytes.append(contentsOf: $0) }
                bytes.append(contentsOf: content)
            }
        }
        return bytes
    }

    // MARK: Partitions

    /// The partition with these values; nil where there is none.
    package func partition(_ values: [String], of table: TableName) throws -> PartitionRecord? {
        var details = PartitionDetailsReader()
        return try first(partitionRow, [.text(table.database), .text(table.table), .text(StoredText.partition(values))]) { row in
            try Self.partition(row, &details)
        }
    }

    /// Partitions in the order of their values' text; none of a table that is not there.
    ///
    /// - Parameters:
    ///   - limit: How many at most.
    ///   - after: Only those behind this one in the order: the last of the page before.
    package func partitions(of table: TableName, limit: Int, after: [String]? = nil) throws -> [PartitionRecord] {
        var arguments: [SQLiteValue] = [.text(table.database), .text(table.table), .integer(Int64(limit))]
        if let after { arguments.append(.text(StoredText.partition(after))) }
        let rows = try bound(after == nil ? firstPartitions : laterPartitions, arguments)
        defer { rows.reset() }
        var details = PartitionDetailsReader()
        var found: [PartitionRecord] = []
        while try rows.step() { found.append(try Self.partition(rows, &details)) }
        return found
    }

    private static func partition(_ row: SQLiteStatement, _ reader: inout PartitionDetailsReader) throws -> PartitionRecord {
        let details = try reader.details(row.bytes(7))
        return PartitionRecord(
            values: StoredText.partitionValues(row.text(0) ?? ""), location: row.text(1) ?? "", fileCount: row.integer(2),
            rowCount: row.integer(3), byteCount: row.integer(4), createdMicros: row.integer(5), updatedMicros: row.integer(6),
            parameters: details.parameters, layout: details.layout)
    }

    // MARK: Statements

    private func bound(_ statement: SQLiteStatement, _ values: [SQLiteValue]) throws(SluiceError) -> SQLiteStatement {
        statement.reset()
        for (place, value) in values.enumerated() { try statement.bind(value, at: place) }
        return statement
    }

    private func first<Row>(
        _ statement: SQLiteStatement, _ values: [SQLiteValue], _ row: (SQLiteStatement) throws -> Row
    ) throws -> Row? {
        let statement = try bound(statement, values)
        defer { statement.reset() }
        return try statement.step() ? try row(statement) : nil
    }

    private static let databaseQuery = """
        SELECT d.comment, d.location, d.parameters, (SELECT count(*) FROM tables t WHERE t.database_id = d.id), d.created, d.updated
        FROM databases d WHERE d.name = ?1
        """

    /// A table that has lost its current version is found, so that it can be told.
    private static let tableQuery = """
        SELECT t.version, t.revision, t.row_count, t.byte_count, t.file_count, t.created, t.updated, t.comment, t.location, t.parameters,
            t.owner, t.tags, v.format, v.columns, v.partition_keys, v.format_options, v.details, t.partition_count
        FROM databases d CROSS JOIN tables t ON t.database_id = d.id
        LEFT JOIN table_versions v ON v.table_id = t.id AND v.version = t.version
        WHERE d.name = ?1 AND t.name = ?2
        """

    private static let partitionQuery = """
        SELECT partition_values, location, file_count, row_count, byte_count, created, updated, details FROM partitions
        WHERE table_id = (SELECT t.id FROM databases d CROSS JOIN tables t ON t.database_id = d.id WHERE d.name = ?1 AND t.name = ?2)
        """
}
