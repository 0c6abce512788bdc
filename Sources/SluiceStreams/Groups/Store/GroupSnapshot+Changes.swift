import SluiceCore

/// The rules of a lease store on values, for `MemoryLeaseStore`.
extension GroupSnapshot {
    func index(of member: MemberID) -> Int? { members.firstIndex { $0.name == member.name && $0.session == member.session } }

    mutating func remove(member index: Int, _ counter: inout Int64) {
        let name = members.remove(at: index).name
        for index in leases.indices where leases[index].wantedBy == name { leases[index].wantedBy = nil }
        for index in leases.indices where leases[index].owner == name { leases[index].give(to: leases[index].wantedBy, &counter) }
    }

    mutating func apply(_ change: LeaseChange, by member: String, _ counter: inout Int64) throws(SluiceError) {
        switch change {
        case .expel(let name, let beat):
            guard let index = members.firstIndex(where: { $0.name == name && $0.beat == beat }) else { return }
            remove(member: index, &counter)
        case .take(let shard, let expected):
            update(shard, expected) { if $0.owner == nil { $0.give(to: member, &counter) } }
        case .request(let shard, let expected):
            update(shard, expected) { if $0.owner != nil, $0.owner != member, $0.wantedBy == nil { $0.wantedBy = member } }
        case .force(let shard, let expected):
            update(shard, expected) { if $0.wantedBy == member { $0.give(to: member, &counter) } }
        case .release(let shard, let expected):
            update(shard, expected) { if $0.owner == member { $0.give(to: $0.wantedBy, &counter) } }
        case .restructure(let plan):
            try apply(plan, &counter)
        }
    }

    private mutating func update(_ shard: String, _ counter: Int64, _ body: (inout GroupLease) -> Void) {
        guard let index = leases.firstIndex(where: { $0.shard == shard && $0.counter == counter && !$0.isFinished }) else { return }
        body(&leases[index])
    }

    private mutating func apply(_ plan: LeaseRestructure, _ counter: inout Int64) throws(SluiceError) {
        guard plan.revision == revision else { return }
        revision += 1
        for index in leases.indices where plan.vanished.contains(leases[index].shard) && !leases[index].isFinished {
            leases[index].finish(&counter)
        }
        leases.removeAll { plan.removed.contains($0.shard) }
        try create(plan.created, &counter)
    }

    mutating func create(_ new: [NewLease], _ counter: inout Int64) throws(SluiceError) {
        guard leases.count + new.count <= GroupLimits.leases else {
            throw SluiceError(.limitExceeded, "a group has at most \(GroupLimits.leases) leases")
        }
        for lease in new {
            counter += 1
            leases.append(GroupLease(lease, counter: counter))
        }
        leases.sort { $0.shard < $1.shard }
    }

    func requireIdle(_ group: GroupID, force: Bool, _ verb: String, nowMicros: Int64) throws(SluiceError) {
        let active = activeMembers(nowMicros: nowMicros)
        guard force || active.isEmpty else {
            throw SluiceError(
                .alreadyRunning,
                "group \(group) cannot be \(verb) while it is read by \(active.map(\.name).prefix(5).joined(separator: ", "))",
                remedy: "stop its members, or force it: what they have in hand is then refused", isRetriable: true)
        }
    }
}

extension GroupLease {
    /// - Parameter name: The new owner; nil frees the lease.
    mutating func give(to name: String?, _ counter: inout Int64) {
        counter += 1
        self.counter = counter
        if name != nil, name != owner { ownerSwitches += 1 }
        owner = name
        wantedBy = nil
    }

    mutating func finish(_ counter: inout Int64) {
        give(to: nil, &counter)
        position = .shardEnd
        pending = nil
    }

    mutating func restart(at position: GroupPosition, _ counter: inout Int64) {
        give(to: nil, &counter)
        self.position = position
        start = position
        pending = nil
        reachedMicros = nil
        ownerSwitches = 0
    }

    mutating func record(_ checkpoint: LeaseCheckpoint, _ counter: inout Int64) {
        if checkpoint.isPending {
            pending = checkpoint.position
            return
        }
        ownerSwitches = 0
        reachedMicros = checkpoint.recordMicros ?? reachedMicros
        if checkpoint.position == .shardEnd { return finish(&counter) }
        position = checkpoint.position
        start = nil
        pending = nil
    }
}
