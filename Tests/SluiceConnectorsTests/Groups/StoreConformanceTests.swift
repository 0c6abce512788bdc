import SluiceCore
import SluiceStreams
import Testing

/// What every lease store does, each call made through another connection than the last.
@Suite("lease stores", .serialized)
struct StoreConformanceTests {
    private let a = member("a")
    private let b = member("b")

    @Test("the first member makes the group, with its settings; later ones keep them", arguments: StoreKind.allCases)
    func join(_ kind: StoreKind) throws {
        let test = try StoreUnderTest(kind)
        let made = try GroupSettings(start: .time(5), failoverMillis: 7_000, handoverMillis: 9_000)
        let first = try test.open().join(test.group, as: a, creating: made)
        #expect(first.settings == made && first.members.map(\.name) == ["a"] && first.leases.isEmpty)
        let second = try test.open().join(test.group, as: b, creating: try GroupSettings())
        #expect(second.settings == made && second.members.map(\.name) == ["a", "b"])
        #expect(try test.open().describe(test.group) == second)
    }

    @Test("a beat counts, tells the time, and brings the group; a session that ended cannot beat", arguments: StoreKind.allCases)
    func beat(_ kind: StoreKind) throws {
        let test = try StoreUnderTest(kind)
        let before = try test.join(a).members[0]
        test.advance(millis: 1_500)
        let after = try #require(try test.open().beat(test.group, as: a)).members[0]
        #expect(after.beat > before.beat && after.beatenMicros == before.beatenMicros + 1_500_000)
        #expect(after.joinedMicros == before.joinedMicros)
        for stranger in [member("a", "2"), b] {
            #expect(try #require(try test.open().beat(test.group, as: stranger)).members == [after])
        }
    }

    @Test("leases are created once for each revision, with a counter each", arguments: StoreKind.allCases)
    func create(_ kind: StoreKind) throws {
        let test = try StoreUnderTest(kind)
        _ = try test.join(a)
        let group = try test.create(3, by: a)
        #expect(group.leases.map(\.shard) == ["shard-00", "shard-01", "shard-02"] && Set(group.leases.map(\.counter)).count == 3)
        #expect(group.leases[1].parents == ["shard-00"] && group.leases[1].position == .after(SequenceNumber(5), subSequence: 2))
        #expect(group.leases[1].start == .after(SequenceNumber(5), subSequence: 2))
        #expect(group.leases[2].range == HashRange(first: 3, last: .max))
        var late = LeaseRestructure(revision: 0)
        late.created = [NewLease(shard: "shard-09", position: .trimHorizon, parents: [], range: HashRange(first: 0, last: 0))]
        late.removed = ["shard-00"]
        late.vanished = ["shard-01"]
        #expect(try test.apply([.restructure(late)], by: a) == group)
        late.revision = group.revision
        let next = try test.apply([.restructure(late)], by: a)
        #expect(next.leases.map(\.shard) == ["shard-01", "shard-02", "shard-09"] && next.revision > group.revision)
        #expect(next.leases[0].isFinished && next.leases[0].start != nil && next.leases[0].counter > group.leases[2].counter)
    }

    @Test("a free lease goes to one member; every change of owner has a new counter", arguments: StoreKind.allCases)
    func take(_ kind: StoreKind) throws {
        let test = try StoreUnderTest(kind)
        _ = try test.join(a)
        _ = try test.join(b)
        let free = try test.create(1, by: a).leases[0]
        let taken = try test.apply([.take(shard: free.shard, counter: free.counter)], by: a).leases[0]
        #expect(taken.owner == "a" && taken.counter > free.counter && taken.ownerSwitches == 1 && taken.state == .owned)
        #expect(try test.apply([.take(shard: free.shard, counter: free.counter)], by: b).leases[0] == taken)
        #expect(try test.apply([.take(shard: free.shard, counter: taken.counter)], by: b).leases[0] == taken)
        #expect(try test.apply([.take(shard: "shard-77", counter: 1)], by: b).leases == [taken])
    }

    @Test("hand-over: asked for by one member, released to it", arguments: StoreKind.allCases)
    func handOver(_ kind: StoreKind) throws {
        let test = try StoreUnderTest(kind)
        for member in [a, b, member("c")] { _ = try test.join(member) }
        let owned = try test.take(test.create(1, by: a).leases[0], by: a)
        let asked = try test.apply([.request(shard: owned.shard, counter: owned.counter)], by: b).leases[0]
        #expect(asked.wantedBy == "b" && asked.owner == "a" && asked.counter == owned.counter && asked.state == .handingOver)
        let request = LeaseChange.request(shard: owned.shard, counter: owned.counter)
        #expect(try test.apply([request], by: member("c")).leases[0] == asked)
        #expect(try test.apply([request], by: a).leases[0] == asked)
        try test.open().checkpoint([try test.checkpoint(asked, .after(SequenceNumber(8)))])
        #expect(try test.apply([.release(shard: owned.shard, counter: owned.counter)], by: b).leases[0].owner == "a")
        let given = try test.apply([.release(shard: owned.shard, counter: owned.counter)], by: a).leases[0]
        #expect(given.owner == "b" && given.wantedBy == nil && given.counter > owned.counter)
        #expect(given.position == .after(SequenceNumber(8)) && given.ownerSwitches == 1)
        let freed = try test.apply([.release(shard: given.shard, counter: given.counter)], by: b).leases[0]
        #expect(freed.owner == nil && freed.state == .available)
    }

