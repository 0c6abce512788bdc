import SluiceCore
import SluiceStreams
import SluiceTestKit
import Testing

@Suite("which leases a group needs")
struct LeasePlanTests {
    /// 0 was split into 1 and 2; 1 and 2 were merged into 3.
    private let diamond: [GroupShard] = [
        .sample(0, 0...99, isClosed: true, newest: 10), .sample(1, 0...49, parents: [0], isClosed: true, newest: 20),
        .sample(2, 50...99, parents: [0], isClosed: true, newest: 30), .sample(3, 0...99, parents: [1, 2], newest: 40),
    ]

    private func plan(_ shards: [GroupShard], _ leases: [GroupLease]) throws -> LeaseRestructure {
        LeasePlan(shards).restructure(try .sample([:], leases))
    }

    @Test(
        "a group that begins at the oldest record, or at a time, begins with the first shards",
        arguments: [GroupPosition.trimHorizon, .time(5)])
    func roots(_ start: GroupPosition) {
        #expect(LeasePlan(diamond).created(leases: [], start: start) == [NewLease(diamond[0], at: start)])
        let trimmed = Array(diamond.dropFirst())
        #expect(LeasePlan(trimmed).created(leases: [], start: start).map(\.shard) == ["shard-01", "shard-02"])
    }

    @Test("a group that begins at the end begins with the open shards, behind what they hold")
    func latest() {
        let plan = LeasePlan(diamond).created(leases: [], start: .latest)
        #expect(plan == [NewLease(diamond[3], at: .after(sequence(40)))])
        var empty = diamond[3]
        empty.contents = .empty
        #expect(LeasePlan([empty]).created(leases: [], start: .latest) == [NewLease(empty, at: .trimHorizon)])
        empty.contents = .unknown
        #expect(LeasePlan([empty]).created(leases: [], start: .latest) == [NewLease(empty, at: .latest)])
    }

    @Test("children get leases when every parent was read to its end, and begin at their oldest record")
    func children() throws {
        #expect(try plan(diamond, [.sample(diamond[0], at: .after(sequence(10)))]).isEmpty)
        let split = try plan(diamond, [.sample(diamond[0], at: .shardEnd)])
        #expect(split.created == [NewLease(diamond[1], at: .trimHorizon), NewLease(diamond[2], at: .trimHorizon)])
        let half: [GroupLease] = [.sample(diamond[1], at: .shardEnd), .sample(diamond[2], at: .after(sequence(3)))]
        #expect(try plan(diamond, half).isEmpty)
        let merged = try plan(diamond, [.sample(diamond[1], at: .shardEnd), .sample(diamond[2], at: .shardEnd)])
        #expect(merged.created == [NewLease(diamond[3], at: .trimHorizon)])
    }

    @Test("a parent's lease goes once all its children have begun")
    func removal() throws {
        let parent = GroupLease.sample(diamond[0], at: .shardEnd)
        let waiting: [GroupLease] = [parent, .sample(diamond[1], at: .after(sequence(1))), .sample(diamond[2])]
        #expect(try plan(diamond, waiting).removed.isEmpty)
        let begun: [GroupLease] = [parent, .sample(diamond[1], at: .after(sequence(1))), .sample(diamond[2], at: .shardEnd)]
        #expect(try plan(diamond, begun).removed == ["shard-00"])
        // The witnesses may be grandchildren, and a shard that is gone does not come back.
        #expect(try plan(diamond, [.sample(diamond[3], at: .after(sequence(1)))]).isEmpty)
    }

    @Test("where the group began at a time that no parent reached, so do the children")
    func timeIsInherited() throws {
        var parent = GroupLease.sample(diamond[0], at: .shardEnd)
        parent.start = .time(77)
        #expect(try plan(diamond, [parent]).created.map(\.position) == [.time(77), .time(77)])
        parent.start = nil
        #expect(try plan(diamond, [parent]).created.map(\.position) == [.trimHorizon, .trimHorizon])
    }

    @Test("a shard that retention removed counts as read, even with its children")
    func vanished() throws {
        let left = [diamond[3]]
        let gone = try plan(left, [.sample(diamond[0], at: .after(sequence(2)))])
        #expect(gone.vanished == ["shard-00"] && gone.created == [NewLease(diamond[3], at: .trimHorizon)])
        let half = try plan([diamond[2], diamond[3]], [.sample(diamond[1]), .sample(diamond[2])])
        #expect(half.vanished == ["shard-01"] && half.created.isEmpty)
    }

    @Test("where retention removed the shards between, a shard still waits for the one that had its keys before")
    func brokenChain() throws {
        let ends = [diamond[0], diamond[3]]
        #expect(try plan(ends, [.sample(diamond[0], at: .after(sequence(4)))]).isEmpty)
        #expect(try plan(ends, [.sample(diamond[0], at: .shardEnd)]).created == [NewLease(diamond[3], at: .trimHorizon)])
        #expect(try plan(ends, [.sample(diamond[3], at: .after(sequence(4)))]).isEmpty)
    }

