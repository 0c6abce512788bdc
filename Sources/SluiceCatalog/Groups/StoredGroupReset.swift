/// New positions of a group.
package enum StoredGroupReset: Hashable, Sendable {
    /// All leases are replaced, and the group begins at `start` where it has none.
    case all(start: String, leases: [StoredNewLease])
    /// Leases that stay and stand elsewhere, by shard.
    case shards([String: StoredPosition])
}
