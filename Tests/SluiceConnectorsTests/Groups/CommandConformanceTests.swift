import SluiceCore
import SluiceStreams
import Testing

@Suite("commands of lease stores", .serialized)
struct CommandConformanceTests {
    private let a = member("a")
    private let shards: [GroupShard] = [
        GroupShard(id: "shard-00", range: HashRange(first: 0, last: 9), isClosed: true, contents: .empty),
        GroupShard(
            id: "shard-01", parents: ["shard-00"], range: HashRange(first: 0, last: 9),
            contents: .records(oldest: SequenceNumber(0), newest: SequenceNumber(41), newestMicros: 0)),
    ]

    @Test("a group is reset while no member is active, or by force, which fences readers off", arguments: StoreKind.allCases)
    func resetGroup(_ kind: StoreKind) throws {
        let test = try StoreUnderTest(kind)
        _ = try test.join(a)
        let old = try test.take(test.create(1, by: a).leases[0], by: a)
        let reset = try GroupReset.group(to: .trimHorizon, shards)
        let error = #expect(throws: SluiceError.self) { try test.open().reset(test.group, reset, force: false) }
        #expect(error?.code == .alreadyRunning && error?.message.contains("a") == true && error?.remedy != nil)
        #expect(try test.open().describe(test.group).leases == [old])
        try test.open().reset(test.group, reset, force: true)
        var now = try test.open().describe(test.group)
        #expect(now.leases.map(\.shard) == ["shard-00"] && now.leases[0].owner == nil && now.leases[0].counter > old.counter)
        #expect(throws: SluiceError.self) { try test.open().checkpoint([try test.checkpoint(old, .shardEnd)]) }
        test.advance(millis: Int64(GroupLimits.defaultFailoverMillis))
        try test.open().reset(test.group, try .group(to: .latest, shards), force: false)
        now = try test.open().describe(test.group)
        #expect(now.leases.map(\.shard) == ["shard-01"] && now.leases[0].position == .after(SequenceNumber(41)))
        #expect(now.settings.start == .latest)
        try test.open().reset(test.group, try .group(to: .time(99), shards), force: false)
        now = try test.open().describe(test.group)
        #expect(now.leases.map(\.position) == [.time(99)] && now.settings.start == .time(99))
    }

