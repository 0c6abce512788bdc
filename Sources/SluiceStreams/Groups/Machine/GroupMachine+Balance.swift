extension GroupMachine {
    /// What a member that stays does for the group and for its own share: leases of new shards, dead members, free leases, and then leases of
    /// members that have more.
    mutating func additions(_ group: GroupSnapshot, at now: Duration) -> [LeaseChange] {
        var changes: [LeaseChange] = []
        if let restructure = plan?.restructure(group), !restructure.isEmpty { changes.append(.restructure(restructure)) }
        changes += expulsions(group, at: now)
        dropRequests(group)
        // Their leases become free under counters that only the next look shows.
        if changes.isEmpty { changes += shareChanges(group, at: now) }
        return changes
    }

    /// Members that were silent for the fail-over time.
    private func expulsions(_ group: GroupSnapshot, at now: Duration) -> [LeaseChange] {
        group.members.compactMap { other in
            guard let seen = sightings[other.name], now - seen.since >= group.settings.failover else { return nil }
            return .expel(member: other.name, beat: other.beat)
        }
    }

    /// Forgets requests that were granted, or that a change of owner made void.
    private mutating func dropRequests(_ group: GroupSnapshot) {
        requests = requests.filter { shard, request in
            group.lease(shard).map { $0.counter == request.counter && $0.wantedBy == member.name && !$0.isFinished } ?? false
        }
    }

    /// Takes free leases up to the member's share, forces hand-overs that take too long, and asks for leases where others have more.
    private mutating func shareChanges(_ group: GroupSnapshot, at now: Duration) -> [LeaseChange] {
        let live = group.leases.filter { !$0.isFinished }
        let loads = Self.loads(live, group.members)
        let share = min(maxLeases, (live.count + loads.count - 1) / max(1, loads.count))
        var own = loads[member.name] ?? 0
        var changes: [LeaseChange] = []
        for lease in live where lease.owner != member.name && lease.wantedBy == member.name {
            // A request of an earlier session of this name counts from when it is first seen.
            let request = requests[lease.shard] ?? Request(counter: lease.counter, since: now)
            requests[lease.shard] = request
            if now - request.since >= group.settings.handover { changes.append(.force(shard: lease.shard, counter: lease.counter)) }
        }
        for lease in ranked(live.filter { $0.owner == nil && held[$0.shard] == nil }) where own < share {
            changes.append(.take(shard: lease.shard, counter: lease.counter))
            own += 1
        }
        if changes.isEmpty, requests.count < stealsPerTick {
            changes += steals(live, loads, own: own, share: share, limit: stealsPerTick - requests.count)
        }
        return changes
    }

    /// Leases of each member as they will be when all that was asked for is handed over.
    private static func loads(_ live: [GroupLease], _ members: [GroupSnapshot.Member]) -> [String: Int] {
        var loads = Dictionary(uniqueKeysWithValues: members.map { ($0.name, 0) })
        for lease in live {
            guard let owner = lease.owner else { continue }
            loads[lease.wantedBy ?? owner, default: 0] += 1
        }
        return loads
    }

    /// Asks the members with most for leases, while they have at least two more than this one; so shares that differ by one are left alone.
    private func steals(_ live: [GroupLease], _ loads: [String: Int], own: Int, share: Int, limit: Int) -> [LeaseChange] {
        var loads = loads
        var own = own
        var changes: [LeaseChange] = []
        var wanted = ranked(live.filter { $0.owner != nil && $0.owner != member.name && $0.wantedBy == nil && held[$0.shard] == nil })
        while own < share, changes.count < limit {
            let candidates = wanted.indices.filter { index in (loads[wanted[index].owner ?? ""] ?? 0) - own >= 2 }
            let most = candidates.max { a, b in (loads[wanted[a].owner ?? ""] ?? 0) < (loads[wanted[b].owner ?? ""] ?? 0) }
            guard let index = most else { break }
            let lease = wanted.remove(at: index)
            changes.append(.request(shard: lease.shard, counter: lease.counter))
            loads[lease.owner ?? "", default: 0] -= 1
            own += 1
        }
        return changes
    }

    /// Leases in an order that differs from member to member, so that members that look at the same time rarely want the same one.
    private func ranked(_ leases: [GroupLease]) -> [GroupLease] {
        leases.map { (lease: $0, rank: Self.rank(member.name, $0.shard)) }.sorted { $0.rank < $1.rank }.map(\.lease)
    }

    /// FNV-1a of both names.
    private static func rank(_ member: String, _ shard: String) -> UInt64 {
        (Array(member.utf8) + [0] + Array(shard.utf8)).reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
