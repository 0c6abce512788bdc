import GRDB
package import SluiceCore

/// What became of a change of one partition.
package enum PartitionChange: Hashable, Sendable {
    case done
    /// There is no partition with the values.
    case missing
    /// Another partition has the new values.
    case taken
}

extension Catalog {
    /// Adds partitions that are new, in one transaction; those whose values are there stay as they are.
    ///
    /// - Returns: Places of those that are there already.
    /// - Throws: as `putPartitions`.
    package func addPartitions(_ partitions: [PartitionDefinition], of name: TableName) throws(SluiceError) -> [Int] {
        let now = clock.nowMicros()
        return try write { db in
            let table = try Self.requireTable(name, db)
            var known: [Int] = []
            for (index, partition) in partitions.enumerated() {
                if try Self.hasPartition(partition.values, table, db) {
                    known.append(index)
                } else {
                    try Self.putPartitions([partition], table: table, now: now, db)
                }
            }
            return known
        }
    }

    /// Changes what is said of a partition, and its values if they are others; what was counted of its files stays, unless it has another place:
    /// the files there are others.
    ///
    /// - Throws: `notFound` for the table; `invalidArgument` for other than a value for each key.
    package func changePartition(
        _ values: [String], of name: TableName, to partition: PartitionDefinition
    ) throws(SluiceError) -> PartitionChange {
        let now = clock.nowMicros()
        return try write { db in
            let table = try Self.requireTable(name, db)
            guard try PartitionKeys.keys(of: table, db).count == partition.values.count else {
                throw SluiceError(.invalidArgument, "a partition of \"\(name)\" has one value for each key")
            }
            guard try Self.hasPartition(values, table, db) else { return .missing }
            let (old, new) = (StoredText.partition(values), StoredText.partition(partition.values))
            if old != new {
                if try Self.hasPartition(partition.values, table, db) { return .taken }
                try db.execute(
                    sql: "UPDATE partitions SET partition_values = ?, key_count = NULL WHERE table_id = ? AND partition_values = ?",
                    arguments: [new, table, old])
                for others in ["table_files", "column_statistics"] {
                    try db.execute(
                        sql: "UPDATE \(others) SET partition_values = ? WHERE table_id = ? AND partition_values = ?",
                        arguments: [new, table, old])
                }
            }
            let place = try String.fetchOne(
                db, sql: "SELECT location FROM partitions WHERE table_id = ? AND partition_values = ?", arguments: [table, new])
            if place != partition.location { try Self.forgetFiles(of: new, table, db) }
            try db.execute(
                sql: "UPDATE partitions SET location = ?, details = ?, updated = ? WHERE table_id = ? AND partition_values = ?",
                arguments: [partition.location, try StoredPartitionDetails.text(partition), now, table, new])
            return .done
        }
    }

    private static func forgetFiles(of partition: String, _ table: Int64, _ db: GRDB.Database) throws {
        let arguments: StatementArguments = [table, partition]
        try dropFiles(arguments, table: table, db)
        try db.execute(
            sql: "UPDATE partitions SET file_count = 0, row_count = 0, byte_count = 0 WHERE table_id = ? AND partition_values = ?",
            arguments: arguments)
    }

    private static func hasPartition(_ values: [String], _ table: Int64, _ db: GRDB.Database) throws -> Bool {
        try Int.fetchOne(
            db, sql: "SELECT 1 FROM partitions WHERE table_id = ? AND partition_values = ?",
            arguments: [table, StoredText.partition(values)]) != nil
    }
}
