import SluiceCatalog
package import SluiceCore
import SluiceEngine
import SluicePipelines
import Synchronization

/// What a query has read, counted by its feeds.
final class QueryFigures: Sendable {
    struct Counts: Sendable {
        var rows: Int64 = 0
        var bytes: Int64 = 0
        var rejected: Int64 = 0
        /// The first ones, a line each.
        var rejects: [String] = []
    }

    private let counts = Mutex(Counts())
    private let policy: ErrorPolicy

    /// - Parameter policy: What becomes of records that cannot be read; those that are kept elsewhere are only counted here.
    init(policy: ErrorPolicy) { self.policy = policy }

    var current: Counts { counts.withLock { $0 } }

    func add(bytes: Int64) { counts.withLock { $0.bytes += bytes } }
    func add(rows: Int64) { counts.withLock { $0.rows += rows } }

    /// Adds what a part of the query has read.
    func add(_ part: ConversionSummary) {
        counts.withLock { counts in
            counts.rows += part.report.rowsIn
            counts.bytes += part.report.bytesIn
            counts.rejected += part.report.deadLetters
            counts.add(part.deadLetters.map(\.line))
        }
    }

    /// - Throws: The first reject where it is to end the query.
    func take(_ read: ReadBatch, countsRows: Bool) throws {
        if countsRows { counts.withLock { $0.rows += Int64(read.batch.rowCount + read.skippedRows) } }
        try take(read.rejects)
    }

    /// - Throws: The first reject where it is to end the query.
    func take(_ rejects: [Reject]) throws {
        guard let first = rejects.first else { return }
        if policy == .fail { throw first.queryError }
        counts.withLock { counts in
            counts.rejected += Int64(rejects.count)
            counts.add(rejects.prefix(QueryLimits.shownRejects).map(\.line))
        }
    }
}

extension QueryFigures.Counts {
    fileprivate mutating func add(_ lines: [String]) {
        rejects += lines.prefix(max(0, QueryLimits.shownRejects - rejects.count))
    }
}

extension DeadLetter {
    /// For people.
    var line: String { "\(location?.description ?? "?")  \(code): " + (column.map { "column \($0): " } ?? "") + message }
}

extension Reject {
    /// For people.
    fileprivate var line: String {
        "\(location?.description ?? "?")  \(error.code): " + (error.column.map { "column \($0): " } ?? "") + error.message
    }

    /// The reject as the error that ends a query.
    package var queryError: SluiceError {
        SluiceError(
            error.code, (error.column.map { "column \"\($0)\": " } ?? "") + error.message, at: location,
            remedy: error.remedy ?? "correct the record, or add --on-error skip to leave such records out and count them")
    }
}
