import SluiceCatalog
import SluiceCore
import SluiceEngine

/// What a query that was answered has to say beside its rows.
package struct QuerySummary: Sendable {
    /// Of the result.
    package var rowCount: Int64
    /// Of all tables.
    package var rowsRead: Int64
    /// As stored.
    package var bytesRead: Int64
    package var seconds: Double
    /// Records that could not be read, or values that SQLite cannot hold, which were left out.
    package var rejected: Int64
    /// The first of them, a line each.
    package var rejects: [String]
    /// `engine` or `sqlite`.
    package var path: String

    init(_ summary: ConversionSummary, _ query: PreparedQuery) {
        rowCount = summary.report.rowsOut
        let elapsed = (ContinuousClock.now - query.start).components
        seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
        let counts = query.sideCounts
        rowsRead = counts.rows + (query.isOfEngine ? summary.report.rowsIn : 0)
        bytesRead = counts.bytes + (query.isOfEngine ? summary.report.bytesIn : 0)
        rejected = counts.rejected + summary.report.deadLetters
        rejects = Array((counts.rejects + summary.deadLetters.map(\.line)).prefix(QueryLimits.shownRejects))
        path = query.isOfEngine ? "engine" : "sqlite"
    }
}
