import SluiceCore

/// Bounds of the partitioned log. Those that Kinesis shares name its limit (API model of 2026-08).
package enum StreamLimits {
    /// Characters of a stream's name, of `[a-zA-Z0-9_.-]` (Kinesis: 1 to 128).
    package static let nameCharacters = 128
    /// Shards of one stream.
    package static let shards = 1_024
    /// Bytes of a partition key (Kinesis: 1 to 256 characters).
    package static let keyBytes = 1_024
    /// Bytes of one record's payload: as long as a record of any format may be.
    package static let payloadBytes = CoreLimits.recordBytes
    /// Characters of the partition key of a put (Kinesis).
    package static let keyCharacters = 1...256
    /// Key and payload of one record, unless a stream says otherwise (Kinesis: 1,024 KiB, at most 10,240 KiB).
    package static let defaultRecordBytes = 1 << 20
    package static let recordBytes = 1_024...(10 << 20)
    /// Records and bytes of one put (Kinesis: PutRecords).
    package static let putRecords = 500
    package static let putBytes = 10 << 20
    /// Records and bytes of one read (Kinesis: GetRecords).
    package static let getRecords = 10_000
    package static let getBytes = 10 << 20
    /// Life of an iterator (Kinesis: 300 seconds).
    package static let iteratorSeconds = 300
    /// Tags of a stream (Kinesis: 50), and characters of a tag's key and value.
    package static let tags = 50
    package static let tagKeyCharacters = 128
    package static let tagValueCharacters = 256
    /// With `interval` durability, how long a record may wait for its sync.
    package static let syncIntervalMillis = 100
    /// Hours that records are kept (Kinesis: default 24, at most 8,760). A backend may keep them for less where it is asked for.
    package static let defaultRetentionHours = 24
    package static let retentionHours = 24...8_760
    /// Shards of a new on-demand stream (Kinesis).
    package static let onDemandShards = 4
    /// Distinct keys whose shard a router remembers.
    package static let routedKeys = 65_536
}
