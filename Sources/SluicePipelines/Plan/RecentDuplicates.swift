package import SluiceExpressions

/// Rows whose key an earlier row had at nearly the same time are left out.
package struct RecentDuplicates: Sendable {
    /// Columns that are equal in duplicates; nulls are equal here.
    package var keys: [Int]
    /// A date or timestamp.
    package var time: BoundExpression
    /// Rows of one key that are less than so many microseconds apart are duplicates of the first that was kept.
    package var within: Int64
    /// How much later than the newest a row may come, in microseconds: the watermark is so far behind the newest.
    package var delay: Int64
    /// A split that had no rows for so many microseconds does not hold back the watermark.
    package var idle: Int64
    /// What becomes of rows behind the watermark, whose keys were forgotten.
    package var lateRows: WindowOperation.LateRows
    /// The names of the keys, and how the time was written: what is remembered is told apart by it.
    package var keyNames: [String] = []
    package var timeText = ""
    /// The side output that late rows go to, in place of `lateRows`.
    package var lateOutput: String?

    package init(
        keys: [Int], time: BoundExpression, within: Int64, delay: Int64, idle: Int64, lateRows: WindowOperation.LateRows
    ) {
        self.keys = keys
        self.time = time
        self.within = within
        self.delay = delay
        self.idle = idle
        self.lateRows = lateRows
    }
}
