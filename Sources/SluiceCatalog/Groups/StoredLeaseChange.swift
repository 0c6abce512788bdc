/// A change that a member of a group wants; made if its condition holds, and else nothing.
package enum StoredLeaseChange: Hashable, Sendable {
    /// Removes a member that has not beaten since.
    case expel(member: String, beat: Int64)
    /// Takes a free lease.
    case take(shard: String, counter: Int64)
    /// Asks another owner for a lease that nobody asked for.
    case request(shard: String, counter: Int64)
    /// Takes a lease that the member asked for.
    case force(shard: String, counter: Int64)
    /// Gives an own lease to the one who asked for it, or frees it.
    case release(shard: String, counter: Int64)
    /// Finishes, removes and creates leases, if the group's revision is still this.
    case restructure(revision: Int64, vanished: [String], removed: [String], created: [StoredNewLease])
}