    @Test("one shard is reset, back or forth", arguments: StoreKind.allCases)
    func resetShard(_ kind: StoreKind) throws {
        let test = try StoreUnderTest(kind)
        _ = try test.join(a)
        let lease = try test.take(test.create(1, by: a).leases[0], by: a)
        try test.open().checkpoint([try test.checkpoint(lease, .after(SequenceNumber(20)), micros: 5)])
        try test.open().leave(test.group, as: a)
        for position in [GroupPosition.at(SequenceNumber(3)), .trimHorizon, .time(7), .at(SequenceNumber(30))] {
            let group = try test.open().describe(test.group)
            try test.open().reset(test.group, try .shard("shard-00", to: position, shards, in: group), force: false)
            let now = try test.open().describe(test.group).leases[0]
            #expect(now.position == position && now.start == position && now.pending == nil && now.reachedMicros == nil)
            #expect(now.counter > group.leases[0].counter && now.owner == nil && now.state == .available)
        }
        try test.open().reset(test.group, .shards(["shard-00": .trimHorizon]), force: false)
        #expect(
            #expect(throws: SluiceError.self) { try test.open().reset(test.group, .shards(["shard-5": .latest]), force: false) }?.code
                == .notFound)
    }

    @Test("a reset that would read records out of order, or makes no sense, is refused")
    func badResets() throws {
        let test = try StoreUnderTest(.memory)
        _ = try test.join(a)
        let child = NewLease(shards[1], at: .trimHorizon)
        try test.open().reset(test.group, .all(start: .trimHorizon, leases: [NewLease(shards[0], at: .trimHorizon), child]), force: true)
        let group = try test.open().describe(test.group)
        let cases: [(String, GroupPosition, SluiceError.Code)] = [
            ("shard-00", .trimHorizon, .invalidArgument), ("shard-01", .shardEnd, .invalidArgument), ("shard-1", .trimHorizon, .notFound),
        ]
        for (shard, position, code) in cases {
            #expect(#expect(throws: SluiceError.self) { try GroupReset.shard(shard, to: position, shards, in: group) }?.code == code)
        }
        #expect(try GroupReset.shard("shard-01", to: .latest, shards, in: group) == .shards(["shard-01": .after(SequenceNumber(41))]))
        for position in [GroupPosition.at(SequenceNumber(1)), .shardEnd] {
            #expect(#expect(throws: SluiceError.self) { try GroupReset.group(to: position, shards) }?.code == .invalidOption)
        }
    }

    @Test("a group is deleted while no member is active, or by force", arguments: StoreKind.allCases)
    func delete(_ kind: StoreKind) throws {
        let test = try StoreUnderTest(kind)
        _ = try test.join(a)
        _ = try test.create(2, by: a)
        #expect(#expect(throws: SluiceError.self) { try test.open().delete(test.group, force: false) }?.code == .alreadyRunning)
        try test.open().leave(test.group, as: a)
        try test.open().delete(test.group, force: false)
        #expect(try test.open().groups(of: nil).isEmpty)
        #expect(try test.open().beat(test.group, as: a) == nil)
        #expect(try test.open().apply([], to: test.group, as: a) == nil)
        try test.open().leave(test.group, as: a)
        _ = try test.join(a)
        try test.open().delete(test.group, force: true)
        #expect(try test.open().groups(of: nil).isEmpty)
    }

    @Test("an unknown group is named with the nearest one", arguments: StoreKind.allCases)
    func unknown(_ kind: StoreKind) throws {
        let test = try StoreUnderTest(kind)
        _ = try test.join(a)
        let wrong = try GroupID(stream: "orders", name: "biling")
        let store = try test.open()
        let calls: [() throws -> Void] = [
            { _ = try store.describe(wrong) }, { try store.delete(wrong, force: true) },
            { try store.reset(wrong, .shards([:]), force: true) },
        ]
        for call in calls {
            let error = #expect(throws: SluiceError.self) { try call() }
            #expect(error?.code == .notFound && error?.remedy?.contains("billing") == true)
        }
    }

    @Test("a group has at most so many members", arguments: StoreKind.allCases)
    func memberLimit(_ kind: StoreKind) throws {
        let test = try StoreUnderTest(kind)
        let store = try test.open()
        let settings = try GroupSettings()
        for index in 0..<GroupLimits.members { _ = try store.join(test.group, as: member("m\(index)"), creating: settings) }
        let error = #expect(throws: SluiceError.self) { try store.join(test.group, as: member("one-more"), creating: settings) }
        #expect(error?.code == .limitExceeded)
        #expect(try store.join(test.group, as: member("m7", "2"), creating: settings).members.count == GroupLimits.members)
    }

    @Test("a group has at most so many leases", arguments: StoreKind.allCases)
    func leaseLimit(_ kind: StoreKind) throws {
        let test = try StoreUnderTest(kind)
        _ = try test.join(a)
        let store = try test.open()
        let full = (0..<GroupLimits.leases).map { number in
            NewLease(
                shard: "shard-" + String(100_000 + number), position: .trimHorizon, parents: [],
                range: HashRange(first: UInt128(number), last: UInt128(number)))
        }
        try store.reset(test.group, .all(start: .trimHorizon, leases: full), force: true)
        var more = LeaseRestructure(revision: try store.describe(test.group).revision)
        more.created = [NewLease(shard: "shard-999999", position: .trimHorizon, parents: [], range: HashRange(first: 0, last: 0))]
        #expect(#expect(throws: SluiceError.self) { try store.apply([.restructure(more)], to: test.group, as: a) }?.code == .limitExceeded)
        #expect(
            #expect(throws: SluiceError.self) {
                try store.reset(test.group, .all(start: .latest, leases: full + more.created), force: true)
            }?.code == .limitExceeded)
        #expect(try store.describe(test.group).leases.count == GroupLimits.leases)
        #expect(try store.describe(test.group).settings.start == .trimHorizon)
    }

    @Test("a stream has at most so many groups", arguments: StoreKind.allCases)
    func groupLimit(_ kind: StoreKind) throws {
        let test = try StoreUnderTest(kind)
        let store = try test.open()
        let settings = try GroupSettings()
        for index in 0..<GroupLimits.groupsPerStream {
            _ = try store.join(try GroupID(stream: "s", name: "g\(index)"), as: a, creating: settings)
        }
        let error = #expect(throws: SluiceError.self) { try store.join(try GroupID(stream: "s", name: "x"), as: a, creating: settings) }
        #expect(error?.code == .limitExceeded)
        _ = try store.join(try GroupID(stream: "t", name: "x"), as: a, creating: settings)
    }
}
