/// Which rows of two sides that are both followed belong together, beside having equal keys: those that happened near each other.
package struct IntervalMatch: Sendable {
    /// Columns with the time of a row, of one type: a date or a timestamp.
    package var inputTime: Int
    package var tableTime: Int
    /// How much earlier than the input's row the other one may be, and how much later, in microseconds.
    package var before: Int64
    package var after: Int64
    /// How much later than the newest of its side a row may come, in microseconds.
    package var delay: Int64
    /// A split or side that had no rows for so many microseconds does not hold back the watermark.
    package var idle: Int64
    /// What becomes of rows behind the watermark, whose matches were forgotten.
    package var lateRows: WindowOperation.LateRows

    package init(
        inputTime: Int, tableTime: Int, before: Int64, after: Int64, delay: Int64, idle: Int64, lateRows: WindowOperation.LateRows
    ) {
        self.inputTime = inputTime
        self.tableTime = tableTime
        self.before = before
        self.after = after
        self.delay = delay
        self.idle = idle
        self.lateRows = lateRows
    }
}
