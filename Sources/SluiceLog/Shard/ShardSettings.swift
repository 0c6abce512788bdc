import SluiceCore
import SluiceStreams
import Synchronization

/// What the shards of a stream share; the stream changes some of it while they work.
final class ShardSettings: Sendable {
    let tag: UInt64
    let files: any LogFiles
    let clock: WallClock
    /// A segment is closed before it would grow over this.
    let segmentBytes: Int
    /// Whether writing and syncing goes to threads of their own: appenders are on threads that others depend on.
    let flushesApart: Bool
    /// How often what has expired is looked for.
    let retentionInterval: Duration
    private let changing: Mutex<Changing>

    struct Changing: Sendable {
        var retentionHours: Int
        var retentionBytes: Int?
        var durability: StreamConfiguration.DurabilityPolicy
        /// For writing; nil for frames in the clear.
        var cipher: FrameCipher?
    }

    init(
        tag: UInt64, files: any LogFiles, clock: WallClock, segmentBytes: Int, flushesApart: Bool, retentionInterval: Duration,
        _ changing: Changing
    ) {
        self.tag = tag
        self.files = files
        self.clock = clock
        self.segmentBytes = segmentBytes
        self.flushesApart = flushesApart
        self.retentionInterval = retentionInterval
        self.changing = Mutex(changing)
    }

    var now: Changing { changing.withLock { $0 } }
    func set(_ value: Changing) { changing.withLock { $0 = value } }
}
