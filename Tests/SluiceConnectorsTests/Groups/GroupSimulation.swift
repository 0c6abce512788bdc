import SluiceCore
import SluiceStreams
import SluiceTestKit
import Testing

/// Many members of one group in one thread: everything that happens comes from one seed, and what must always hold is checked after each step.
struct GroupSimulation {
    private let seed: UInt64
    private var random: SeededGenerator
    private let test: StoreUnderTest
    private let store: any LeaseStore
    private let settings: GroupSettings
    private var stream: SimulatedStream
    private var members: [SimulatedMember] = []
    private var now = Duration.zero
    private var started = 0
    private var step = 0
    private var owners: [Int64: String] = [:]
    private var leases: [String: GroupLease] = [:]
    private var removed: Set<String> = []
    private var finished: Set<String> = []

    init(seed: UInt64, _ kind: StoreKind) throws {
        self.seed = seed
        random = SeededGenerator(seed: seed)
        test = try StoreUnderTest(kind)
        store = try test.open()
        settings = try GroupSettings(handoverMillis: Int.random(in: 0...20_000, using: &random))
        stream = SimulatedStream(shards: Int.random(in: 1...6, using: &random))
    }

    /// Much cheaper than an expectation, which matters for millions of them.
    private func must(_ holds: Bool, _ what: @autoclosure () -> String) {
        if !holds { Issue.record("seed \(seed) step \(step): \(what())") }
    }

    /// Trouble for some steps, then peace until everything must be well.
    mutating func run(steps: Int) throws {
        for _ in 0..<steps {
            try trouble()
            try turn()
            try check()
        }
        for member in members.indices { members[member].asleepUntil = .zero }
        if members.isEmpty { try start() }
        for _ in 0..<20_000 {
            now += .milliseconds(50)
            try turn()
            try check()
            if try isSettled() { return }
        }
        Issue.record("seed \(seed): the group does not come to rest: \(try store.describe(test.group))")
    }

    /// What may happen to members and to the stream.
    private mutating func trouble() throws {
        now += .milliseconds(Int.random(in: 0...400, using: &random))
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<3: if members.count < 8 { try start() }
        case 3: if let index = members.indices.randomElement(using: &random) { members.remove(at: index) }
        case 4..<7:
            guard let index = members.indices.randomElement(using: &random) else { return }
            members[index].asleepUntil = now + .seconds(Int.random(in: 1...40, using: &random))
        case 7..<9: stream.reshard(using: &random)
        case 9: if Int.random(in: 0..<10, using: &random) == 0 { stream.trim() }
        case 10: if let index = members.indices.randomElement(using: &random) { try leave(index) }
        case 11..<40: stream.append(using: &random)
        default: break
        }
    }

    /// A new process, sometimes with the name of one that crashed or still runs.
    private mutating func start() throws {
        started += 1
        let name = "m\(Int.random(in: 0..<12, using: &random))"
        members.removeAll { $0.name == name && $0.asleepUntil <= now }
        members.append(SimulatedMember(test.group, try MemberID(name: name, session: "s\(started)"), store, using: &random))
    }

    private mutating func leave(_ index: Int) throws {
        carryOut(members[index].machine.leave(), index)
        for shard in members[index].readers.keys.sorted() { members[index].machine.stopped(shard) }
        try store.leave(test.group, as: members[index].machine.member)
        members.remove(at: index)
    }

    /// One piece of work of a member that is awake.
    private mutating func turn() throws {
        step += 1
        guard let index = members.indices.filter({ members[$0].asleepUntil <= now }).randomElement(using: &random) else { return }
        if let shard = members[index].readers.keys.sorted().randomElement(using: &random), Bool.random(using: &random) {
            try members[index].read(shard, stream, using: &random)
            return
        }
        carryOut(try members[index].step(stream, at: now, settings), index)
        if members[index].isReplaced { members.remove(at: index) }
    }

    private mutating func carryOut(_ orders: [GroupOrder], _ index: Int) {
        for order in orders {
            switch order {
            case .start(let assignment):
                must(members[index].readers[assignment.shard] == nil, "two readers of \(assignment.shard)")
                var next: UInt64 = 0
                if case .after(let sequence, _) = assignment.position { next = (UInt64(sequence.description) ?? 0) + 1 }
                members[index].readers[assignment.shard] = .init(assignment: assignment, next: next)
            case .stop(let shard, let reason):
                must(members[index].readers[shard] != nil, "stops \(shard), which nobody reads")
                members[index].readers[shard]?.stop = reason
            }
        }
    }

    /// What must hold after every step.
    private mutating func check() throws {
        guard try !store.groups(of: nil).isEmpty else { return }
        let group = try store.describe(test.group)
        for lease in group.leases {
            if let owner = lease.owner {
                must(owners[lease.counter, default: owner] == owner, "counter \(lease.counter) has two owners")
                owners[lease.counter] = owner
            }
            let valid = members.filter { $0.name == lease.owner && $0.readers[lease.shard]?.assignment.counter == lease.counter }
            must(valid.count <= 1, "\(lease.shard) has two readers with a valid counter")
            if let last = leases[lease.shard] {
                must(!lease.position.isBehind(last.position), "\(lease.shard) went back")
                must(lease.counter >= last.counter, "the counter of \(lease.shard) went back")
            } else {
                must(!removed.contains(lease.shard), "\(lease.shard) was made again")
                for parent in stream.parents[lease.shard] ?? [] {
                    must(
                        finished.contains(parent) || stream.trimmed.contains(parent), "\(lease.shard) begins before \(parent) ends")
                }
            }
            if lease.isFinished { finished.insert(lease.shard) }
        }
        let present = Set(group.leases.map(\.shard))
        for shard in leases.keys where !present.contains(shard) {
            must(finished.contains(shard), "\(shard) was removed before it ended")
            removed.insert(shard)
        }
        leases = Dictionary(uniqueKeysWithValues: group.leases.map { ($0.shard, $0) })
    }

    /// Every record of every shard is read, every open shard is owned by a member that lives, and shares differ by at most one.
    private func isSettled() throws -> Bool {
        let group = try store.describe(test.group)
        let live = group.leases.filter { !$0.isFinished }
        guard Set(live.map(\.shard)) == Set(stream.shards.filter { !$0.isClosed }.map(\.id)) else { return false }
        for lease in live {
            guard
                let owner = members.first(where: { $0.name == lease.owner && $0.machine.member.session == group.member($0.name)?.session }),
                owner.readers[lease.shard]?.assignment.counter == lease.counter, lease.wantedBy == nil
            else { return false }
            let count = stream.counts[lease.shard] ?? 0
            if count > 0, lease.position != .after(SequenceNumber(UInt128(count - 1))) { return false }
        }
        let loads = members.map { member in live.count { $0.owner == member.name } }
        return (loads.max() ?? 0) - (loads.min() ?? 0) <= 1
    }
}
