import SluiceCore
import SluiceStreams

let orders = group("orders", "billing")

func group(_ stream: String, _ name: String) -> GroupID {
    do throws(SluiceError) { return try GroupID(stream: stream, name: name) } catch { preconditionFailure(error.message) }
}

func member(_ name: String, _ session: String = "1") -> MemberID {
    do throws(SluiceError) { return try MemberID(name: name, session: session) } catch { preconditionFailure(error.message) }
}

func sequence(_ number: UInt64) -> SequenceNumber { SequenceNumber(UInt128(number)) }

extension GroupShard {
    /// A shard with a two-digit id and a part of a hash space from 0 to 99.
    static func sample(
        _ number: Int, _ range: ClosedRange<UInt128> = 0...99, parents: [Int] = [], isClosed: Bool = false, newest: UInt64? = nil
    ) -> GroupShard {
        GroupShard(
            id: name(number), parents: parents.map(name), range: HashRange(first: range.lowerBound, last: range.upperBound),
            isClosed: isClosed,
            contents: newest.map { .records(oldest: SequenceNumber(0), newest: sequence($0), newestMicros: Int64($0) * 1_000) }
                ?? .empty)
    }

    static func name(_ number: Int) -> String { "shard-" + (number < 10 ? "0" : "") + String(number) }

    /// Open shards with equal parts.
    static func row(_ count: Int) -> [GroupShard] {
        (0..<count).map { .sample($0, UInt128($0 * 100 / count)...UInt128(($0 + 1) * 100 / count - 1)) }
    }
}

extension GroupLease {
    static func sample(
        _ shard: GroupShard, owner: String? = nil, counter: Int64 = 1, at position: GroupPosition = .trimHorizon, wantedBy: String? = nil
    ) -> GroupLease {
        var lease = GroupLease(NewLease(shard, at: .trimHorizon), counter: counter)
        lease.owner = owner
        lease.position = position
        lease.wantedBy = wantedBy
        if position.sequence != nil { lease.start = nil }
        return lease
    }
}

extension GroupSnapshot {
    static func sample(_ members: [String: Int64], _ leases: [GroupLease], revision: Int64 = 1) throws -> GroupSnapshot {
        GroupSnapshot(
            settings: try GroupSettings(), revision: revision,
            members: members.sorted { $0.key < $1.key }.map {
                Member(name: $0.key, session: "1", beat: $0.value, beatenMicros: 0, joinedMicros: 0)
            }, leases: leases.sorted { $0.shard < $1.shard })
    }
}
