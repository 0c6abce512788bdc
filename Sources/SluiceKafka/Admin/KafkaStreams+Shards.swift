#if Kafka
package import SluiceCore
package import SluiceStreams

extension KafkaStreams {
    /// All partitions are open from the beginning, so each filter but `afterShard` lets all through.
    package func listShards(_ stream: String, _ filter: ShardFilter) async throws(SluiceError) -> [ShardSummary] {
        let topic = try await freshTopic(stream)
        let shards = HashRange.slices(topic.partitions).enumerated().map { number, range in
            ShardSummary(id: ShardID(number), range: range, startingSequence: SequenceNumber(0))
        }
        guard case .afterShard(let shard) = filter else { return shards }
        return shards.filter { $0.id.number > shard.number }
    }

    package func splitShard(_ stream: String, _ shard: ShardID, at hashKey: UInt128) async throws(SluiceError) {
        throw .kafkaUnsupported("way to split a partition", remedy: "give the topic more partitions (scale)")
    }

    package func mergeShards(_ stream: String, _ shard: ShardID, _ adjacent: ShardID) async throws(SluiceError) {
        throw .kafkaUnsupported("way to merge partitions", remedy: "copy the records into a topic with fewer partitions")
    }

    /// Adds partitions; Kafka never takes one away.
    ///
    /// All ranges change with it, so most keys go to another partition from then on. Records that are there stay where they are, and nothing
    /// makes readers read them before the newer ones of the same key.
    package func updateShardCount(_ stream: String, to target: Int) async throws(SluiceError) {
        let topic = try await freshTopic(stream)
        guard (1...StreamLimits.shards).contains(target) else {
            throw SluiceError(
                .invalidOption, "a topic cannot have \(target) partitions here", remedy: "choose from 1 to \(StreamLimits.shards)")
        }
        if target == topic.partitions { return }
        guard target > topic.partitions else {
            throw .kafkaUnsupported(
                "way to take partitions away: the topic has \(topic.partitions), not \(target)",
                remedy: "copy the records into a topic with fewer partitions")
        }
        try await TopicAdmin.addPartitions(stream, upTo: target, try readers.client())
        forgetTopic(stream)
        try await waitForTopic(stream) { $0 == target }
    }
}
#endif
