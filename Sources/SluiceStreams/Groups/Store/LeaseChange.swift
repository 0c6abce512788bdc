/// A change of leases that a member wants. The store makes it if its condition holds in that very transaction, and else nothing.
package enum LeaseChange: Hashable, Sendable {
    /// Removes a silent member and frees its leases, if it has not beaten since `beat`.
    case expel(member: String, beat: Int64)
    /// Takes a free lease, if its counter is still this.
    case take(shard: String, counter: Int64)
    /// Asks the owner for a lease, if the counter is still this and no other member asked.
    case request(shard: String, counter: Int64)
    /// Takes a requested lease by force, if the counter is still this and the request stands.
    case force(shard: String, counter: Int64)
    /// Gives an own lease to the member that asked for it, or frees it.
    case release(shard: String, counter: Int64)
    /// Creates and removes leases, if no other member did since the snapshot.
    case restructure(LeaseRestructure)
}
