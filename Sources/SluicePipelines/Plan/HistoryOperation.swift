/// Makes a history of each key out of rows that are sorted by key, time, and whether they are new.
package struct HistoryOperation: Sendable {
    /// Input columns of the key.
    package var keys: [Int]
    /// Those whose change makes a new version.
    package var compared: [Int]
    /// Those that are handed on, in the order of the output; behind them come `from`, `to` and whether the version is the last one.
    package var columns: [Int]
    /// From when on the row is valid: a timestamp or a date, never null.
    package var from: Int
    /// Until when it was valid, as known before; null: it is still, or nobody knows.
    package var to: Int
    /// True where the row ends the key's version instead of beginning one.
    package var deleted: Int
    /// Null where the row is a version that was known before.
    package var isNew: Int

    package init(keys: [Int], compared: [Int], columns: [Int], from: Int, to: Int, deleted: Int, isNew: Int) {
        self.keys = keys
        self.compared = compared
        self.columns = columns
        self.from = from
        self.to = to
        self.deleted = deleted
        self.isNew = isNew
    }
}