    @Test("a hand-over is forced only by the member that asked", arguments: StoreKind.allCases)
    func force(_ kind: StoreKind) throws {
        let test = try StoreUnderTest(kind)
        for member in [a, b, member("c")] { _ = try test.join(member) }
        let owned = try test.take(test.create(1, by: a).leases[0], by: a)
        let force = LeaseChange.force(shard: owned.shard, counter: owned.counter)
        #expect(try test.apply([force], by: b).leases[0] == owned)
        _ = try test.apply([.request(shard: owned.shard, counter: owned.counter)], by: b)
        #expect(try test.apply([force], by: member("c")).leases[0].owner == "a")
        let forced = try test.apply([force], by: b).leases[0]
        #expect(forced.owner == "b" && forced.wantedBy == nil && forced.counter > owned.counter)
    }

    @Test(
        "a member is expelled only if it has not beaten since; its leases go to those who asked, or become free",
        arguments: StoreKind.allCases)
    func expel(_ kind: StoreKind) throws {
        let test = try StoreUnderTest(kind)
        for member in [a, b] { _ = try test.join(member) }
        let leases = try test.create(2, by: a).leases
        for lease in leases { _ = try test.take(lease, by: a) }
        let owned = try test.open().describe(test.group)
        _ = try test.apply([.request(shard: "shard-00", counter: owned.leases[0].counter)], by: b)
        let beat = try #require(owned.member("a")).beat
        _ = try test.open().beat(test.group, as: a)
        #expect(try test.apply([.expel(member: "a", beat: beat)], by: b).members.count == 2)
        let after = try test.apply([.expel(member: "a", beat: beat + 1)], by: b)
        #expect(after.members.map(\.name) == ["b"] && after.leases.map(\.owner) == ["b", nil])
        #expect(zip(after.leases, owned.leases).allSatisfy { $0.counter > $1.counter })
        // It wakes up, and can do nothing.
        #expect(try #require(try test.open().beat(test.group, as: a)) == after)
        let takes = after.leases.map { LeaseChange.take(shard: $0.shard, counter: $0.counter) }
        #expect(try test.apply(takes, by: a) == after)
        #expect(
            #expect(throws: SluiceError.self) { try test.open().checkpoint([try test.checkpoint(owned.leases[1], .shardEnd)]) }?.code
                == .leaseLost)
    }

    @Test("a member that leaves gives its leases away and withdraws its requests", arguments: StoreKind.allCases)
    func leave(_ kind: StoreKind) throws {
        let test = try StoreUnderTest(kind)
        for member in [a, b] { _ = try test.join(member) }
        let leases = try test.create(2, by: a).leases
        _ = try test.take(leases[0], by: a)
        let other = try test.take(leases[1], by: b)
        _ = try test.apply([.request(shard: other.shard, counter: other.counter)], by: a)
        try test.open().leave(test.group, as: member("a", "2"))
        #expect(try test.open().describe(test.group).members.count == 2)
        try test.open().leave(test.group, as: a)
        let after = try test.open().describe(test.group)
        #expect(after.members.map(\.name) == ["b"] && after.leases.map(\.owner) == [nil, "b"] && after.leases[1].wantedBy == nil)
    }

    @Test("a later start with the same name keeps its leases, and fences off the earlier one", arguments: StoreKind.allCases)
    func rejoin(_ kind: StoreKind) throws {
        let test = try StoreUnderTest(kind)
        _ = try test.join(a)
        let old = try test.take(test.create(1, by: a).leases[0], by: a)
        let again = try test.join(member("a", "2"))
        #expect(again.members.map(\.session) == ["2"] && again.leases[0].owner == "a" && again.leases[0].counter > old.counter)
        #expect(#expect(throws: SluiceError.self) { try test.open().checkpoint([try test.checkpoint(old, .shardEnd)]) }?.code == .leaseLost)
        #expect(try test.apply([.release(shard: old.shard, counter: again.leases[0].counter)], by: a) == again)
    }

    @Test("groups are listed by stream and name", arguments: StoreKind.allCases)
    func list(_ kind: StoreKind) throws {
        let test = try StoreUnderTest(kind)
        let groups = [("b", "x"), ("a", "z"), ("a", "y")]
        for (stream, name) in groups {
            _ = try test.open().join(try GroupID(stream: stream, name: name), as: a, creating: try GroupSettings())
        }
        #expect(try test.open().groups(of: nil).map(\.description) == ["a/y", "a/z", "b/x"])
        #expect(try test.open().groups(of: "a").map(\.name) == ["y", "z"])
        #expect(try test.open().groups(of: "c").isEmpty)
    }
}
