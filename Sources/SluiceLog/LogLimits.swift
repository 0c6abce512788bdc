import SluiceStreams

/// Bounds of the embedded log beside those that all streams have (`StreamLimits`).
package enum LogLimits {
    /// Hours that records are kept: less than what Kinesis takes, where it is asked for.
    package static let retentionHours = 1...StreamLimits.retentionHours.upperBound
    /// How often the load of an on-demand stream is looked at.
    package static let loadSeconds = 10
    /// How often what has expired is looked for, besides the moments in which a segment is closed.
    package static let retentionSeconds = 60
    /// Threads that wait for the disk when one put goes to several shards.
    package static let syncThreads = 8
    /// Names and values of one frame's headers, together.
    package static let headerBytes = 64 << 10
    /// An append of more than this is spread over several frames; one long record still makes one frame.
    package static let targetFrameBytes = 1 << 20
    /// Records of one frame.
    package static let frameRecords = 65_536
    /// A header that claims a longer frame is damaged.
    package static let frameBytes = StreamLimits.payloadBytes + StreamLimits.keyBytes + headerBytes + targetFrameBytes + 4_096
    /// A segment is closed, and the next one opened, before it would grow over this.
    package static let segmentBytes = 64 << 20
    /// Descriptors of segments that are open at a time in the process, however many shards and readers there are.
    package static let openFiles = 256
    /// Indexes of closed segments that the process remembers, each of at most some 40 KiB.
    package static let rememberedIndexes = 256
    /// One entry of a segment's index for so many bytes of frames.
    package static let indexIntervalBytes = 32 << 10
    /// How far ahead of small appends blocks are written with zeros: as much as the segment holds, within these bounds.
    package static let reserveBytes = (64 << 10)...(4 << 20)
    /// Ahead of small writes, zeros for so many of them, and at least so many bytes: their writer waits until the zeros are on disk, too.
    package static let reservedWrites = 64
    package static let smallReserveBytes = 256 << 10
    /// How far ahead of larger writes blocks are allocated.
    package static let allocateBytes = 8 << 20
    /// A write of more is large: zeros would double what goes to the disk.
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
    /// How long opening waits for somebody who holds the lock only to recover.
    package static let recoveryWaitMillis = 10_000
}
