import GRDB
package import SluiceCore

extension Catalog {
    /// Keeps what is known of columns of a table, or of one of its partitions, in place of what was known of them.
    ///
    /// - Throws: `notFound`; `unknownColumn` for a column that the table does not have.
    package func setStatistics(_ statistics: [ColumnStatistics], of name: TableName, partition: [String]? = nil) throws(SluiceError) {
        try setStatistics(statistics, of: name, partition: partition, analyzedMicros: [:])
    }

    /// Keeps what others measured.
    ///
    /// - Parameter analyzedMicros: When a column was looked at, by its name; now for others.
    /// - Throws: as above.
    package func setStatistics(
        _ statistics: [ColumnStatistics], of name: TableName, partition: [String]?, analyzedMicros: [String: Int64]
    ) throws(SluiceError) {
        let now = clock.nowMicros()
        try write { db in
            let table = try Self.requireTable(name, db)
            let definition = try Self.table(name, db).definition
            let names = (definition.columns + definition.partitionKeys).map(\.name)
            for column in statistics.map(\.column) where !names.contains(column) {
                throw SluiceError(
                    .unknownColumn, "table \"\(name)\" has no column \(column.quotedForMessage)",
                    remedy: Suggestion.remedy(for: column, in: names, noun: "columns"))
            }
            try Self.setStatistics(statistics, table: table, partition: partition, now: now, analyzedMicros: analyzedMicros, db)
        }
    }

    /// Statistics of a table's columns, in the order of the columns; of a partition if its values are given.
    package func statistics(of name: TableName, partition: [String]? = nil) throws(SluiceError) -> [StoredStatistics] {
        try read { db in
            let table = try Self.requireTable(name, db)
            let definition = try Self.table(name, db).definition
            let rows = try Row.fetchAll(
                db, sql: "SELECT * FROM column_statistics WHERE table_id = ? AND partition_values = ?",
                arguments: [table, partition.map(StoredText.partition) ?? ""])
            let stored = try rows.map { row in
                StoredStatistics(
                    statistics: try StoredText.decode(row["content"]), analyzedMicros: row["analyzed"], version: row["version"])
            }
            let order = (definition.columns + definition.partitionKeys).map(\.name)
            return order.compactMap { name in stored.first { $0.statistics.column == name } }
        }
    }

    /// Forgets statistics of columns, or of all.
    package func deleteStatistics(of name: TableName, columns: [String]? = nil, partition: [String]? = nil) throws(SluiceError) {
        try write { db in
            let table = try Self.requireTable(name, db)
            let values = partition.map(StoredText.partition) ?? ""
            guard let columns else {
                return try db.execute(
                    sql: "DELETE FROM column_statistics WHERE table_id = ? AND partition_values = ?", arguments: [table, values])
            }
            for column in columns {
                try db.execute(
                    sql: "DELETE FROM column_statistics WHERE table_id = ? AND partition_values = ? AND name = ?",
                    arguments: [table, values, column])
            }
        }
    }

    static func setStatistics(
        _ statistics: [ColumnStatistics], table: Int64, partition: [String]?, now: Int64, analyzedMicros: [String: Int64] = [:],
        _ db: GRDB.Database
    ) throws {
        let insert = try db.makeStatement(
            sql: """
                INSERT OR REPLACE INTO column_statistics (table_id, partition_values, name, content, analyzed, version)
                SELECT id, ?, ?, ?, ?, version FROM tables WHERE id = ?
                """)
        let values = partition.map(StoredText.partition) ?? ""
        for column in statistics {
            let analyzed = analyzedMicros[column.column] ?? now
            try insert.execute(arguments: [values, column.column, try StoredText.json(column), analyzed, table])
        }
    }

    static let statisticsTables = """
        CREATE TABLE column_statistics (
            table_id INTEGER NOT NULL REFERENCES tables(id) ON DELETE CASCADE, partition_values TEXT NOT NULL, name TEXT NOT NULL,
            content TEXT NOT NULL, analyzed INTEGER NOT NULL, version INTEGER NOT NULL,
            PRIMARY KEY (table_id, partition_values, name)) WITHOUT ROWID;
        """
}
