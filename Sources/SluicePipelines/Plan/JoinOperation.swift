/// Which rows of the two sides a join hands on.
package enum JoinKind: String, Sendable, CaseIterable {
    case inner, left, right, full, semi, anti

    /// Whether rows of the input without a match are handed on, with nulls beside them.
    package var keepsInput: Bool { self == .left || self == .full }
    /// Whether rows of the table without a match are handed on, with nulls beside them.
    package var keepsTable: Bool { self == .right || self == .full }
    /// Whether columns of the table come behind the input's.
    package var addsColumns: Bool { self != .semi && self != .anti }
}

/// Which one of the table's rows with equal keys belongs to a row of the input: the nearest by a column.
package struct AsOfMatch: Sendable {
    /// Where the nearest row is looked for.
    package enum Direction: String, Sendable, CaseIterable { case backward, forward, nearest }

    /// How far away it may be, in the unit of the columns: days, microseconds, units of a decimal's last digit, or plain numbers.
    package enum Tolerance: Sendable, Hashable {
        case whole(Int128)
        case fraction(Double)
    }

    /// The column of the input and that of the table, of one type that has differences; nulls and NaNs match nothing.
    package var inputColumn: Int
    package var tableColumn: Int
    package var direction: Direction
    /// Nil: any distance.
    package var tolerance: Tolerance?

    package init(inputColumn: Int, tableColumn: Int, direction: Direction, tolerance: Tolerance?) {
        self.inputColumn = inputColumn
        self.tableColumn = tableColumn
        self.direction = direction
        self.tolerance = tolerance
    }
}

/// A join of the input with a table: the table is hashed by its keys, and the input goes past it.
package struct JoinOperation: Sendable {
    package var kind: JoinKind
    package var table: PlannedSource
    /// Key columns of the input and of the table, pairwise of one type; null keys match nothing.
    package var inputKeys: [Int]
    package var tableKeys: [Int]
    /// Columns of the table that are put behind the input's.
    package var tableColumns: [Int]
    /// At most one row of the table for each of the input's; nil: all with equal keys. Not with kinds that keep the table.
    package var asOf: AsOfMatch?
    /// How old the table may be in an epoch of a run, in microseconds, before it is read anew.
    package var refreshMicros: Int64 = 0
    /// Nil: the other side is a table, which is read whole before the input. Otherwise both sides are followed, and matches are near in time.
    package var interval: IntervalMatch?

    package init(kind: JoinKind, table: PlannedSource, inputKeys: [Int], tableKeys: [Int], tableColumns: [Int], asOf: AsOfMatch? = nil) {
        self.kind = kind
        self.table = table
        self.inputKeys = inputKeys
        self.tableKeys = tableKeys
        self.tableColumns = tableColumns
        self.asOf = asOf
    }

    /// Columns of the input that the join itself looks at.
    package var readColumns: [Int] { inputKeys + [asOf?.inputColumn, interval?.inputTime].compactMap(\.self) }
}
