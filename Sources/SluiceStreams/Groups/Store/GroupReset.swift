package import SluiceCore

/// New positions of a group: of all shards, or of some.
package enum GroupReset: Hashable, Sendable {
    /// The group begins anew: all leases are replaced by these, and `start` holds for later ones.
    case all(start: GroupPosition, leases: [NewLease])
    /// Leases that stay and stand elsewhere.
    case shards([String: GroupPosition])

    /// A reset of the whole group.
    ///
    /// - Throws: `invalidOption` for a position that is no start: a sequence number belongs to one shard.
    package static func group(to start: GroupPosition, _ shards: [GroupShard]) throws(SluiceError) -> GroupReset {
        let settings = try GroupSettings(start: start)
        return .all(start: start, leases: LeasePlan(shards).created(leases: [], start: settings.start))
    }

    /// A reset of one shard, to a start or to a record.
    ///
    /// - Throws: `notFound` for a shard without a lease; `invalidArgument` for one whose children are read already, because their records
    ///   would come before its own, and for the shard's end.
    package static func shard(
        _ shard: String, to position: GroupPosition, _ shards: [GroupShard], in group: GroupSnapshot
    ) throws(SluiceError) -> GroupReset {
        guard let lease = group.lease(shard) else {
            throw SluiceError(
                .notFound, "the group has no lease for shard \(shard.quotedForMessage)",
                remedy: Suggestion.remedy(for: shard, in: group.leases.map(\.shard), noun: "leases")
                    ?? "a shard has one from when its parents are read to their end until its children are read")
        }
        guard position != .shardEnd else {
            throw SluiceError(.invalidArgument, "a group cannot be set to the end of a closed shard", remedy: "set it to LATEST")
        }
        if let younger = group.leases.first(where: { $0.shard > shard && $0.range.intersects(lease.range) }) {
            throw SluiceError(
                .invalidArgument, "shard \(shard.quotedForMessage) was read to its end, and its child \(younger.shard) is being read",
                remedy: "reset the whole group, so that every key's records come in order")
        }
        let known = shards.first { $0.id == shard }
        return .shards([shard: LeasePlan.resolved(position, known)])
    }
}
