package import SluiceCore
import Synchronization

/// Groups in memory, for the members of one process.
package final class MemoryLeaseStore: LeaseStore {
    private let clock: WallClock
    private let state = Mutex(State())

    private struct State {
        var groups: [GroupID: GroupSnapshot] = [:]
        /// The last fencing counter that was given.
        var counter: Int64 = 0
    }

    package init(clock: WallClock = .system) { self.clock = clock }

    package func join(_ group: GroupID, as member: MemberID, creating settings: GroupSettings) throws(SluiceError) -> GroupSnapshot {
        let now = clock.nowMicros()
        return try change(group, creating: settings) { (group, counter) throws(SluiceError) in
            let old = group.members.firstIndex { $0.name == member.name }
            guard old != nil || group.members.count < GroupLimits.members else {
                throw SluiceError(.limitExceeded, "a group has at most \(GroupLimits.members) members")
            }
            counter += 1
            let joined = GroupSnapshot.Member(
                name: member.name, session: member.session, beat: counter, beatenMicros: now, joinedMicros: now)
            if let old { group.members[old] = joined } else { group.members.append(joined) }
            group.members.sort { $0.name < $1.name }
            for index in group.leases.indices where group.leases[index].owner == member.name {
                group.leases[index].give(to: member.name, &counter)
            }
            for index in group.leases.indices where group.leases[index].wantedBy == member.name { group.leases[index].wantedBy = nil }
            return group
        }
    }

    package func beat(_ group: GroupID, as member: MemberID) throws(SluiceError) -> GroupSnapshot? {
        let now = clock.nowMicros()
        return state.withLock { state in
            guard var found = state.groups[group] else { return nil }
            if let index = found.index(of: member) {
                found.members[index].beat += 1
                found.members[index].beatenMicros = now
                state.groups[group] = found
            }
            return found
        }
    }

    package func apply(_ changes: [LeaseChange], to group: GroupID, as member: MemberID) throws(SluiceError) -> GroupSnapshot? {
        try state.withLock { state throws(SluiceError) in
            guard var found = state.groups[group] else { return nil }
            guard found.index(of: member) != nil else { return found }
            var counter = state.counter
            for change in changes { try found.apply(change, by: member.name, &counter) }
            state.groups[group] = found
            state.counter = counter
            return found
        }
    }

    package func leave(_ group: GroupID, as member: MemberID) throws(SluiceError) {
        state.withLock { state in
            guard let index = state.groups[group]?.index(of: member) else { return }
            state.groups[group]?.remove(member: index, &state.counter)
        }
    }

    package func checkpoint(_ checkpoints: [LeaseCheckpoint]) throws(SluiceError) {
        try state.withLock { state throws(SluiceError) in
            var changed = state
            for checkpoint in checkpoints {
                let leases = changed.groups[checkpoint.group]?.leases
                let index = leases?.firstIndex { $0.shard == checkpoint.shard }
                guard let index, let lease = leases?[index], lease.owner == checkpoint.owner, lease.counter == checkpoint.counter else {
                    throw .leaseLost(checkpoint, index.flatMap { leases?[$0] })
                }
                if checkpoint.position.isBehind(lease.position) { throw .checkpointBehind(checkpoint, lease.position) }
                changed.groups[checkpoint.group]?.leases[index].record(checkpoint, &changed.counter)
            }
            state = changed
        }
    }

    package func groups(of stream: String?) throws(SluiceError) -> [GroupID] {
        state.withLock { $0.groups.keys.filter { stream == nil || $0.stream == stream } }
            .sorted { ($0.stream, $0.name) < ($1.stream, $1.name) }
    }

    package func describe(_ group: GroupID) throws(SluiceError) -> GroupSnapshot { try change(group) { group, _ in group } }

    package func reset(_ group: GroupID, _ reset: GroupReset, force: Bool) throws(SluiceError) {
        let now = clock.nowMicros()
        try change(group) { (found, counter) throws(SluiceError) in
            try found.requireIdle(group, force: force, "reset", nowMicros: now)
            found.revision += 1
            switch reset {
            case .all(let start, let leases):
                found.settings.start = start
                found.leases = []
                try found.create(leases, &counter)
            case .shards(let positions):
                for (shard, position) in positions {
                    guard let index = found.leases.firstIndex(where: { $0.shard == shard }) else {
                        throw SluiceError(.notFound, "group \(group) has no lease for shard \(shard.quotedForMessage)")
                    }
                    found.leases[index].restart(at: position, &counter)
                }
            }
        }
    }

    package func delete(_ group: GroupID, force: Bool) throws(SluiceError) {
        let now = clock.nowMicros()
        try change(group) { (found, _) throws(SluiceError) in
            try found.requireIdle(group, force: force, "deleted", nowMicros: now)
        }
        state.withLock { $0.groups[group] = nil }
    }

    /// One transaction on a group; nothing changes if `body` throws.
    ///
    /// - Parameter settings: What to create the group with; nil: it has to be there.
    private func change<Result>(
        _ group: GroupID, creating settings: GroupSettings? = nil,
        _ body: (inout GroupSnapshot, inout Int64) throws(SluiceError) -> Result
    ) throws(SluiceError) -> Result {
        try state.withLock { state throws(SluiceError) in
            var found = state.groups[group]
            let names = state.groups.keys.filter { $0.stream == group.stream }.map(\.name)
            if found == nil, let settings {
                guard names.count < GroupLimits.groupsPerStream else {
                    throw SluiceError(.limitExceeded, "a stream has at most \(GroupLimits.groupsPerStream) consumer groups")
                }
                found = GroupSnapshot(settings: settings, revision: 0, members: [], leases: [])
            }
            guard var changed = found else {
                throw SluiceError(
                    .notFound, "there is no consumer group \(group)",
                    remedy: Suggestion.remedy(for: group.name, in: names.sorted(), noun: "groups"))
            }
            var counter = state.counter
            let result = try body(&changed, &counter)
            state.groups[group] = changed
            state.counter = counter
            return result
        }
    }
}
