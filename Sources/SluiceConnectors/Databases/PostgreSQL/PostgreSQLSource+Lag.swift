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
    private struct State {
        var connection: PostgreSQLConnection?
        /// A server that took long in vain is left alone until then.
        var restsUntil: ContinuousClock.Instant?
    }

    private let access: PostgreSQLAccess
    private let state = Mutex(State())

    init(_ access: PostgreSQLAccess) { self.access = access }

    /// - Parameter limit: Rows at which counting ends.
    /// - Throws: `notIncremental` where no index leads to the rows, or counting them took too long a short while ago; what the server says.
    func count(_ rows: String, upTo limit: Int64, of name: String, cursor: String) throws(SluiceError) -> Int64 {
        try state.withLock { state throws(SluiceError) in
            if let until = state.restsUntil, until > .now { throw Self.costly(name, cursor) }
            let connection: PostgreSQLConnection
            if let known = state.connection { connection = known } else { connection = try open() }
            // One that fails is not used again.
            state = State()
            let begun = ContinuousClock.now
            do throws(SluiceError) {
                // Without scans of whole tables, also of small ones: what is planned then shows whether there is an index.
                let plan = try connection.rows("EXPLAIN (COSTS OFF) " + rows).compactMap { $0.first.flatMap(\.self) }
                let isIndexed = !plan.contains { $0.contains("Seq Scan") }
                let sql = "SELECT count(*) FROM (\(rows) LIMIT \(limit)) AS counted"
                let count = isIndexed ? try connection.rows(sql).first?.first.flatMap(\.self).flatMap { Int64($0) } ?? 0 : nil
                state.connection = connection
                guard let count else { throw Self.costly(name, cursor) }
                return count
            } catch {
                if ContinuousClock.now - begun >= .milliseconds(DatabaseLimits.countingMillis) {
                    state.restsUntil = .now + DatabaseLimits.countingRest
                }
                throw error
            }
        }
    }

    private static func costly(_ name: String, _ cursor: String) -> SluiceError {
        SluiceError(
            .notIncremental, "rows of \(name) behind \"\(cursor)\" cannot be counted cheaply", remedy: "give the column an index")
    }

    private func open() throws(SluiceError) -> PostgreSQLConnection {
        let connection = try access.connect()
        try connection.execute(
            "SET enable_seqscan = off; SET default_transaction_read_only = on; SET statement_timeout = \(DatabaseLimits.countingMillis)")
        return connection
    }
}
#endif
