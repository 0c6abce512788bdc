import SluiceCore
import SluicePipelines
import SluiceSQLite
import Synchronization

/// Reads a range of a table's rows, or all rows of a query.
final class SQLiteSplitReader: SplitReader {
    private struct State {
        var statement: SQLiteStatement?
        var bytesRead: Int64 = 0
        /// Rows before, for rows that have no number.
        var rowCount: Int64 = 0
    }

    private let rows: SQLiteRowReader
    private let state: Mutex<State>

    init(_ source: SQLiteSource, _ range: RowRange, _ request: SourceRequest, in connection: SQLiteConnection) throws(SluiceError) {
        rows = try SQLiteRowReader(source, request.columns)
        var sql = rows.select
        var bounds: [Int64] = []
        if let rowid = source.rowid {
            if let from = range.from {
                sql += " WHERE \(rowid) >= ?"
                bounds.append(from)
            }
            if let below = range.below {
                sql += (bounds.isEmpty ? " WHERE" : " AND") + " \(rowid) < ?"
                bounds.append(below)
            }
            sql += " ORDER BY \(rowid)"
        }
        let statement = try connection.prepare(sql)
        for (index, bound) in bounds.enumerated() { try statement.bind(bound, at: index) }
        state = Mutex(State(statement: statement))
    }

    var bytesRead: Int64 { state.withLock { $0.bytesRead } }

    func next() async throws -> (any SplitPiece)? {
        let read: ReadBatch? = try state.withLock { state throws(SluiceError) in
            guard let statement = state.statement else { return nil }
            var batch = rows.batch()
            while !batch.isFull {
                guard try statement.step() else {
                    // With the last statement goes the connection, and with it the transaction.
                    state.statement = nil
                    break
                }
                batch.take(statement, number: state.rowCount + 1)
                state.rowCount += 1
            }
            state.bytesRead += batch.byteCount
            return batch.rowCount == 0 ? nil : batch.finish()
        }
        return read.map { read in DeferredBatch { read } }
    }
}
