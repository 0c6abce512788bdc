import GRDB
package import SluiceCore

extension Catalog {
    /// The first partitions that a filter picks, in the order of their values' text, and how many it picks in all, found in one look-up.
    package func partitionPage(
        of name: TableName, where filter: PartitionFilter?, limit: Int
    ) throws(SluiceError) -> (partitions: [PartitionRecord], count: Int) {
        guard let filter else {
            let first = try partitions(of: name, where: nil, limit: limit)
            return (first, first.count < limit ? first.count : try partitionCount(of: name, where: nil))
        }
        return try completingKeys(of: name, filter) { table, db in
            let pushdown = PartitionPushdown(filter, table: table)
            return pushdown.isExact
                ? try Self.page(table, pushdown, limit, db) : try Self.checkedPage(table, filter, pushdown, limit, db)
        }
    }

    /// What SQLite picks, it keeps, counts, and reads a page of.
    private static func page(
        _ table: Int64, _ pushdown: PartitionPushdown, _ limit: Int, _ db: GRDB.Database
    ) throws -> ([PartitionRecord], Int) {
        let query = """
            WITH picked AS MATERIALIZED (SELECT partition_values AS value FROM partitions WHERE table_id = ? AND \(pushdown.condition))
            SELECT p.*, (SELECT count(*) FROM picked) AS picked_count FROM partitions p
            WHERE p.table_id = ? AND p.partition_values IN (SELECT value FROM picked ORDER BY value LIMIT ?) ORDER BY +p.partition_values
            """
        let arguments = StatementArguments(
            [table.databaseValue] + pushdown.arguments + [table.databaseValue, max(1, limit).databaseValue])
        let rows = try Row.fetchAll(db, sql: query, arguments: arguments)
        let found = try rows.prefix(limit).map { try partition($0, StoredText.partitionValues($0["partition_values"])) }
        return (found, rows.first?["picked_count"] ?? 0)
    }

    /// Every partition that SQLite picks is checked, because the filter says more.
    private static func checkedPage(
        _ table: Int64, _ filter: PartitionFilter, _ pushdown: PartitionPushdown, _ limit: Int, _ db: GRDB.Database
    ) throws -> ([PartitionRecord], Int) {
        let query = "SELECT * FROM partitions WHERE table_id = ? AND \(pushdown.condition) ORDER BY +partition_values"
        let rows = try Row.fetchCursor(db, sql: query, arguments: StatementArguments([table.databaseValue] + pushdown.arguments))
        var found: [PartitionRecord] = []
        var count = 0
        while let row = try rows.next() {
            let values = StoredText.partitionValues(row["partition_values"])
            guard filter.matches(values) else { continue }
            count += 1
            if found.count < limit { found.append(try partition(row, values)) }
        }
        return (found, count)
    }
}
