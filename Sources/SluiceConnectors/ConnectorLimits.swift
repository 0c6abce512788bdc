/// Bounds of the connectors in this target; those of single files are in `FormatLimits`, those that hold everywhere in `CoreLimits`.
package enum ConnectorLimits {
    /// Files of one source.
    package static let files = 100_000
    /// Files that one writer keeps open; the least recently used one is completed before another is opened.
    package static let openFiles = 64
    /// Encoded bytes of one output file that wait for a larger write.
    package static let pendingFileBytes = 256 << 10
    /// Written bytes after which the disk begins to store them, where the file is to be durable.
    static let earlyStoreBytes: Int64 = 8 << 20
    /// Rows at the end of a file that are encoded in two parts.
    static let splitRestRows = 32_768
    /// Encoded bytes that one writer holds over all its partitions.
    package static let pendingBytes = 32 << 20
    /// Partitions that one writer may make; a table partitioned by something like an identifier is a mistake.
    package static let partitions = 10_000
    /// Columns that the names of partitions are made of.
    package static let partitionColumns = 16
    /// A file that was changed less long ago may still be written: a run that follows its source leaves it for later.
    static let settleMicros: Int64 = 1_000_000
    /// Units that a backfill cuts its range into.
    package static let backfillUnits = 10_000
    /// Records of a shard that one unit of a backfill by numbers has.
    static let backfillRecords: UInt64 = 1_000_000
    /// An output file that was begun longer ago has its lock, if its writer lives.
    static let abandonedPartSeconds = 60
    /// Uploads that are completed at a time.
    static let uploadsCompleted = 8
    /// Files of one writer that are on their way to an object store, complete and on the disk.
    static let filesOnTheirWay = 16
    /// Objects whose beginnings are asked for at a time.
    static let headsAhead = 16
    /// Names that one message lists.
    static let listedNames = 5
    /// Bytes of the header that says how to decode the records of a file.
    package static let envelopeBytes = 48 << 10
}
