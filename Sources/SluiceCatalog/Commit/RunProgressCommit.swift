/// How far a run has come, recorded in the transaction of its commit.
package struct RunProgressCommit: Hashable, Sendable {
    package var bookmarks: [Bookmark]
    /// Of consumer groups.
    package var checkpoints: [StoredCheckpoint]
    /// What the pipeline's steps keep for its next epoch.
    package var state: PipelineState?
    /// Publications whose records are durable in their streams: they are struck off.
    package var published: [Int64]
    /// Whether the run ends.
    package var isLast: Bool
    /// Where the run's next epoch will stage, in place of what the run had said before.
    package var nextStaging: [String]

    package init(
        bookmarks: [Bookmark] = [], checkpoints: [StoredCheckpoint] = [], state: PipelineState? = nil, published: [Int64] = [],
        isLast: Bool = true, nextStaging: [String] = []
    ) {
        self.bookmarks = bookmarks
        self.checkpoints = checkpoints
        self.state = state
        self.published = published
        self.isLast = isLast
        self.nextStaging = nextStaging
    }
}
