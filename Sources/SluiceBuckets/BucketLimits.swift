/// Bounds of the store of buckets; those that are S3's own are in its user guide ("Naming Amazon S3 objects", "Bucket naming rules",
/// "Amazon S3 multipart upload limits").
package enum BucketLimits {
    /// Bytes of a key.
    package static let keyBytes = 1_024
    /// Bytes of a name in a directory (Linux: `NAME_MAX`).
    static let fileNameBytes = 255
    /// Entries of a page of a listing.
    package static let pageEntries = 1_000
    /// Bytes of an object that are kept in the index's journal until its file is on the disk, so that many small objects share one sync.
    package static let journalledBytes = 64 << 10
    /// Bytes that stand in the journal, or files that wait for their sync, before the files are synced.
    static let unsyncedBytes = 64 << 20
    static let unsyncedFiles = 4_096
    /// Changes that one transaction takes.
    static let changesPerCommit = 1_024
    /// Threads that wait for the disk.
    static let threads = 16
    /// Bytes that are copied at a time from one file to another, and read at a time for a digest.
    static let copiedBytes = 64 << 20
    static let readBytes = 256 << 10
    /// Connections that read the index and are kept for the next reader.
    static let readers = 8
    /// Buckets that are remembered.
    static let knownBuckets = 1_024
    /// Bytes of a part but the last, and how many parts an upload has at most.
    package static let partBytes: Int64 = 5 << 20
    package static let parts = 10_000
    /// Uploads that were completed and are remembered, so that a repeated completion is answered as the first was.
    static let rememberedCompletions = 10_000
}
