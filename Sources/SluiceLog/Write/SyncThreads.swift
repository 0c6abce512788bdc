import SluiceCore

extension BlockingThreads {
    /// For syncs of shards, several of them side by side.
    static let syncs = BlockingThreads(limit: LogLimits.syncThreads)
}
