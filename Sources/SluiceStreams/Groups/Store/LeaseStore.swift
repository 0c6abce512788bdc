package import SluiceCore

/// Where groups keep members and leases: a SQLite database, memory, or anything with a conditional write.
///
/// Every call is one transaction, all or nothing, and isolated from those of other members in this and in other processes. Calls block for as
/// long as the store works, with SQLite one synced commit.
package protocol LeaseStore: Sendable {
    /// Makes a member known, and the group where there is none.
    ///
    /// A member of the same name is replaced: its session ends, and its leases stay with the name under new counters.
    /// - Throws: `limitExceeded` for a member or a group too many.
    func join(_ group: GroupID, as member: MemberID, creating settings: GroupSettings) throws(SluiceError) -> GroupSnapshot

    /// A sign of life, without effect unless the session is the member's current one.
    ///
    /// - Returns: The group, or nil if it was deleted.
    func beat(_ group: GroupID, as member: MemberID) throws(SluiceError) -> GroupSnapshot?

    /// Makes those of the changes whose conditions hold, in order; none if the session is not the member's current one.
    ///
    /// - Returns: The group afterwards, or nil if it was deleted.
    /// - Throws: `limitExceeded` for a lease too many.
    func apply(_ changes: [LeaseChange], to group: GroupID, as member: MemberID) throws(SluiceError) -> GroupSnapshot?

    /// Forgets a member, frees its leases, and gives them to those who asked for them; nothing if the session is not the current one.
    func leave(_ group: GroupID, as member: MemberID) throws(SluiceError)

    /// Records positions, all or none. The end of a shard frees its lease.
    ///
    /// - Throws: `leaseLost`, which says who has the lease; `invalidArgument` for a position behind the recorded one.
    func checkpoint(_ checkpoints: [LeaseCheckpoint]) throws(SluiceError)

    /// The groups of a stream, or of all, by stream and name.
    func groups(of stream: String?) throws(SluiceError) -> [GroupID]

    /// - Throws: `notFound` with the nearest name.
    func describe(_ group: GroupID) throws(SluiceError) -> GroupSnapshot

    /// Sets a group anew, or some of its shards; every touched lease becomes free under a new counter, so that its reader is fenced off.
    ///
    /// - Throws: `notFound`; `alreadyRunning` while members are active, unless forced; `limitExceeded`.
    func reset(_ group: GroupID, _ reset: GroupReset, force: Bool) throws(SluiceError)

    /// - Throws: `notFound`; `alreadyRunning` while members are active, unless forced.
    func delete(_ group: GroupID, force: Bool) throws(SluiceError)
}
