/// What a member tells the one who reads shards for it.
package enum GroupOrder: Hashable, Sendable {
    /// Begin to read a shard.
    case start(GroupAssignment)
    /// Stop reading a shard, and report it as stopped; may come twice, the second time for a more urgent reason.
    case stop(shard: String, reason: GroupStop)
}
