package import SluiceExpressions

/// Which rows stay.
package enum SampleOperation: Sendable {
    /// The first row and every n-th behind it, in source order.
    case every(Int)
    case share(ShareOfRows)

    /// Columns of the input that decide; rows that are chosen by all columns are so by those that somebody reads.
    package var readColumns: [Int] {
        if case .share(let rows) = self { rows.columns?.columns ?? [] } else { [] }
    }
}

/// Rows whose 64-bit hash is among the lowest: the same ones in every run.
package struct ShareOfRows: Sendable {
    /// The highest hash that stays.
    package var limit: UInt64
    /// Other seeds give other rows.
    package var seed: Int64
    /// Of columns that decide; nil: the place of the row's record in its file or stream.
    package var columns: BoundExpression?
    /// Of all columns: for rows that do not stand for one record, such as those of an aggregation.
    package var wholeRow: BoundExpression

    package init(share: Double, seed: Int64, columns: BoundExpression?, wholeRow: BoundExpression) {
        limit = share >= 1 ? .max : UInt64(share * 0x1p64)
        self.seed = seed
        self.columns = columns
        self.wholeRow = wholeRow
    }
}
