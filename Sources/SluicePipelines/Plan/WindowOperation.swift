package import SluiceExpressions

/// Groups within windows of event time.
package struct WindowOperation: Sendable {
    /// How time is cut.
    package enum Kind: Hashable, Sendable {
        /// Windows of `size` that begin every `slide` microseconds since 1970; one after another where both are equal.
        case sliding(size: Int64, slide: Int64)
        /// Windows of rows of one group that are less than `gap` microseconds apart.
        case session(gap: Int64)
        /// Windows of `size` that begin with the first row of a group that is in none.
        case stagger(size: Int64)
        /// So many rows of a group, in the order in which they come.
        case count(Int)
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
    /// The side output that late rows go to, in place of `lateRows`.
    package var lateOutput: String?
    package var groups: AggregateOperation
    /// Windows take rows for so many microseconds behind their end, and hand on corrected results: only of kind `sliding`. The results have
    /// the column `revision` where it is not zero.
    package var allowedLateness: Int64 = 0
    /// How often results of open windows are handed on, in microseconds of the clock: only of kind `sliding`. The results have the column
    /// `is_early` where it is there.
    package var early: Int64?
    /// How time, groups and aggregates were written: what open windows hold is told apart by it.
    package var timeText = ""
    package var groupTexts: [String] = []
    package var aggregateTexts: [String] = []

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

    /// Whether rows belong to windows by their time.
    package var isOfTime: Bool { if case .count = kind { false } else { true } }

    /// Columns of the result in front of those of groups and aggregates: the window's ends, and what marks a result that is not the only one.
    package var markCount: Int { 2 + (early == nil ? 0 : 1) + (allowedLateness == 0 ? 0 : 1) }
}
