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
    /// Threads that wait for the disk when one put goes to several shards.
    package static let syncThreads = 8
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
    /// Names and values of one frame's headers, together.
    package static let headerBytes = 64 << 10
    /// An append of more than this is spread over several frames; one long record still makes one frame.
    package static let targetFrameBytes = 1 << 20
    /// Records of one frame.
    package static let frameRecords = 65_536
    /// A header that claims a longer frame is damaged.
    package static let frameBytes = payloadBytes + keyBytes + headerBytes + targetFrameBytes + 4_096
    /// A segment is closed, and the next one opened, before it would grow over this.
    package static let segmentBytes = 64 << 20
    /// Descriptors of segments that are open at a time in the process, however many shards and readers there are.
    package static let openFiles = 256
    /// One entry of a segment's index for so many bytes of frames.
    package static let indexIntervalBytes = 32 << 10
    /// How far ahead of small appends blocks are written with zeros: as much as the segment holds, within these bounds.
    package static let reserveBytes = (64 << 10)...(4 << 20)
    /// A write of more grows the file instead: zeros would double what goes to the disk.
    package static let reservingWriteBytes = 64 << 10
    /// Files of removed segments that a shard keeps to write the next ones over.
    package static let spareSegments = 2
    /// Producers whose last batch a shard remembers.
    package static let producers = 1_024
    /// Frames of unsynced appends that wait in memory for one larger write.
    package static let writeBufferBytes = 1 << 20
    /// Frames waiting in memory while another write is under way; more suspends the appender.
    package static let queuedBytes = 8 << 20
    /// Bytes of buffered appends after which the disk begins to work, long before the sync that waits for it.
    package static let storingBytes = 4 << 20
    /// What a reader fetches in its first system call; each later one takes twice as much, up to what it was asked for.
    package static let firstReadBytes = 64 << 10
    package static let mostReadBytes = 64 << 20
    /// What a reader fetches in one system call unless asked otherwise.
    package static let readBytes = 1 << 20
    /// Hours that records are kept (Kinesis: default 24, at most 8,760).
    package static let defaultRetentionHours = 24
    package static let retentionHours = 1...8_760
    /// Distinct keys whose shard a router remembers.
    package static let routedKeys = 65_536
    /// The metadata file of a stream.
    package static let metadataBytes = 1 << 20
    /// How long opening waits for somebody who holds the lock only to recover.
    package static let recoveryWaitMillis = 10_000
}
