import GRDB
package import SluiceCore

extension Catalog {
    /// Partitions in the order of their values' text.
    package func partitions(of name: TableName) throws(SluiceError) -> [PartitionRecord] {
        try partitions(of: name, where: nil, limit: nil)
    }

    /// Partitions that a filter picks, in the order of their values' text.
    ///
    /// - Parameters:
    ///   - filter: For the keys that the table has; nil picks all.
    ///   - limit: How many at most.
    ///   - after: Only those behind this one in the order: the last of the page before.
    /// - Complexity: O(log n) and what is picked, where one of the first four keys is compared with `=`, IN, a range or the beginning of LIKE.
    package func partitions(
        of name: TableName, where filter: PartitionFilter?, limit: Int?, after: [String]? = nil
    ) throws(SluiceError) -> [PartitionRecord] {
        try completingKeys(of: name, filter) { table, db in
            try Self.partitions(table, filter, limit: limit, after: after, db)
        }
    }

    /// Partitions whose files are found by looking at their places (`PartitionRecord.isListed`), in the order of their values' text.
    package func listedPartitions(of name: TableName) throws(SluiceError) -> [PartitionRecord] {
        let found = try read { db in
            let query = """
                SELECT * FROM partitions WHERE table_id = ? AND (file_count = 0 OR instr(details, ?) > 0) ORDER BY partition_values
                """
            let rows = try Row.fetchCursor(db, sql: query, arguments: [try Self.requireTable(name, db), PartitionRecord.listed])
            var reader = PartitionDetailsReader()
            var found: [PartitionRecord] = []
            while let row = try rows.next() {
                found.append(try Self.partition(row, StoredText.partitionValues(row["partition_values"]), &reader))
            }
            return found
        }
        return found.filter(\.isListed)
    }

    /// How many partitions a filter picks.
    package func partitionCount(of name: TableName, where filter: PartitionFilter?) throws(SluiceError) -> Int {
        try completingKeys(of: name, filter) { table, db in
            guard let filter else {
                return try Int.fetchOne(db, sql: "SELECT partition_count FROM tables WHERE id = ?", arguments: [table]) ?? 0
            }
            let pushdown = PartitionPushdown(filter, table: table)
            let arguments = StatementArguments([table.databaseValue] + pushdown.arguments)
            if pushdown.isExact {
                let query = "SELECT count(*) FROM partitions WHERE table_id = ? AND \(pushdown.condition)"
                return try Int.fetchOne(db, sql: query, arguments: arguments) ?? 0
            }
            let query = "SELECT partition_values FROM partitions WHERE table_id = ? AND \(pushdown.condition)"
            let rows = try String.fetchCursor(db, sql: query, arguments: arguments)
            var count = 0
            while let values = try rows.next() { count += filter.matches(StoredText.partitionValues(values)) ? 1 : 0 }
            return count
        }
    }

    /// Adds partitions, or replaces those with the same values.
    ///
    /// - Throws: `notFound`, `invalidArgument` for one with other than a value for each key.
    package func putPartitions(_ partitions: [PartitionDefinition], of name: TableName) throws(SluiceError) {
        let now = clock.nowMicros()
        try write { db in try Self.putPartitions(partitions, table: try Self.requireTable(name, db), now: now, db) }
    }

    /// Forgets partitions and their files; the files stay where they are.
    ///
    /// - Returns: How many there were.
    package func dropPartitions(_ values: [[String]], of name: TableName) throws(SluiceError) -> Int {
        try write { db in try Self.dropPartitions(values, table: try Self.requireTable(name, db), db) }
    }

    static func putPartitions(_ partitions: [PartitionDefinition], table: Int64, now: Int64, _ db: GRDB.Database) throws {
        let keys = try PartitionKeys.keys(of: table, db)
        let types = keys.map { PartitionKeyType($0.type) }
        let insert = try db.makeStatement(sql: insertPartition + updatePartition)
        for partition in partitions {
            guard partition.values.count == keys.count, !keys.isEmpty else {
                throw SluiceError(
                    .invalidArgument,
                    "a partition with the values \(partition.values.joined(separator: "/").quotedForMessage) has not one for each key",
                    remedy: keys.isEmpty ? "the table is not partitioned" : "keys: " + keys.map(\.name).joined(separator: ", "))
            }
            let fixed: [(any DatabaseValueConvertible)?] = [
                table, StoredText.partition(partition.values), partition.location, partition.fileCount, partition.rowCount,
                partition.byteCount, now, now, try StoredPartitionDetails.text(partition),
            ]
            try insert.execute(arguments: StatementArguments(fixed + PartitionKeys.stored(partition.values, types)))
        }
    }

