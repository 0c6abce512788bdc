/// Decides which leases a group has to have, from the stream's shards and the leases that are there.
///
/// Every key's records come in order because a shard has a lease only once all shards that held its keys before were read to their end. The
/// rules look at hash ranges, not only at names of parents, so they hold where retention has removed a link of the chain.
package struct LeasePlan: Sendable {
    /// Oldest first.
    private let shards: [GroupShard]

    package init(_ shards: [GroupShard]) { self.shards = shards.sorted { $0.id < $1.id } }

    /// What to do about the leases of a group.
    package func restructure(_ group: GroupSnapshot) -> LeaseRestructure {
        var plan = LeaseRestructure(revision: group.revision)
        let names = Set(shards.map(\.id))
        var leases = group.leases
        for index in leases.indices where !leases[index].isFinished && hasVanished(leases[index], names) {
            plan.vanished.append(leases[index].shard)
            leases[index].position = .shardEnd
        }
        plan.removed = removed(leases)
        plan.created = created(leases: leases, start: group.settings.start)
        return plan
    }

    /// A list of shards may be older than a lease, so a shard that is younger than all on the list may still be there.
    private func hasVanished(_ lease: GroupLease, _ names: Set<String>) -> Bool {
        guard let youngest = shards.last?.id else { return false }
        return lease.shard < youngest && !names.contains(lease.shard)
    }

    /// Finished leases whose keys are all in the hands of younger ones that have begun. Until then they bear witness that their children may
    /// begin, and afterwards the younger ones bear witness that they are done.
    private func removed(_ leases: [GroupLease]) -> [String] {
        leases.filter { lease in
            guard lease.isFinished else { return false }
            return lease.range.isCovered(by: leases.filter { $0.shard > lease.shard && $0.hasBegun }.map(\.range))
        }
        .map(\.shard)
    }

    /// Leases that the group lacks.
    package func created(leases: [GroupLease], start: GroupPosition) -> [NewLease] {
        if leases.isEmpty, start == .latest {
            return shards.filter { !$0.isClosed }.map { NewLease($0, at: Self.resolved(.latest, $0)) }
        }
        let names = Set(shards.map(\.id))
        let held = Dictionary(uniqueKeysWithValues: leases.map { ($0.shard, $0) })
        var created: [NewLease] = []
        for shard in shards where held[shard.id] == nil {
            let parents = shard.parents.filter { names.contains($0) || held[$0] != nil }
            guard parents.allSatisfy({ held[$0]?.isFinished == true }) else { continue }
            guard !leases.contains(where: { $0.range.intersects(shard.range) && (!$0.isFinished || $0.shard > shard.id) }),
                !created.contains(where: { $0.range.intersects(shard.range) })
            else { continue }
            created.append(NewLease(shard, at: leases.isEmpty ? start : Self.start(after: parents.compactMap { held[$0] })))
        }
        return created
    }

    /// A child begins at its oldest record. Where the group began at a time and no parent had a record since then, the child may hold older
    /// ones, too, and begins at that time.
    private static func start(after parents: [GroupLease]) -> GroupPosition {
        let times = parents.map { lease -> Int64? in if case .time(let micros) = lease.start { micros } else { nil } }
        let known = times.compactMap(\.self)
        guard let earliest = known.min(), known.count == times.count else { return .trimHorizon }
        return .time(earliest)
    }

    /// The end of a shard as a place of its own, where it is known: records that come before the first read are not missed then.
    static func resolved(_ position: GroupPosition, _ shard: GroupShard?) -> GroupPosition {
        guard position == .latest, let shard else { return position }
        return switch shard.contents {
        case .unknown: .latest
        case .empty: .trimHorizon
        case .records(_, let newest, _, _): .after(newest)
        }
    }
}
