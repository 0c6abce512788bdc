package import SluiceCatalog
import SluiceCore
package import SluiceStreams

extension LeaseCheckpoint {
    /// As the catalog takes it, for `Catalog.commit` among others.
    package var stored: StoredCheckpoint {
        StoredCheckpoint(
            stream: group.stream, group: group.name, shard: shard, owner: owner, counter: counter, position: position.stored,
            recordMicros: recordMicros, isPending: isPending)
    }
}

extension GroupPosition {
    var stored: StoredPosition { StoredPosition(text: text, subSequence: subSequence, key: orderKey) }
}

extension MemberID {
    var stored: StoredMember.Session { StoredMember.Session(name: name, session: session) }
}

extension NewLease {
    var stored: StoredNewLease {
        StoredNewLease(
            shard: shard, position: position.stored, parents: parents, firstHash: String(range.first), lastHash: String(range.last))
    }
}

extension LeaseChange {
    var stored: StoredLeaseChange {
        switch self {
        case .expel(let member, let beat): .expel(member: member, beat: beat)
        case .take(let shard, let counter): .take(shard: shard, counter: counter)
        case .request(let shard, let counter): .request(shard: shard, counter: counter)
        case .force(let shard, let counter): .force(shard: shard, counter: counter)
        case .release(let shard, let counter): .release(shard: shard, counter: counter)
        case .restructure(let plan):
            .restructure(
                revision: plan.revision, vanished: plan.vanished, removed: plan.removed, created: plan.created.map(\.stored))
        }
    }
}

extension GroupSnapshot {
    /// - Throws: `stateCorrupt` for positions and hashes that no Sluice wrote.
    init(_ stored: StoredGroup) throws(SluiceError) {
        do throws(SluiceError) {
            let settings = try GroupSettings(
                start: GroupPosition(text: stored.settings.start), failoverMillis: stored.settings.failoverMillis,
                handoverMillis: stored.settings.handoverMillis)
            var leases: [GroupLease] = []
            leases.reserveCapacity(stored.leases.count)
            for lease in stored.leases { leases.append(try GroupLease(lease)) }
            self.init(
                settings: settings, revision: stored.revision,
                members: stored.members.map {
                    Member(
                        name: $0.session.name, session: $0.session.session, beat: $0.beat, beatenMicros: $0.beatenMicros,
                        joinedMicros: $0.joinedMicros)
                }, leases: leases)
        } catch {
            throw SluiceError(
                .stateCorrupt, "the catalog holds a damaged consumer group \(stored.stream)/\(stored.name): \(error.message)",
                remedy: "delete the group and make it again", underlying: error)
        }
    }
}

extension GroupLease {
    init(_ stored: StoredLease) throws(SluiceError) {
        guard let first = UInt128(stored.firstHash), let last = UInt128(stored.lastHash), first <= last else {
            throw SluiceError(.invalidArgument, "\(stored.firstHash) to \(stored.lastHash) is no range of hashes")
        }
        let position = try GroupPosition(text: stored.position, subSequence: stored.subSequence)
        self.init(
            NewLease(shard: stored.shard, position: position, parents: stored.parents, range: HashRange(first: first, last: last)),
            counter: stored.counter)
        owner = stored.owner
        start = try Self.position(stored.start, stored.startSubSequence)
        pending = try Self.position(stored.pending, stored.pendingSubSequence)
        reachedMicros = stored.reachedMicros
        ownerSwitches = stored.ownerSwitches
        wantedBy = stored.wantedBy
    }

    private static func position(_ text: String?, _ subSequence: Int64?) throws(SluiceError) -> GroupPosition? {
        guard let text else { return nil }
        return try GroupPosition(text: text, subSequence: subSequence)
    }
}
