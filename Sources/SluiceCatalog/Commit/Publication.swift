/// Records that a committed run has staged and that are put into a stream after the commit.
package struct Publication: Hashable, Sendable {
    /// Where the staged records are.
    package enum Content: Hashable, Sendable {
        /// A durable file, in a directory of its run.
        case file(String)
        /// In the catalog itself; for what is small.
        case bytes([UInt8])
    }

    package var stream: String
    /// How many shards the stream gets if it does not exist.
    package var shards: Int
    package var content: Content
    package var byteCount: Int64
    package var rowCount: Int64

    package init(stream: String, shards: Int, content: Content, byteCount: Int64, rowCount: Int64) {
        self.stream = stream
        self.shards = shards
        self.content = content
        self.byteCount = byteCount
        self.rowCount = rowCount
    }

    package var path: String? { if case .file(let path) = content { path } else { nil } }
}

/// A publication that the catalog knows of: it is owed until it is struck off.
package struct PendingPublication: Hashable, Sendable {
    /// Ascends over all commits of the state, and with time: milliseconds since 1970 or one more than the last.
    package var id: Int64
    package var run: RunID
    package var pipeline: String
    package var publication: Publication
}

/// What a pipeline still owes to a stream, whose process is gone.
package struct UnpublishedRecords: Hashable, Sendable {
    package var pipeline: String
    package var stream: String
    package var rowCount: Int64
}
