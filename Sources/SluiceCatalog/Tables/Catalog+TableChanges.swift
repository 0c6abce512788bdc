import GRDB
package import SluiceCore

extension Catalog {
    /// Creates a table, or replaces its definition; a changed schema becomes a new version. The database is created where it is missing.
    package func putTable(_ definition: TableDefinition) throws(SluiceError) {
        let now = clock.nowMicros()
        try write { db in _ = try Self.putTable(definition, run: nil, now: now, db) }
    }

    /// Forgets a table. Its files stay where they are.
    ///
    /// - Throws: `notFound` with the nearest name.
    package func dropTable(_ name: TableName) throws(SluiceError) {
        try write { db in
            try db.execute(sql: "DELETE FROM tables WHERE id = ?", arguments: [try Self.requireTable(name, db)])
        }
    }

    /// - Returns: The table's id.
    static func putTable(_ definition: TableDefinition, run: RunID?, now: Int64, _ db: GRDB.Database) throws -> Int64 {
        guard let id = try tableID(definition.name, db) else { return try insert(definition, run: run, now: now, db) }
        let current = try table(definition.name, db)
        var version = current.version
        if definition.changesSchema(of: current.definition) {
            version += 1
            try insertVersion(id, version, definition, run: run, now: now, db)
        }
        try db.execute(
            sql: "UPDATE tables SET comment = ?, location = ?, parameters = ?, version = ?, updated = ? WHERE id = ?",
            arguments: [definition.comment, definition.location, try StoredText.map(definition.parameters), version, now, id])
        return id
    }

    private static func insert(_ definition: TableDefinition, run: RunID?, now: Int64, _ db: GRDB.Database) throws -> Int64 {
        if try databaseID(definition.name.database, db) == nil {
            try db.execute(
                sql: "INSERT INTO databases (name, comment, location, parameters, created, updated) VALUES (?, '', NULL, '{}', ?, ?)",
                arguments: [definition.name.database, now, now])
        }
        try db.execute(
            sql: """
                INSERT INTO tables (database_id, name, comment, location, parameters, version, row_count, byte_count, file_count, created, updated)
                VALUES (?, ?, ?, ?, ?, 1, 0, 0, 0, ?, ?)
                """,
            arguments: [
                try databaseID(definition.name.database, db), definition.name.table, definition.comment, definition.location,
                try StoredText.map(definition.parameters), now, now,
            ])
        let id = db.lastInsertedRowID
        try insertVersion(id, 1, definition, run: run, now: now, db)
        return id
    }

    private static func insertVersion(
        _ table: Int64, _ version: Int, _ definition: TableDefinition, run: RunID?, now: Int64, _ db: GRDB.Database
    ) throws {
        try db.execute(
            sql: "INSERT INTO table_versions VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                table, version, try StoredText.columns(definition.columns), try StoredText.columns(definition.partitionKeys),
                definition.format, try StoredText.map(definition.formatOptions), now, run?.text,
            ])
    }

    /// Replaces the list of a table's files.
    static func removeFiles(_ table: Int64, _ db: GRDB.Database) throws {
        try db.execute(sql: "DELETE FROM table_files WHERE table_id = ?", arguments: [table])
        try db.execute(sql: "DELETE FROM partitions WHERE table_id = ?", arguments: [table])
        try db.execute(sql: "UPDATE tables SET row_count = 0, byte_count = 0, file_count = 0 WHERE id = ?", arguments: [table])
    }

    /// Adds files, and counts them in their partitions and the table.
    ///
    /// - Throws: `alreadyExists` for a path that the table has already.
    static func addFiles(_ files: [TableFile], run: RunID, table: Int64, now: Int64, _ db: GRDB.Database) throws {
        let insert = try db.makeStatement(sql: "INSERT OR IGNORE INTO table_files VALUES (?, ?, ?, ?, ?, ?)")
        let count = try db.makeStatement(
            sql: """
                INSERT INTO partitions VALUES (?, ?, ?, 1, ?, ?, ?, ?) ON CONFLICT (table_id, partition_values) DO UPDATE SET
                file_count = file_count + 1, row_count = row_count + excluded.row_count, byte_count = byte_count + excluded.byte_count,
                updated = excluded.updated
                """)
        for file in files {
            let partition = StoredText.partition(file.partition)
            try insert.execute(arguments: [table, partition, file.path, file.rowCount, file.byteCount, run.text])
            guard db.changesCount == 1 else {
                throw SluiceError(
                    .alreadyExists, "the table has the file \(file.path.quotedForMessage) already", at: .file(path: file.path))
            }
            if !file.partition.isEmpty {
                try count.execute(
                    arguments: [table, partition, DiskFiles.parent(of: file.path), file.rowCount, file.byteCount, now, now])
            }
        }
        try db.execute(
            sql: """
                UPDATE tables SET row_count = row_count + ?, byte_count = byte_count + ?, file_count = file_count + ?, updated = ? WHERE id = ?
                """,
            arguments: [
                files.reduce(0) { $0 + $1.rowCount }, files.reduce(0) { $0 + $1.byteCount }, files.count, now, table,
            ])
    }
}
