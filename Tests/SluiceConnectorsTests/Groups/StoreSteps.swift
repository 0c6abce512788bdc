import SluiceCore
import SluiceStreams

func member(_ name: String, _ session: String = "1") -> MemberID {
    do throws(SluiceError) { return try MemberID(name: name, session: session) } catch { preconditionFailure(error.message) }
}

/// Steps that tests of stores share, each through a connection of its own.
extension StoreUnderTest {
    func join(_ member: MemberID) throws -> GroupSnapshot { try open().join(group, as: member, creating: try GroupSettings()) }

    func apply(_ changes: [LeaseChange], by member: MemberID) throws -> GroupSnapshot {
        guard let after = try open().apply(changes, to: group, as: member) else { throw SluiceError(.notFound, "the group is gone") }
        return after
    }

    /// Leases of `shard-00`, `shard-01`, …, of which the second has a parent and a position with a sub-sequence number.
    func create(_ count: Int, by member: MemberID) throws -> GroupSnapshot {
        var plan = LeaseRestructure(revision: try open().describe(group).revision)
        for index in 0..<count {
            let isSecond = index == 1
            let range = HashRange(first: UInt128(index * 3 / 2), last: index == 2 ? .max : UInt128(index))
            plan.created.append(
                NewLease(
                    shard: "shard-0\(index)", position: isSecond ? .after(SequenceNumber(5), subSequence: 2) : .trimHorizon,
                    parents: isSecond ? ["shard-00"] : [], range: range))
        }
        return try apply([.restructure(plan)], by: member)
    }

    func take(_ lease: GroupLease, by member: MemberID) throws -> GroupLease {
        let after = try apply([.take(shard: lease.shard, counter: lease.counter)], by: member)
        guard let taken = after.lease(lease.shard), taken.owner == member.name else { throw SluiceError(.leaseLost, "not taken") }
        return taken
    }

    /// A checkpoint as the owner of a lease makes it.
    func checkpoint(
        _ lease: GroupLease, _ position: GroupPosition, owner: String? = nil, micros: Int64? = nil, isPending: Bool = false
    ) throws -> LeaseCheckpoint {
        try LeaseCheckpoint(
            group: group, shard: lease.shard, owner: owner ?? lease.owner ?? "", counter: lease.counter, position: position,
            recordMicros: micros, isPending: isPending)
    }
}
