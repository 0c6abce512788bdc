package import SluiceCore

extension StreamBackend {
    /// The shards of a stream as a consumer group sees them.
    ///
    /// - Parameter withTimes: Whether to look up when their oldest and newest records arrived.
    /// - Throws: `notFound` for an unknown stream, and what listing throws.
    package func groupShards(of stream: String, withTimes: Bool = false) async throws(SluiceError) -> [GroupShard] {
        var shards: [GroupShard] = []
        for shard in try await listShards(stream, .fromTrimHorizon) {
            var found = GroupShard(shard)
            do throws(SluiceError) {
                found.contents = try await shardContents(stream, shard.id, withTimes: withTimes)
            } catch {
                // Its last record has expired since it was listed.
                if error.code == .notFound { continue }
                throw error
            }
            shards.append(found)
        }
        return shards
    }
}

extension GroupShard {
    /// Without what it holds.
    package init(_ shard: ShardSummary) {
        self.init(
            id: shard.id.description, parents: [shard.parent, shard.adjacentParent].compactMap { $0?.description }, range: shard.range,
            isClosed: !shard.isOpen)
    }
}
