import GRDB
import SluiceCore

/// The values of partition keys in the database: typed, in columns of their own, so that look-ups go through indexes.
///
/// They are derived from `partition_values` and the keys' types. `key_count` is null where that is not done yet: for rows of an earlier version and
/// after a change of the keys; the next look-up does it.
package enum PartitionKeys {
    /// Stands for a key without a value, in paths and in the catalog (Hive's default).
    package static let nullText = "__HIVE_DEFAULT_PARTITION__"
    /// Keys that have a column and an index; further ones are compared row by row.
    static let indexed = 4

    static let columns = (0..<indexed).map { "key\($0)" }

    static let schema = """
        ALTER TABLE partitions ADD COLUMN key_count INTEGER;
        \(columns.map { "ALTER TABLE partitions ADD COLUMN \($0);" }.joined(separator: "\n"))
        ALTER TABLE partitions ADD COLUMN details TEXT;
        CREATE INDEX partitions_unkeyed ON partitions (table_id) WHERE key_count IS NULL;
        CREATE INDEX partitions_by_key0 ON partitions (table_id, key0, key1, key2, key3) WHERE key_count > 0;
        CREATE INDEX partitions_by_key1 ON partitions (table_id, key1, key2, key3) WHERE key_count > 1;
        CREATE INDEX partitions_by_key2 ON partitions (table_id, key2, key3) WHERE key_count > 2;
        CREATE INDEX partitions_by_key3 ON partitions (table_id, key3) WHERE key_count > 3;
        """

    /// Timestamps were microseconds once; the next look-up reads them anew.
    static let timestampsAnew = """
        UPDATE partitions SET key_count = NULL WHERE table_id IN (SELECT table_id FROM table_versions WHERE partition_keys LIKE '%timestamp%');
        """

    /// What SQLite's planner is told of the indexes: a table of many partitions. Without it, the primary key (all partitions of the table, in order)
    /// seems as good as an index on a key, which it is only where there are few, and then either is.
    static let planning = """
        ANALYZE facts;
        DELETE FROM sqlite_stat1;
        INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
            ('partitions', 'partitions', '1000000 100000 1'),
            ('partitions', 'partitions_by_key0', '1000000 100000 5000 500 50 5 1'),
            ('partitions', 'partitions_by_key1', '1000000 100000 5000 500 50 1'),
            ('partitions', 'partitions_by_key2', '1000000 100000 5000 500 1'),
            ('partitions', 'partitions_by_key3', '1000000 100000 5000 1'),
            ('partitions', 'partitions_unkeyed', '10 10 1');
        ANALYZE sqlite_schema;
        """

    /// `key_count` and the columns, for one partition.
    static func stored(_ values: [String], _ types: [PartitionKeyType]) -> [DatabaseValue] {
        let scalars = scalars(values, types)
        return [min(types.count, indexed).databaseValue]
            + (0..<indexed).map { $0 < scalars.count ? scalars[$0]?.databaseValue ?? .null : .null }
    }

    /// One for each key; nil where there is no value of the key's type.
    static func scalars(_ values: [String], _ types: [PartitionKeyType]) -> [PartitionScalar?] {
        types.indices.map { $0 < values.count ? types[$0].scalar(values[$0]) : nil }
    }

    /// The keys of a table's current version.
    static func keys(of table: Int64, _ db: GRDB.Database) throws -> [CatalogColumn] {
        let query = """
            SELECT v.partition_keys FROM tables t JOIN table_versions v ON v.table_id = t.id AND v.version = t.version WHERE t.id = ?
            """
        return try String.fetchOne(db, sql: query, arguments: [table]).map { try StoredText.columns($0) } ?? []
    }

    static func isComplete(_ table: Int64, _ db: GRDB.Database) throws -> Bool {
        try Int.fetchOne(db, sql: "SELECT 1 FROM partitions WHERE table_id = ? AND key_count IS NULL LIMIT 1", arguments: [table]) == nil
    }

    /// Derives what is not derived yet.
    static func complete(_ table: Int64, _ db: GRDB.Database) throws {
        let types = try keys(of: table, db).map { PartitionKeyType($0.type) }
        let waiting = try String.fetchAll(
            db, sql: "SELECT partition_values FROM partitions WHERE table_id = ? AND key_count IS NULL", arguments: [table])
        let assignments = (["key_count"] + columns).map { "\($0) = ?" }.joined(separator: ", ")
        let update = try db.makeStatement(sql: "UPDATE partitions SET \(assignments) WHERE table_id = ? AND partition_values = ?")
        for text in waiting {
            let values = stored(StoredText.partitionValues(text), types)
            try update.execute(arguments: StatementArguments(values + [table.databaseValue, text.databaseValue]))
        }
    }

    /// What was derived is not right any more.
    static func forget(_ table: Int64, _ db: GRDB.Database) throws {
        try db.execute(sql: "UPDATE partitions SET key_count = NULL WHERE table_id = ?", arguments: [table])
    }
}
