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
