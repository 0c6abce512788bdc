/// What a member tells the one who reads shards for it.
package enum GroupOrder: Hashable, Sendable {
    /// Begin to read a shard.
    case start(GroupAssignment)
    /// Stop reading a shard, and report it as stopped; may come twice, the second time for a more urgent reason.
    case stop(shard: String, reason: GroupStop)
}

/// A shard to read and where to begin.
package struct GroupAssignment: Hashable, Sendable {
    package var shard: String
    package var position: GroupPosition
    /// How far the last reader had announced to come.
    package var pending: GroupPosition?
    /// The fencing counter of this ownership.
    package var counter: Int64
    /// Changes of owner since the last checkpoint.
    package var ownerSwitches: Int

    package init(shard: String, position: GroupPosition, pending: GroupPosition? = nil, counter: Int64, ownerSwitches: Int = 0) {
        self.shard = shard
        self.position = position
        self.pending = pending
        self.counter = counter
        self.ownerSwitches = ownerSwitches
    }
}

/// Why a member stops reading a shard.
package enum GroupStop: Hashable, Sendable {
    /// Another member asked for it: finish the batch, checkpoint, report.
    case handOver(to: String)
    /// The member leaves the group: finish the batch, checkpoint, report.
    case leaving
    /// Somebody else may read it already; checkpoints are refused: drop the batch, report.
    case lost(to: String?)
    /// The store could not be reached for the fail-over time, so others may have taken it: drop the batch, report.
    case unconfirmed
    /// The lease was removed, because the shard, or the group, is gone: drop the batch, report.
    case removed

    /// Whether the batch in hand may still be checkpointed.
    package var isGraceful: Bool {
        switch self {
        case .handOver, .leaving: true
        case .lost, .unconfirmed, .removed: false
        }
    }
}
