#if PostgreSQL
import SluiceCore
import SluicePipelines
import SluicePostgreSQL
import Synchronization

/// Rows behind the bookmark, where an index counts them.
extension PostgreSQLSource: LaggingSource {
    func lag(behind positions: SourcePositions) throws -> [SplitLag] {
        let cursor = try requireCursor()
        let bookmark = try CursorBookmark.stored(positions[ExactText("\(access.name)/\(rowsName)")], cursor: cursor.name, of: rowsName)
        let rows = "SELECT 1 FROM \(from) WHERE \(PostgreSQLCursor.condition(cursor, after: bookmark))"
        let known = Int64(bookmark?.seen.count ?? 0)
        let count = try counter.count(rows, upTo: DatabaseLimits.countedRows + known, of: rowsName, cursor: cursor.name)
        return [SplitLag(split: "rows by \(cursor.name)", reached: nil, records: max(0, count - known))]
    }
}

/// Counts rows now and then, through a connection of its own that stays open.
final class PostgreSQLCounter: Sendable {
    private let access: PostgreSQLAccess
    private let connection = Mutex<PostgreSQLConnection?>(nil)

    init(_ access: PostgreSQLAccess) { self.access = access }

    /// - Parameter limit: Rows at which counting ends.
    /// - Throws: `notIncremental` where no index leads to the rows; what the server says, among it that counting took longer than
    ///   `DatabaseLimits.countingMillis`.
    func count(_ rows: String, upTo limit: Int64, of name: String, cursor: String) throws(SluiceError) -> Int64 {
        try connection.withLock { held throws(SluiceError) in
            let connection: PostgreSQLConnection
            if let known = held { connection = known } else { connection = try open() }
            // One that fails is not used again.
            held = nil
            // Without scans of whole tables, also of small ones: what is planned then shows whether there is an index.
            let plan = try connection.rows("EXPLAIN (COSTS OFF) " + rows).compactMap { $0.first.flatMap(\.self) }
            guard !plan.contains(where: { $0.contains("Seq Scan") }) else {
                held = connection
                throw SluiceError(
                    .notIncremental, "rows of \(name) behind \"\(cursor)\" cannot be counted cheaply", remedy: "give the column an index")
            }
            let count = try connection.rows("SELECT count(*) FROM (\(rows) LIMIT \(limit)) AS counted").first?.first.flatMap(\.self)
            held = connection
            return count.flatMap { Int64($0) } ?? 0
        }
    }

    private func open() throws(SluiceError) -> PostgreSQLConnection {
        let connection = try access.connect()
        try connection.execute(
            "SET enable_seqscan = off; SET default_transaction_read_only = on; SET statement_timeout = \(DatabaseLimits.countingMillis)")
        return connection
    }
}
#endif
