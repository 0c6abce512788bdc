/// Bounds of the Kinesis service (API model of 2026-08) and of this backend.
package enum KinesisLimits {
    /// Streams and shards of one page of a listing.
    static let listedStreams = 100
    static let listedShards = 1_000
    /// Tags of one call.
    static let tagsOfCall = 10
    /// Pages of one listing; a service that never ends is refused.
    static let pages = 10_000
    /// How far a reader may be behind the newest record: what retention allows is a thousandth of it.
    static let millisBehind: ClosedRange<Int64> = 0...1 << 45
    /// Iterators whose place is remembered, so that an expired one can be made anew.
    static let rememberedIterators = 10_000
    /// How often the state of a stream that changes is asked for, and how long a change may take.
    static let stateSeconds = 1
    static let changeSeconds = 900
    /// Reads of one shard: five a second are allowed, to all its readers together.
    static let readMillis = 200
    /// Between the reads of a subscription that has all records (the Kinesis Client Library's default).
    static let idleMillis = 1_000
    /// The key that encrypts streams unless somebody made another: that of the service itself.
    static let serviceKey = "alias/aws/kinesis"
}
