package import SluiceCore
package import SluiceStreams

extension KinesisStreams {
    /// The service names neither the newest record of a shard nor how many there are, but it says how far a reader is behind it. So this tells
    /// an empty shard from others, and that only where times are asked for, since it costs one of the five reads that a shard has each second.
    package func shardContents(_ stream: String, _ shard: ShardID, withTimes: Bool) async throws(SluiceError) -> ShardContents {
        guard withTimes else { return .unknown }
        let page = try await getRecords(try await shardIterator(stream, shard, .trimHorizon), limit: 1)
        return page.count == 0 && page.millisBehindLatest == 0 ? .empty : .unknown
    }
}
