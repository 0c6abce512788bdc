import GRDB
package import SluiceCore

extension Catalog {
    /// Tables by name, of one database or of all.
    ///
    /// - Throws: `notFound` for an unknown database.
    package func tables(in database: String? = nil) throws(SluiceError) -> [TableSummary] {
        let folded = database?.lowercased()
        return try read { db in
            if let folded, try Self.databaseID(folded, db) == nil { throw try Self.unknownDatabase(folded, db) }
            let condition = folded == nil ? "" : " WHERE d.name = ?"
            return try Row.fetchAll(
                db, sql: Self.summaryQuery + condition + " ORDER BY d.name, t.name", arguments: folded.map { [$0] } ?? []
            )
            .map(Self.summary)
        }
    }

    /// - Throws: `notFound` with the nearest name.
    package func table(_ name: TableName) throws(SluiceError) -> TableRecord { try read { db in try Self.table(name, db) } }

    /// Nil where there is no such table.
    package func findTable(_ name: TableName) throws(SluiceError) -> TableRecord? {
        try read { db in try Self.tableID(name, db).map { _ in try Self.table(name, db) } }
    }

    /// Schemas of a table, newest first; the first is the current one.
    package func versions(of name: TableName) throws(SluiceError) -> [TableVersion] {
        try read { db in
            let id = try Self.requireTable(name, db)
            return try Row.fetchAll(db, sql: "SELECT * FROM table_versions WHERE table_id = ? ORDER BY version DESC", arguments: [id])
                .map(Self.version)
        }
    }

    /// Partitions in the order of their values' text.
    package func partitions(of name: TableName) throws(SluiceError) -> [PartitionRecord] {
        try read { db in
            let id = try Self.requireTable(name, db)
            return try Row.fetchAll(db, sql: "SELECT * FROM partitions WHERE table_id = ? ORDER BY partition_values", arguments: [id])
                .map { row in
                    PartitionRecord(
                        values: StoredText.partitionValues(row["partition_values"]), location: row["location"],
                        fileCount: row["file_count"], rowCount: row["row_count"], byteCount: row["byte_count"],
                        createdMicros: row["created"], updatedMicros: row["updated"])
                }
        }
    }

    /// Data files by partition and path.
    package func files(of name: TableName) throws(SluiceError) -> [TableFile] {
        try read { db in try Self.files(try Self.requireTable(name, db), db) }
    }

    static func files(_ table: Int64, _ db: GRDB.Database) throws -> [TableFile] {
        try Row.fetchAll(db, sql: "SELECT * FROM table_files WHERE table_id = ? ORDER BY partition_values, path", arguments: [table])
            .map { row in
                TableFile(
                    path: row["path"], partition: StoredText.partitionValues(row["partition_values"]), rowCount: row["row_count"],
                    byteCount: row["byte_count"], run: (row["run_id"] as String?).map { RunID($0) })
            }
    }

    static func tableID(_ name: TableName, _ db: GRDB.Database) throws -> Int64? {
        try Int64.fetchOne(
            db, sql: "SELECT t.id FROM tables t JOIN databases d ON d.id = t.database_id WHERE d.name = ? AND t.name = ?",
            arguments: [name.database, name.table])
    }

    static func requireTable(_ name: TableName, _ db: GRDB.Database) throws -> Int64 {
        if let id = try tableID(name, db) { return id }
        guard try databaseID(name.database, db) != nil else { throw try unknownDatabase(name.database, db) }
        let names = try Row.fetchAll(db, sql: summaryQuery).map { "\($0["database_name"] as String).\($0["name"] as String)" }
        throw SluiceError(
            .notFound, "there is no table \"\(name)\"",
            remedy: Suggestion.remedy(for: name.description, in: names, noun: "tables")
                ?? "the catalog has no tables; run a pipeline with a table sink first")
    }

    static func table(_ name: TableName, _ db: GRDB.Database) throws -> TableRecord {
        let id = try requireTable(name, db)
        let query = """
            SELECT t.*, v.columns, v.partition_keys, v.format, v.format_options,
                (SELECT count(*) FROM partitions p WHERE p.table_id = t.id) AS partition_count
            FROM tables t JOIN table_versions v ON v.table_id = t.id AND v.version = t.version WHERE t.id = ?
            """
        guard let row = try Row.fetchOne(db, sql: query, arguments: [id]) else {
            throw SluiceError(.stateCorrupt, "table \"\(name)\" has lost its current version")
        }
        let definition = TableDefinition(
            name: name, columns: try StoredText.columns(row["columns"]), partitionKeys: try StoredText.columns(row["partition_keys"]),
            comment: row["comment"], location: row["location"], format: row["format"],
            formatOptions: try StoredText.map(row["format_options"]), parameters: try StoredText.map(row["parameters"]))
        return TableRecord(
            definition: definition, version: row["version"], rowCount: row["row_count"], byteCount: row["byte_count"],
            fileCount: row["file_count"], partitionCount: row["partition_count"], createdMicros: row["created"],
            updatedMicros: row["updated"])
    }

    private static let summaryQuery = """
        SELECT t.*, d.name AS database_name, v.format FROM tables t JOIN databases d ON d.id = t.database_id
        JOIN table_versions v ON v.table_id = t.id AND v.version = t.version
        """

    private static func summary(_ row: Row) throws -> TableSummary {
        TableSummary(
            name: try TableName(database: row["database_name"], table: row["name"]), comment: row["comment"], location: row["location"],
            format: row["format"], version: row["version"], rowCount: row["row_count"], byteCount: row["byte_count"],
            fileCount: row["file_count"], updatedMicros: row["updated"])
    }

    private static func version(_ row: Row) throws -> TableVersion {
        TableVersion(
            version: row["version"], columns: try StoredText.columns(row["columns"]),
            partitionKeys: try StoredText.columns(row["partition_keys"]), format: row["format"],
            formatOptions: try StoredText.map(row["format_options"]), createdMicros: row["created"],
            run: (row["run_id"] as String?).map { RunID($0) })
    }
}
