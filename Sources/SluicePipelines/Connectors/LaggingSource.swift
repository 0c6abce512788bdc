import SluiceCore

/// A source that can tell how much it has behind what was read.
package protocol LaggingSource: IncrementalSource {
    /// By split; asked for now and then while a run reads, so it must be cheap.
    func lag(behind positions: SourcePositions) throws -> [SplitLag]
}

/// How far a split was read, and what it has behind that.
package struct SplitLag: Hashable, Sendable {
    package var split: String
    /// Of all records that the split ever had, those before the position; nil where nobody counts them.
    package var reached: Int64?
    /// Records that were not read yet.
    package var records: Int64

    package init(split: String, reached: Int64?, records: Int64) {
        self.split = split
        self.reached = reached
        self.records = records
    }
}
