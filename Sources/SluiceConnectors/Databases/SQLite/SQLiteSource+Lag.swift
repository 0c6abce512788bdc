import SluiceCore
import SluicePipelines
import SluiceSQLite

/// Rows behind the bookmark, where an index counts them.
extension SQLiteSource: LaggingSource {
    func lag(behind positions: SourcePositions) throws -> [SplitLag] {
        let cursor = try requireCursor()
        let bookmark = try CursorBookmark.stored(positions[ExactText("\(databaseName)/\(rowsName)")], cursor: cursor, of: rowsName)
        let order = try SQLiteCursorOrder(self, cursor)
        let start = try bookmark.map { bookmark throws(SluiceError) in try SQLiteValue(bookmark) }
        let rows = "SELECT 1 FROM \(from) WHERE \(order.name) " + (start == nil ? "IS NOT NULL" : ">= ?1") + order.ofClass
        let connection = try SQLiteConnection(path, .read)
        let values = start.map { [$0] } ?? []
        guard try start == nil || isIndexed(rows, values, connection) else {
            throw SluiceError(
                .notIncremental, "rows of \(rowsName) behind \"\(cursor)\" cannot be counted cheaply", remedy: "give the column an index")
        }
        let known = Int64(bookmark?.seen.count ?? 0)
        let limit = DatabaseLimits.countedRows
        let count = try connection.integer("SELECT count(*) FROM (\(rows) LIMIT \(limit + known))", values) ?? 0
        return [SplitLag(split: "rows by \(cursor)", reached: nil, records: max(0, count - known))]
    }

    private func isIndexed(_ rows: String, _ values: [SQLiteValue], _ connection: SQLiteConnection) throws(SluiceError) -> Bool {
        let plan = try connection.prepare("EXPLAIN QUERY PLAN " + rows)
        for (index, value) in values.enumerated() { try plan.bind(value, at: index) }
        var isIndexed = false
        while try plan.step() {
            // id, parent, unused, text (sqlite.org/eqp.html)
            let text = plan.text(3) ?? ""
            if text.hasPrefix("SCAN") { return false }
            if text.hasPrefix("SEARCH") { isIndexed = true }
        }
        return isIndexed
    }
}