    static func dropPartitions(_ values: [[String]], table: Int64, _ db: GRDB.Database) throws -> Int {
        var count = 0
        for values in values {
            let arguments: StatementArguments = [table, StoredText.partition(values)]
            try db.execute(sql: "DELETE FROM partitions WHERE table_id = ? AND partition_values = ?", arguments: arguments)
            count += db.changesCount
            try dropFiles(arguments, table: table, db)
        }
        return count
    }

    /// Forgets the files of a partition.
    ///
    /// - Parameter arguments: The table, and the text of the partition's values.
    static func dropFiles(_ arguments: StatementArguments, table: Int64, _ db: GRDB.Database) throws {
        let (files, rows, bytes) = try countedFiles(arguments, db)
        guard files > 0 else { return }
        try db.execute(sql: "DELETE FROM table_files WHERE table_id = ? AND partition_values = ?", arguments: arguments)
        try db.execute(
            sql: "UPDATE tables SET row_count = row_count - ?, byte_count = byte_count - ?, file_count = file_count - ? WHERE id = ?",
            arguments: [rows, bytes, files, table])
    }

    private static func countedFiles(
        _ arguments: StatementArguments, _ db: GRDB.Database
    ) throws -> (files: Int64, rows: Int64, bytes: Int64) {
        let query = """
            SELECT count(*), coalesce(sum(row_count), 0), coalesce(sum(byte_count), 0) FROM table_files
            WHERE table_id = ? AND partition_values = ?
            """
        return try Row.fetchOne(db, sql: query, arguments: arguments).map { ($0[0], $0[1], $0[2]) } ?? (0, 0, 0)
    }

    /// Placeholders: table, values, location, files, rows, bytes, created, updated, details, key_count, keys.
    static let insertPartition = """
        INSERT INTO partitions (table_id, partition_values, location, file_count, row_count, byte_count, created, updated, details, key_count,
            \(PartitionKeys.columns.joined(separator: ", ")))
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, \(PartitionKeys.columns.map { _ in "?" }.joined(separator: ", ")))
        ON CONFLICT (table_id, partition_values) DO UPDATE SET\u{20}
        """

    private static let updatePartition = """
        location = excluded.location, file_count = excluded.file_count, row_count = excluded.row_count, byte_count = excluded.byte_count,
        updated = excluded.updated, details = excluded.details
        """

    private static func partitions(
        _ table: Int64, _ filter: PartitionFilter?, limit: Int?, after: [String]?, _ db: GRDB.Database
    ) throws -> [PartitionRecord] {
        let pushdown = filter.map { PartitionPushdown($0, table: table) }
        let isExact = pushdown?.isExact ?? true
        // Without a filter the primary key gives the order; with one it must not keep SQLite from the keys' indexes.
        let order = filter == nil ? "partition_values" : "+partition_values"
        var query = "SELECT * FROM partitions WHERE table_id = ?"
        var arguments = [table.databaseValue]
        if let pushdown {
            query += " AND \(pushdown.condition)"
            arguments += pushdown.arguments
        }
        if let after {
            query += " AND \(order) > ?"
            arguments.append(StoredText.partition(after).databaseValue)
        }
        query += " ORDER BY \(order)"
        if isExact, let limit { query += " LIMIT \(limit)" }
        let rows = try Row.fetchCursor(db, sql: query, arguments: StatementArguments(arguments))
        var found: [PartitionRecord] = []
        var reader = PartitionDetailsReader()
        while found.count < limit ?? .max, let row = try rows.next() {
            let values = StoredText.partitionValues(row["partition_values"])
            if !isExact, filter?.matches(values) == false { continue }
            found.append(try partition(row, values, &reader))
        }
        return found
    }

    static func partition(_ row: Row, _ values: [String]) throws -> PartitionRecord {
        var reader = PartitionDetailsReader()
        return try partition(row, values, &reader)
    }

    private static func partition(_ row: Row, _ values: [String], _ reader: inout PartitionDetailsReader) throws -> PartitionRecord {
        let text: String = row["details"] ?? ""
        let details = try Array(text.utf8).withUnsafeBufferPointer { try reader.details($0) }
        return PartitionRecord(
            values: values, location: row["location"], fileCount: row["file_count"], rowCount: row["row_count"],
            byteCount: row["byte_count"], createdMicros: row["created"], updatedMicros: row["updated"],
            parameters: details.parameters, layout: details.layout)
    }

    /// Reads, with the keys' columns filled in before where that is not done yet.
    func completingKeys<Result>(
        of name: TableName, _ filter: PartitionFilter?, _ body: (Int64, GRDB.Database) throws -> Result
    ) throws(SluiceError) -> Result {
        let found = try read { db -> Result? in
            let table = try Self.requireTable(name, db)
            guard try filter == nil || PartitionKeys.isComplete(table, db) else { return nil }
            return try body(table, db)
        }
        if let found { return found }
        return try write { db in
            let table = try Self.requireTable(name, db)
            try PartitionKeys.complete(table, db)
            return try body(table, db)
        }
    }
}
