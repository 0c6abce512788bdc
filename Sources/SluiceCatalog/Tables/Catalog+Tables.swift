import GRDB
package import SluiceCore

extension Catalog {
    /// Tables by name, of one database or of all.
    ///
    /// - Parameters:
    ///   - pattern: Only those whose name, without the database, matches: `*` is any text, `?` one character.
    ///   - limit: How many at most.
    ///   - after: Only those behind this one in the order: the last of the page before.
    /// - Throws: `notFound` for an unknown database.
    package func tables(
        in database: String? = nil, matching pattern: String? = nil, limit: Int? = nil, after: TableName? = nil
    ) throws(SluiceError) -> [TableSummary] {
        let (condition, arguments) = Self.condition(database, pattern)
        return try read { db in
            if let folded = database?.lowercased(), try Self.databaseID(folded, db) == nil { throw try Self.unknownDatabase(folded, db) }
            var query = Self.summaryQuery + " WHERE \(condition)"
            var all = arguments
            if let after {
                query += " AND (d.name, t.name) > (?, ?)"
                all += [after.database, after.table]
            }
            query += " ORDER BY d.name, t.name"
            if let limit { query += " LIMIT \(limit)" }
            return try Row.fetchAll(db, sql: query, arguments: all).map(Self.summary)
        }
    }

    /// How many tables there are, of one database or of all.
    package func tableCount(in database: String? = nil, matching pattern: String? = nil) throws(SluiceError) -> Int {
        let (condition, arguments) = Self.condition(database, pattern)
        let query = "SELECT count(*) FROM tables t JOIN databases d ON d.id = t.database_id WHERE \(condition)"
        return try read { db in try Int.fetchOne(db, sql: query, arguments: arguments) ?? 0 }
    }

    private static func condition(_ database: String?, _ pattern: String?) -> (String, StatementArguments) {
        var terms = ["1"]
        var arguments: StatementArguments = []
        if let database {
            terms.append("d.name = ?")
            arguments += [database.lowercased()]
        }
        if let pattern {
            terms.append("t.name GLOB ?")
            arguments += [pattern.lowercased()]
        }
        return (terms.joined(separator: " AND "), arguments)
    }

    /// - Throws: `notFound` with the nearest name.
    package func table(_ name: TableName) throws(SluiceError) -> TableRecord { try read { db in try Self.table(name, db) } }

    /// Nil where there is no such table.
    package func findTable(_ name: TableName) throws(SluiceError) -> TableRecord? {
        try read { db in try Self.tableID(name, db).map { _ in try Self.table(name, db) } }
    }

    /// Data files by partition and path.
    ///
    /// - Parameter limit: How many at most.
    package func files(of name: TableName, limit: Int = .max) throws(SluiceError) -> [TableFile] {
        try read { db in try Self.files(try Self.requireTable(name, db), limit: limit, db) }
    }

    static func files(_ table: Int64, limit: Int = .max, _ db: GRDB.Database) throws -> [TableFile] {
        let query = "SELECT * FROM table_files WHERE table_id = ? ORDER BY partition_values, path LIMIT ?"
        return try Row.fetchAll(db, sql: query, arguments: [table, limit])
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
        let query = "SELECT d.name || '.' || t.name FROM tables t JOIN databases d ON d.id = t.database_id ORDER BY d.name = ? DESC LIMIT ?"
        let names = try String.fetchAll(db, sql: query, arguments: [name.database, CatalogLimits.suggestedNames])
        throw SluiceError(
            .notFound, "there is no table \"\(name)\"",
            remedy: Suggestion.remedy(for: name.description, in: names, noun: "tables")
                ?? "the catalog has no tables; run a pipeline with a table sink first")
    }

    static func table(_ name: TableName, _ db: GRDB.Database) throws -> TableRecord {
        let id = try requireTable(name, db)
        let query = """
            SELECT t.*, v.columns, v.partition_keys, v.format, v.format_options, v.details
            FROM tables t JOIN table_versions v ON v.table_id = t.id AND v.version = t.version WHERE t.id = ?
            """
        guard let row = try Row.fetchOne(db, sql: query, arguments: [id]) else {
            throw SluiceError(.stateCorrupt, "table \"\(name)\" has lost its current version")
        }
        return TableRecord(
            definition: try StoredTable(row).definition(name), version: row["version"], revision: row["revision"],
            rowCount: row["row_count"], byteCount: row["byte_count"], fileCount: row["file_count"],
            partitionCount: row["partition_count"], createdMicros: row["created"], updatedMicros: row["updated"])
    }

    /// Databases first, so that the order by names comes from the indexes.
    static let summaryQuery = """
        SELECT t.*, d.name AS database_name, v.format FROM databases d CROSS JOIN tables t ON t.database_id = d.id
        CROSS JOIN table_versions v ON v.table_id = t.id AND v.version = t.version
        """

    static func summary(_ row: Row) throws -> TableSummary {
        TableSummary(
            name: TableName(stored: row["database_name"], row["name"]), comment: row["comment"], location: row["location"],
            format: row["format"], version: row["version"], rowCount: row["row_count"], byteCount: row["byte_count"],
            fileCount: row["file_count"], updatedMicros: row["updated"])
    }
}
