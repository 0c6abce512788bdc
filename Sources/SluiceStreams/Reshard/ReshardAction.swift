/// One change of a stream's shards.
package enum ReshardAction: Hashable, Sendable {
    /// At the first hash of the second child.
    case split(ShardID, at: UInt128)
    case merge(ShardID, ShardID)
}
