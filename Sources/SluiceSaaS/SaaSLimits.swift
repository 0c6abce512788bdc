/// Bounds of connectors to services.
package enum SaaSLimits {
    /// Pages of one window: more is taken for a service that never ends.
    static let pages = 10_000_000
    /// Pages in a row without a record: more are taken for a service that never ends.
    static let emptyPages = 1_000
    /// Records that a bookmark holds because their cursors lie within the lag.
    static let seenRecords = 100_000
    /// Microseconds by which a window may go back.
    static let longestLag: Int64 = 86_400_000_000 * 31
    /// Records of another entity whose own are read, such as channels, or the threads in them. Each is held in memory with its bookmark, some
    /// hundred bytes; at 50 requests a minute so many take two weeks.
    package static let parents = 1_000_000
    /// Bytes of pages after which a slice is committed, so that a run that fails goes on behind it.
    package static let sliceBytes: Int64 = 32 << 20
    /// Times in a row that a page's cursor may end.
    static let restarts = 3
    /// How soon a job is looked at again, and the longest pause between two looks.
    static let firstJobPause = Duration.milliseconds(100)
    static let longestJobPause = Duration.seconds(15)
    /// How long one run waits for a job.
    static let longestJob = Duration.seconds(4 * 3_600)
    /// A job that was made longer ago is not gone on with: what it has is too old.
    static let jobLifeMicros: Int64 = 86_400_000_000
    /// The pause before a file that should be there is asked for again.
    static let lateFilePause = Duration.seconds(5)
    /// Rows of the smallest page of a job's results.
    static let leastJobRows = 1_000
    /// Bytes of a page that a message may quote.
    static let quotedBytes = 1_000
    /// Times that a page which lost rows on its way is asked for.
    static let pageAttempts = 6
    /// Records from which on a job takes less time than pages.
    static let jobThreshold = 50_000
    /// Bytes of a range of a job's file.
    package static let rangeBytes = 8 << 20
    /// Bytes of a file that a job reads, and rows from which on one is made.
    static let loadBytes = 32 << 20
    static let loadThreshold = 1_000
}
