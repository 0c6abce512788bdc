import GRDB
package import SluiceCore

extension Catalog {
    /// Creates a table, or replaces its definition; a changed schema becomes a new version. The database is created where it is missing.
    ///
    /// - Parameters:
    ///   - expected: What the table must be for the change to be made; nil: whatever it is.
    ///   - archiving: When the present version is kept beside the new one.
    /// - Throws: `concurrentChange` where the table is not as expected.
    package func putTable(
        _ definition: TableDefinition, expecting expected: TableExpectation? = nil, archiving: TableArchiving = .schemaChanges
    ) throws(SluiceError) {
        let now = clock.nowMicros()
        try write { db in
            try expected?.check(definition.name, db)
            _ = try Self.putTable(definition, run: nil, now: now, archiving: archiving, db)
        }
    }

    /// Reads a table's definition, changes it and puts it back, in one transaction.
    ///
    /// - Returns: What it was, and what it is.
    /// - Throws: `notFound`.
    package func changeTable(
        _ name: TableName, _ change: (inout TableDefinition) -> Void
    ) throws(SluiceError) -> (before: TableDefinition, after: TableDefinition) {
        let now = clock.nowMicros()
        return try write { db in
            let before = try Self.table(name, db).definition
            var after = before
            change(&after)
            _ = try Self.putTable(after, run: nil, now: now, db)
            return (before, after)
        }
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
    static func putTable(
        _ definition: TableDefinition, run: RunID?, now: Int64, archiving: TableArchiving = .schemaChanges, _ db: GRDB.Database
    ) throws -> Int64 {
        guard let id = try tableID(definition.name, db) else { return try insert(definition, run: run, now: now, db) }
        let current = try table(definition.name, db)
        var version = current.version
        if [.always, .replaced].contains(archiving) || archiving == .schemaChanges && definition.changesSchema(of: current.definition) {
            if archiving == .replaced { try removeVersion(id, version, db) }
            version += 1
            try insertVersion(id, version, definition, run: run, now: now, db)
        } else if definition != current.definition {
            try replaceVersion(id, version, definition, db)
        }
        let isChanged = version != current.version || definition != current.definition
        try db.execute(
            sql: """
                UPDATE tables SET comment = ?, location = ?, parameters = ?, version = ?, updated = ?, owner = ?, tags = ?,
                    revision = revision + ? WHERE id = ?
                """,
            arguments: [
                definition.comment, definition.location, try StoredText.map(definition.parameters), version, now, definition.owner,
                try StoredText.map(definition.tags), isChanged ? 1 : 0, id,
            ])
        guard isChanged else { return id }
        if definition.partitionKeys.map(\.type) != current.definition.partitionKeys.map(\.type) { try PartitionKeys.forget(id, db) }
        try SearchIndex.put(definition, table: id, db)
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
                INSERT INTO tables (database_id, name, comment, location, parameters, version, row_count, byte_count, file_count, created,
                    updated, owner, tags)
                VALUES (?, ?, ?, ?, ?, 1, 0, 0, 0, ?, ?, ?, ?)
                """,
            arguments: [
                try databaseID(definition.name.database, db), definition.name.table, definition.comment, definition.location,
                try StoredText.map(definition.parameters), now, now, definition.owner, try StoredText.map(definition.tags),
            ])
        let id = db.lastInsertedRowID
        try insertVersion(id, 1, definition, run: run, now: now, db)
        try SearchIndex.put(definition, table: id, db)
        return id
    }

    private static func insertVersion(
        _ table: Int64, _ version: Int, _ definition: TableDefinition, run: RunID?, now: Int64, _ db: GRDB.Database
    ) throws {
        try db.execute(
            sql: """
                INSERT INTO table_versions (table_id, version, columns, partition_keys, format, format_options, created, run_id, details)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                table, version, try StoredText.columns(definition.columns), try StoredText.columns(definition.partitionKeys),
                definition.format, try StoredText.map(definition.formatOptions), now, run?.text,
                try StoredText.json(StoredDetails(definition)),
            ])
    }

    private static func removeVersion(_ table: Int64, _ version: Int, _ db: GRDB.Database) throws {
        try db.execute(sql: "DELETE FROM table_versions WHERE table_id = ? AND version = ?", arguments: [table, version])
    }

    /// A version is what the table was at its end.
    private static func replaceVersion(_ table: Int64, _ version: Int, _ definition: TableDefinition, _ db: GRDB.Database) throws {
        try db.execute(
            sql: """
                UPDATE table_versions SET columns = ?, partition_keys = ?, format = ?, format_options = ?, details = ?
                WHERE table_id = ? AND version = ?
                """,
            arguments: [
                try StoredText.columns(definition.columns), try StoredText.columns(definition.partitionKeys), definition.format,
                try StoredText.map(definition.formatOptions), try StoredText.json(StoredDetails(definition)), table, version,
            ])
    }

    /// Replaces the list of a table's files.
    static func removeFiles(_ table: Int64, _ db: GRDB.Database) throws {
        try db.execute(sql: "DELETE FROM table_files WHERE table_id = ?", arguments: [table])
        try db.execute(sql: "DELETE FROM partitions WHERE table_id = ?", arguments: [table])
        try db.execute(sql: "UPDATE tables SET row_count = 0, byte_count = 0, file_count = 0 WHERE id = ?", arguments: [table])
    }

    /// Takes the files out of a table that some of its partitions get anew.
    ///
    /// - Returns: Paths of those that runs wrote.
    static func removeReplaced(_ output: OutputCommit.Table, _ table: Int64, now: Int64, _ db: GRDB.Database) throws -> [String] {
        if output.replaced == nil, output.dropped.isEmpty { return [] }
        let dropped = Set(output.dropped.map { ExactText($0) })
        let gone = try files(table, db).filter { file in
            output.replaced?.contains(file.partition) == true || dropped.contains(ExactText(file.path))
        }
        for file in gone {
            let partition = StoredText.partition(file.partition)
            try db.execute(
                sql: "DELETE FROM table_files WHERE table_id = ? AND partition_values = ? AND path = ?",
                arguments: [table, partition, file.path])
            try db.execute(
                sql: """
                    UPDATE partitions SET file_count = file_count - 1, row_count = row_count - ?, byte_count = byte_count - ?, updated = ?
                    WHERE table_id = ? AND partition_values = ?
                    """,
                arguments: [file.rowCount, file.byteCount, now, table, partition])
        }
        try db.execute(sql: "DELETE FROM partitions WHERE table_id = ? AND file_count <= 0", arguments: [table])
        try db.execute(
            sql: "UPDATE tables SET row_count = row_count - ?, byte_count = byte_count - ?, file_count = file_count - ? WHERE id = ?",
            arguments: [gone.reduce(0) { $0 + $1.rowCount }, gone.reduce(0) { $0 + $1.byteCount }, gone.count, table])
        return gone.compactMap { $0.run == nil ? nil : $0.path }
    }

    /// Adds files, and counts them in their partitions and the table.
    ///
    /// - Throws: `alreadyExists` for a path that the table has already.
    static func addFiles(_ files: [TableFile], run: RunID, table: Int64, now: Int64, _ db: GRDB.Database) throws {
        let insert = try db.makeStatement(sql: "INSERT OR IGNORE INTO table_files VALUES (?, ?, ?, ?, ?, ?)")
        let count = try db.makeStatement(
            sql: insertPartition + """
                file_count = file_count + 1, row_count = row_count + excluded.row_count, byte_count = byte_count + excluded.byte_count,
                updated = excluded.updated
                """)
        let types = try PartitionKeys.keys(of: table, db).map { PartitionKeyType($0.type) }
        for file in files {
            let partition = StoredText.partition(file.partition)
            try insert.execute(arguments: [table, partition, file.path, file.rowCount, file.byteCount, run.text])
            guard db.changesCount == 1 else {
                throw SluiceError(
                    .alreadyExists, "the table has the file \(file.path.quotedForMessage) already", at: .file(path: file.path))
            }
            if !file.partition.isEmpty {
                let fixed: [(any DatabaseValueConvertible)?] = [
                    table, partition, DiskFiles.parent(of: file.path), 1, file.rowCount, file.byteCount, now, now, nil,
                ]
                try count.execute(arguments: StatementArguments(fixed + PartitionKeys.stored(file.partition, types)))
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
