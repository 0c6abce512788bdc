package import SluiceExpressions

/// Groups within windows of event time.
package struct WindowOperation: Sendable {
    /// How time is cut.
    package enum Kind: Hashable, Sendable {
        /// Windows of `size` that begin every `slide` microseconds since 1970; one after another where both are equal.
        case sliding(size: Int64, slide: Int64)
        /// Windows of rows of one group that are less than `gap` microseconds apart.
        case session(gap: Int64)
    }

    /// What becomes of rows whose windows were handed on.
    package enum LateRows: String, Sendable, CaseIterable {
        /// Kept as dead letters; they never end a run.
        case deadLetter = "dead_letter"
        /// Counted as rejected, and left out.
        case drop
    }

    /// A date or timestamp.
    package var time: BoundExpression
    package var kind: Kind
    /// How much later than the newest a row may come, in microseconds: the watermark is so far behind the newest.
    package var delay: Int64
    /// A split that had no rows for so many microseconds does not hold back the watermark.
    package var idle: Int64
    package var lateRows: LateRows
    package var groups: AggregateOperation

    package init(
        time: BoundExpression, kind: Kind, delay: Int64, idle: Int64, lateRows: LateRows, groups: AggregateOperation
    ) {
        self.time = time
        self.kind = kind
        self.delay = delay
        self.idle = idle
        self.lateRows = lateRows
        self.groups = groups
    }
}
