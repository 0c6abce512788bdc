import FoundationEssentials
import GRDB
package import SluiceCore

extension Catalog {
    /// What files showed when they were read last, one after the other.
    ///
    /// - Parameter body: Gets the place among `paths`, and the bytes; nil where there are none.
    package func crawlEvidence(
        of crawler: String, _ paths: [String], _ body: (Int, [UInt8]?) throws(SluiceError) -> Void
    ) throws(SluiceError) {
        try read { db in
            let find = try db.cachedStatement(sql: "SELECT evidence FROM crawl_evidence WHERE crawler = ? AND path = ?")
            for (index, path) in paths.enumerated() {
                try body(index, try Data.fetchOne(find, arguments: [crawler, path]).map { [UInt8]($0) })
            }
        }
    }

    /// The counts of different values that the last crawl left for a table.
    package func crawlSketches(of name: TableName) throws(SluiceError) -> [UInt8]? {
        try read { db in
            let query = "SELECT sketches FROM crawl_tables WHERE database_name = ? AND table_name = ?"
            return try Data.fetchOne(db, sql: query, arguments: [name.database, name.table]).map { [UInt8]($0) }
        }
    }

    // MARK: Tables

    static func record(_ table: CrawlCommit.Table, crawler: String, now: Int64, _ db: GRDB.Database) throws {
        let name = table.definition.name
        let id = try putTable(table.definition, run: nil, now: now, db)
        let sketches = table.sketches.map { Data($0) }
        if table.isForeign {
            try db.execute(
                sql: "UPDATE crawl_tables SET evidence = ?, sketches = ? WHERE database_name = ? AND table_name = ?",
                arguments: [table.evidence, sketches, name.database, name.table])
        }
        if !table.isForeign || db.changesCount == 0 {
            try db.execute(
                sql: """
                    INSERT OR REPLACE INTO crawl_tables (crawler, database_name, table_name, place, evidence, sketches)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [crawler, name.database, name.table, table.place, table.evidence, sketches])
        }
        if let statistics = table.statistics {
            try db.execute(sql: "DELETE FROM column_statistics WHERE table_id = ? AND partition_values = ''", arguments: [id])
            try setStatistics(statistics, table: id, partition: nil, now: now, db)
        }
        if let files = table.files { try replaceFound(files, table: id, now: now, db) }
        if table.partitionsInherit { try inheritDescriptions(table: id, db) }
        if let counts = table.counts {
            try db.execute(
                sql: "UPDATE tables SET row_count = ?, byte_count = ?, updated = ? WHERE id = ?",
                arguments: [counts.rows, counts.bytes, now, id])
        }
    }

    /// Forgets how others described the files of single partitions.
    private static func inheritDescriptions(table: Int64, _ db: GRDB.Database) throws {
        let query = "SELECT * FROM partitions WHERE table_id = ? AND details IS NOT NULL"
        for row in try Row.fetchAll(db, sql: query, arguments: [table]) {
            let text: String = row["partition_values"]
            let known = try partition(row, StoredText.partitionValues(text))
            guard known.storage != nil || known.columns != nil else { continue }
            let plain = PartitionDefinition(values: known.values, location: known.location, parameters: known.parameters)
            try db.execute(
                sql: "UPDATE partitions SET details = ? WHERE table_id = ? AND partition_values = ?",
                arguments: [try StoredPartitionDetails.text(plain), table, text])
        }
    }

    /// Brings the list of a table's files to what was found. What is the same stays, and with it what others keep with its partition.
    private static func replaceFound(_ found: [TableFile], table: Int64, now: Int64, _ db: GRDB.Database) throws {
        struct Key: Hashable {
            var partition: String
            var path: ExactText
        }
        let known = try files(table, db)
        var old: [Key: TableFile] = [:]
        for file in known { old[Key(partition: StoredText.partition(file.partition), path: ExactText(file.path))] = file }
        let changes = try FoundFileChanges(table, now: now, db)
        for file in found {
            let partition = StoredText.partition(file.partition)
            guard let before = old.removeValue(forKey: Key(partition: partition, path: ExactText(file.path))) else {
                try changes.add(file, partition)
                continue
            }
            guard before.rowCount != file.rowCount || before.byteCount != file.byteCount else { continue }
            try changes.update(file, from: before, partition)
        }
        for (key, file) in old { try changes.remove(file, key.partition) }
        try db.execute(
            sql: "UPDATE tables SET row_count = ?, byte_count = ?, file_count = ?, updated = ? WHERE id = ?",
            arguments: [
                found.reduce(0) { $0 + $1.rowCount }, found.reduce(0) { $0 + $1.byteCount }, found.count, now, table,
            ])
    }

    // MARK: Files

    static func recordFiles(_ commit: CrawlCommit, crawler: String, _ db: GRDB.Database) throws {
        if commit.files.isEmpty, commit.goneFiles.isEmpty, commit.evidence.isEmpty { return }
        var classes: [ExactText: Int64] = [:]
        let put = try db.makeStatement(
            sql: "INSERT OR REPLACE INTO crawl_files (crawler, path, byte_count, modified, note, class) VALUES (?, ?, ?, ?, ?, ?)")
        // What was known of a file that is written anew is known no more.
        let forget = try db.makeStatement(sql: "DELETE FROM crawl_evidence WHERE crawler = ? AND path = ?")
        for file in commit.files {
            let kind = try file.kind.map { try classID($0, crawler, &classes, db) }
            try put.execute(arguments: [crawler, file.path, file.byteCount, file.modifiedMicros, file.note, kind])
            try forget.execute(arguments: [crawler, file.path])
        }
        let keep = try db.makeStatement(sql: "INSERT OR REPLACE INTO crawl_evidence (crawler, path, evidence) VALUES (?, ?, ?)")
        for file in commit.evidence { try keep.execute(arguments: [crawler, file.path, Data(file.bytes)]) }
        let remove = try db.makeStatement(sql: "DELETE FROM crawl_files WHERE crawler = ? AND path = ?")
        for path in commit.goneFiles {
            try remove.execute(arguments: [crawler, path])
            try forget.execute(arguments: [crawler, path])
        }
        try db.execute(
            sql: """
                DELETE FROM crawl_classes WHERE crawler = ?1
                AND id NOT IN (SELECT class FROM crawl_files WHERE crawler = ?1 AND class IS NOT NULL)
                """, arguments: [crawler])
    }

    private static func classID(
        _ content: String, _ crawler: String, _ known: inout [ExactText: Int64], _ db: GRDB.Database
    ) throws -> Int64? {
        if let id = known[ExactText(content)] { return id }
        try db.execute(sql: "INSERT OR IGNORE INTO crawl_classes (crawler, content) VALUES (?, ?)", arguments: [crawler, content])
        let id = try Int64.fetchOne(
            db, sql: "SELECT id FROM crawl_classes WHERE crawler = ? AND content = ?", arguments: [crawler, content])
        known[ExactText(content)] = id
        return id
    }
}

/// Changes of the files that no run wrote, with the counts of their partitions.
private struct FoundFileChanges {
    private let table: Int64
    private let now: Int64
    private let insert: Statement
    private let change: Statement
    private let delete: Statement
    private let come: Statement
    private let differ: Statement
    private let drop: Statement

    init(_ table: Int64, now: Int64, _ db: GRDB.Database) throws {
        self.table = table
        self.now = now
        insert = try db.makeStatement(
            sql: """
                INSERT INTO table_files (table_id, partition_values, path, row_count, byte_count, run_id) VALUES (?, ?, ?, ?, ?, NULL)
                """)
        change = try db.makeStatement(
            sql: "UPDATE table_files SET row_count = ?, byte_count = ? WHERE table_id = ? AND partition_values = ? AND path = ?")
        delete = try db.makeStatement(sql: "DELETE FROM table_files WHERE table_id = ? AND partition_values = ? AND path = ?")
        come = try db.makeStatement(
            sql: """
                INSERT INTO partitions (table_id, partition_values, location, file_count, row_count, byte_count, created, updated)
                VALUES (?, ?, ?, 1, ?, ?, ?, ?) ON CONFLICT (table_id, partition_values) DO UPDATE SET file_count = file_count + 1,
                row_count = row_count + excluded.row_count, byte_count = byte_count + excluded.byte_count, updated = excluded.updated
                """)
        differ = try db.makeStatement(
            sql: """
                UPDATE partitions SET file_count = file_count + ?, row_count = row_count + ?, byte_count = byte_count + ?, updated = ?
                WHERE table_id = ? AND partition_values = ?
                """)
        drop = try db.makeStatement(sql: "DELETE FROM partitions WHERE table_id = ? AND partition_values = ? AND file_count <= 0")
    }

    func add(_ file: TableFile, _ partition: String) throws {
        try insert.execute(arguments: [table, partition, file.path, file.rowCount, file.byteCount])
        if file.partition.isEmpty { return }
        try come.execute(arguments: [table, partition, DiskFiles.parent(of: file.path), file.rowCount, file.byteCount, now, now])
    }

    func update(_ file: TableFile, from before: TableFile, _ partition: String) throws {
        try change.execute(arguments: [file.rowCount, file.byteCount, table, partition, file.path])
        if file.partition.isEmpty { return }
        try differ.execute(
            arguments: [0, file.rowCount - before.rowCount, file.byteCount - before.byteCount, now, table, partition])
    }

    func remove(_ file: TableFile, _ partition: String) throws {
        try delete.execute(arguments: [table, partition, file.path])
        if file.partition.isEmpty { return }
        try differ.execute(arguments: [-1, -file.rowCount, -file.byteCount, now, table, partition])
        try drop.execute(arguments: [table, partition])
    }
}