    @Test("a list of shards that is older than a lease does no harm")
    func staleList() throws {
        #expect(try plan([diamond[0]], [.sample(diamond[1]), .sample(diamond[2])]).isEmpty)
        #expect(try plan([], [.sample(diamond[0])]).isEmpty)
    }

    private static let covers: [(others: [ClosedRange<UInt128>], isCovered: Bool)] = [
        ([0...99], true), ([0...49, 50...99], true), ([60...200, 0...70], true), ([0...49, 51...99], false), ([1...99], false),
        ([0...98], false), ([], false),
    ]

    @Test("ranges cover each other", arguments: covers.indices)
    func cover(_ index: Int) {
        let others = Self.covers[index].others.map { HashRange(first: $0.lowerBound, last: $0.upperBound) }
        #expect(HashRange(first: 0, last: 99).isCovered(by: others) == Self.covers[index].isCovered)
    }

    @Test("any history of splits and merges, read in any order, is read in order of every key and once", arguments: 0..<20)
    func random(_ round: Int) throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SluiceTestKit.SeededGenerator(seed: seed)
        var family = ShardFamily(hashes: 64, shards: Int.random(in: 1...4, using: &random))
        var leases: [GroupLease] = []
        var read: [String] = []
        for step in 0..<300 {
            if Int.random(in: 0..<4, using: &random) == 0 { family.reshard(using: &random) }
            let plan = LeasePlan(family.shards).restructure(try .sample([:], leases))
            #expect(plan.vanished.isEmpty, "seed \(seed) step \(step)")
            leases.removeAll { plan.removed.contains($0.shard) }
            for new in plan.created {
                let shard = try #require(family.shards.first { $0.id == new.shard })
                #expect(!read.contains(new.shard), "seed \(seed) step \(step): \(new.shard) is read again")
                #expect(shard.parents.allSatisfy { read.contains($0) }, "seed \(seed) step \(step): \(new.shard) before its parents")
                leases.append(.sample(shard))
            }
            // What is left to read is in exactly one unfinished lease, or waits for one.
            let live = leases.filter { !$0.isFinished }
            for lease in live { #expect(live.filter { $0.range.intersects(lease.range) }.count == 1, "seed \(seed) step \(step)") }
            guard let index = leases.indices.filter({ !leases[$0].isFinished }).randomElement(using: &random) else { continue }
            let shard = leases[index].shard
            if family.shards.first(where: { $0.id == shard })?.isClosed == true, Bool.random(using: &random) {
                leases[index].position = .shardEnd
                read.append(shard)
            } else {
                leases[index].position = .after(sequence(1))
                leases[index].start = nil
            }
        }
        for _ in 0..<family.shards.count {
            for index in leases.indices where family.closed.contains(leases[index].shard) { leases[index].position = .shardEnd }
            let plan = LeasePlan(family.shards).restructure(try .sample([:], leases))
            for new in plan.created { leases.append(.sample(try #require(family.shards.first { $0.id == new.shard }))) }
        }
        let open = Set(family.shards.filter { !$0.isClosed }.map(\.id))
        #expect(open.isSubset(of: leases.map(\.shard)), "seed \(seed): every open shard has a lease in the end")
    }
}

/// Shards that are split and merged at random.
struct ShardFamily {
    private(set) var shards: [GroupShard] = []
    var closed: Set<String> { Set(shards.filter(\.isClosed).map(\.id)) }

    init(hashes: UInt128, shards count: Int) {
        for number in 0..<count {
            let first = hashes * UInt128(number) / UInt128(count)
            let last = hashes * UInt128(number + 1) / UInt128(count) - 1
            shards.append(GroupShard(id: Self.name(number), range: HashRange(first: first, last: last)))
        }
    }

    mutating func reshard(using random: inout some RandomNumberGenerator) {
        let open = shards.indices.filter { !shards[$0].isClosed }
        guard let index = open.randomElement(using: &random) else { return }
        let range = shards[index].range
        if Bool.random(using: &random), range.first < range.last {
            let middle = UInt128.random(in: range.first..<range.last, using: &random)
            close(index)
            add(HashRange(first: range.first, last: middle), [shards[index].id])
            add(HashRange(first: middle + 1, last: range.last), [shards[index].id])
        } else if let next = open.first(where: { shards[$0].range.first == range.last + 1 }) {
            close(index)
            close(next)
            add(HashRange(first: range.first, last: shards[next].range.last), [shards[index].id, shards[next].id])
        }
    }

    private mutating func close(_ index: Int) { shards[index].isClosed = true }

    private mutating func add(_ range: HashRange, _ parents: [String]) {
        shards.append(GroupShard(id: Self.name(shards.count), parents: parents, range: range))
    }

    private static func name(_ number: Int) -> String { "shard-" + String(1_000 + number) }
}
