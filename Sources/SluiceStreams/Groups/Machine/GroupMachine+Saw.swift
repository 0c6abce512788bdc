extension GroupMachine {
    /// The member looked at its group.
    ///
    /// - Parameters:
    ///   - group: Nil if it is gone.
    ///   - asked: When the member asked, before the store answered: its leases are its own at least from then on.
    ///   - now: When the answer came.
    package mutating func saw(_ group: GroupSnapshot?, asked: Duration, at now: Duration) -> GroupStep {
        guard let group else { return GroupStep(orders: stop(.removed) { $0.mayCheckpoint }, membership: .deleted) }
        settings = group.settings
        guard let own = group.member(member.name), own.session == member.session else {
            let isReplaced = group.member(member.name) != nil
            return GroupStep(orders: stop(.lost(to: nil)) { $0.mayCheckpoint }, membership: isReplaced ? .replaced : .expelled)
        }
        confirmed = asked
        observe(group, at: now)
        var step = GroupStep(orders: reconcile(group))
        step.changes = releases(group)
        if !isLeaving { step.changes += additions(group, at: now) }
        return step
    }

    /// Notes when each other member last showed a sign of life.
    private mutating func observe(_ group: GroupSnapshot, at now: Duration) {
        var seen: [String: Sighting] = [:]
        for other in group.members where other.name != member.name {
            if let last = sightings[other.name], last.session == other.session, last.beat == other.beat {
                seen[other.name] = last
            } else {
                seen[other.name] = Sighting(session: other.session, beat: other.beat, since: now)
            }
        }
        sightings = seen
    }

    /// Brings what is read in line with what the store says.
    private mutating func reconcile(_ group: GroupSnapshot) -> [GroupOrder] {
        let leases = Dictionary(uniqueKeysWithValues: group.leases.map { ($0.shard, $0) })
        var orders: [GroupOrder] = []
        for (shard, own) in held.sorted(by: { $0.key < $1.key }) {
            guard let lease = leases[shard], !lease.isFinished else {
                orders += end(shard, own, .removed)
                continue
            }
            if lease.owner != member.name || lease.counter != own.counter {
                orders += end(shard, own, .lost(to: lease.owner == member.name ? nil : lease.owner))
            } else if let wanting = lease.wantedBy, own.phase == .running {
                held[shard]?.phase = .stopping(.handOver(to: wanting))
                orders.append(.stop(shard: shard, reason: .handOver(to: wanting)))
            }
        }
        if isLeaving { return orders }
        for lease in group.leases where lease.owner == member.name && held[lease.shard] == nil && lease.wantedBy == nil && !lease.isFinished
        {
            held[lease.shard] = Held(counter: lease.counter, position: lease.position)
            orders.append(
                .start(
                    GroupAssignment(
                        shard: lease.shard, position: lease.position, pending: lease.pending, counter: lease.counter,
                        ownerSwitches: lease.ownerSwitches)))
        }
        return orders
    }

    /// A lease is not the member's any more; a reader that still works is told.
    private mutating func end(_ shard: String, _ own: Held, _ reason: GroupStop) -> [GroupOrder] {
        if own.phase == .stopped {
            held[shard] = nil
            return []
        }
        guard own.phase.mayCheckpoint else { return [] }
        held[shard]?.phase = .stopping(reason)
        return [.stop(shard: shard, reason: reason)]
    }

    /// Gives away leases whose readers have ended, and those that somebody wants and nobody reads.
    private func releases(_ group: GroupSnapshot) -> [LeaseChange] {
        group.leases.compactMap { lease in
            guard lease.owner == member.name, !lease.isFinished else { return nil }
            let isReleasable =
                held[lease.shard].map { $0.phase == .stopped && $0.counter == lease.counter } ?? (isLeaving || lease.wantedBy != nil)
            return isReleasable ? .release(shard: lease.shard, counter: lease.counter) : nil
        }
    }
}
