import SluiceCore

extension BlockingThreads {
    /// For the files of buckets.
    static let files = BlockingThreads(limit: BucketLimits.threads)
}
