import SluiceCore
import SluiceStreams
import Testing

/// Dialogues with one member: what it sees, and what it says to do.
@Suite("a member of a group")
struct GroupMachineTests {
    private let shards = GroupShard.row(4)
    private let failover = Duration.milliseconds(GroupLimits.defaultFailoverMillis)
    private let handover = Duration.milliseconds(GroupLimits.defaultHandoverMillis)

    private func machine(_ name: String = "a", maxLeases: Int = GroupLimits.leases) -> GroupMachine {
        GroupMachine(group: orders, member: member(name), maxLeases: maxLeases)
    }

    /// Owners of the four shards, in order; nil for a free one. Counters are 10, 11, 12 and 13.
    private func leases(_ owners: [String?], wanted: [String?] = []) -> [GroupLease] {
        owners.enumerated().map { index, owner in
            .sample(
                shards[index], owner: owner, counter: Int64(10 + index),
                wantedBy: wanted.indices.contains(index) ? wanted[index] : nil)
        }
    }

    private func start(_ shard: Int, _ counter: Int64) -> GroupOrder {
        .start(GroupAssignment(shard: GroupShard.name(shard), position: .trimHorizon, counter: counter))
    }

    private func stop(_ shard: Int, _ reason: GroupStop) -> GroupOrder { .stop(shard: GroupShard.name(shard), reason: reason) }

    @Test("an empty group: the member makes leases, takes them, and reads")
    func first() throws {
        var a = machine()
        #expect(a.wantsShards(at: .zero))
        a.learned(shards, at: .zero)
        #expect(!a.wantsShards(at: .seconds(1)) && a.wantsShards(at: .milliseconds(GroupLimits.shardRefreshMillis)))
        var step = a.saw(try .sample(["a": 1], [], revision: 7), asked: .zero, at: .zero)
        var plan = LeaseRestructure(revision: 7)
        plan.created = shards.map { NewLease($0, at: .trimHorizon) }
        #expect(step.changes == [.restructure(plan)] && step.orders.isEmpty)
        step = a.saw(try .sample(["a": 1], leases([nil, nil, nil, nil])), asked: .zero, at: .zero)
        #expect(Set(step.changes) == Set((0..<4).map { .take(shard: GroupShard.name($0), counter: Int64(10 + $0)) }))
        step = a.saw(try .sample(["a": 1], leases(["a", "a", "a", "a"])), asked: .zero, at: .zero)
        #expect(step.orders == (0..<4).map { start($0, Int64(10 + $0)) } && step.changes.isEmpty)
        #expect(a.saw(try .sample(["a": 2], leases(["a", "a", "a", "a"])), asked: .zero, at: .zero) == GroupStep())
    }

    @Test("free leases are taken up to a fair share, and to the member's own limit")
    func fairShare() throws {
        var a = machine()
        #expect(a.saw(try .sample(["a": 1, "b": 1], leases([nil, nil, nil, nil])), asked: .zero, at: .zero).changes.count == 2)
        #expect(a.saw(try .sample(["a": 1, "b": 1, "c": 1], leases([nil, nil, nil, nil])), asked: .zero, at: .zero).changes.count == 2)
        var limited = machine(maxLeases: 3)
        #expect(limited.saw(try .sample(["a": 1], leases([nil, nil, nil, nil])), asked: .zero, at: .zero).changes.count == 3)
    }

    @Test("a member is dead when its beat did not change for the fail-over time since it was first seen, whatever its clock says")
    func failOver() throws {
        var a = machine()
        let owned = leases(["a", "a", "b", "b"])
        _ = a.saw(try .sample(["a": 1, "b": 5], owned), asked: .zero, at: .seconds(100))
        let almost = Duration.seconds(100) + failover - .milliseconds(1)
        #expect(a.saw(try .sample(["a": 2, "b": 5], owned), asked: almost, at: almost).changes.isEmpty)
        let late = Duration.seconds(100) + failover
        #expect(a.saw(try .sample(["a": 3, "b": 5], owned), asked: late, at: late).changes == [.expel(member: "b", beat: 5)])
        #expect(a.saw(try .sample(["a": 3, "b": 6], owned), asked: late, at: late).changes.isEmpty)
        #expect(a.saw(try .sample(["a": 4], leases(["a", "a", nil, nil])), asked: late, at: late).changes.count == 2)
    }

    @Test("a member that slept does not hold others for dead that beat meanwhile")
    func sleptLong() throws {
        var a = machine()
        _ = a.saw(try .sample(["a": 1, "b": 5], leases(["a", "a", "b", "b"])), asked: .zero, at: .zero)
        let morning = Duration.seconds(30_000)
        #expect(a.saw(try .sample(["a": 2, "b": 6], leases(["a", "a", "b", "b"])), asked: morning, at: morning).changes.isEmpty)
    }

    @Test("shares that differ by one are left alone; a member with less asks those with most")
    func balance() throws {
        var b = machine("b")
        #expect(b.saw(try .sample(["a": 1, "b": 1], leases(["a", "a", "b"])), asked: .zero, at: .zero).changes.isEmpty)
        var step = b.saw(try .sample(["a": 1, "b": 1, "c": 1], leases(["a", "a", "a", "c"])), asked: .zero, at: .zero)
        guard case .request(let asked, _) = step.changes.first, step.changes.count == 1 else {
            Issue.record("\(step.changes)")
            return
        }
        #expect(asked != GroupShard.name(3))
        // What was asked for counts as handed over, for everybody.
        step = b.saw(try .sample(["a": 1, "b": 1, "c": 1], leases(["a", "a", "a", "c"], wanted: ["b"])), asked: .zero, at: .zero)
        #expect(step.changes.isEmpty)
        var c = machine("c")
        #expect(
            c.saw(try .sample(["a": 1, "b": 1, "c": 1], leases(["a", "a", "a", "c"], wanted: ["b"])), asked: .zero, at: .zero).changes
                .isEmpty)
    }

    @Test("a member asks for so many leases at a time")
    func stealLimit() throws {
        let many = GroupShard.row(50)
        let owned = many.map { GroupLease.sample($0, owner: "a") }
        var b = GroupMachine(group: orders, member: member("b"), stealsPerTick: 7)
        let step = b.saw(try .sample(["a": 1, "b": 1], owned), asked: .zero, at: .zero)
        #expect(step.changes.count == 7 && Set(step.changes).count == 7)
    }

    @Test("graceful hand-over: the reader finishes and checkpoints, then the lease goes to the one who asked")
    func handOver() throws {
        var a = machine()
        _ = a.saw(try .sample(["a": 1], leases(["a"])), asked: .zero, at: .zero)
        let wanted = try GroupSnapshot.sample(["a": 2, "b": 1], leases(["a"], wanted: ["b"]))
        #expect(a.saw(wanted, asked: .zero, at: .zero) == GroupStep(orders: [stop(0, .handOver(to: "b"))]))
        #expect(a.saw(wanted, asked: .zero, at: .zero) == GroupStep())
        #expect(try a.checkpoint("shard-00", .after(sequence(3))).counter == 10)
        a.stopped("shard-00")
        #expect(throws: SluiceError.self) { try a.checkpoint("shard-00", .after(sequence(4))) }
        #expect(a.saw(wanted, asked: .zero, at: .zero).changes == [.release(shard: "shard-00", counter: 10)])
        var given = leases(["b"])
        given[0].counter = 20
        #expect(a.saw(try .sample(["a": 3, "b": 2], given), asked: .zero, at: .zero) == GroupStep())
        #expect(a.readShards.isEmpty)
    }

    @Test("a hand-over that takes too long is forced, counted on the clock of the one who asked")
    func force() throws {
        var b = machine("b")
        let all = leases(["a", "a"])
        #expect(b.saw(try .sample(["a": 1, "b": 1], all), asked: .zero, at: .zero).changes.count == 1)
        let wanted = leases(["a", "a"], wanted: ["b"])
        #expect(b.saw(try .sample(["a": 2, "b": 2], wanted), asked: .zero, at: .seconds(1)).changes.isEmpty)
        let almost = Duration.seconds(1) + handover - .milliseconds(1)
        #expect(b.saw(try .sample(["a": 3, "b": 3], wanted), asked: almost, at: almost).changes.isEmpty)
        let late = Duration.seconds(1) + handover
        #expect(
            b.saw(try .sample(["a": 4, "b": 4], wanted), asked: late, at: late).changes == [.force(shard: "shard-00", counter: 10)])
        var a = machine()
        _ = a.saw(try .sample(["a": 1], all), asked: .zero, at: .zero)
        _ = a.saw(try .sample(["a": 2, "b": 2], wanted), asked: .zero, at: .zero)
        var taken = leases(["b", "a"])
        taken[0].counter = 30
        // The reader was told to finish; now it is told to drop what it has.
        #expect(a.saw(try .sample(["a": 3, "b": 3], taken), asked: .zero, at: .zero).orders == [stop(0, .lost(to: "b"))])
        #expect(throws: SluiceError.self) { try a.checkpoint("shard-00", .after(sequence(1))) }
    }

    @Test("a lease that comes back is not read before its old reader has ended")
    func comesBack() throws {
        var a = machine()
        _ = a.saw(try .sample(["a": 1], leases(["a"])), asked: .zero, at: .zero)
        var again = leases(["a"])
        again[0].counter = 50
        #expect(a.saw(try .sample(["a": 2], again), asked: .zero, at: .zero).orders == [stop(0, .lost(to: nil))])
        #expect(a.saw(try .sample(["a": 3], again), asked: .zero, at: .zero).orders.isEmpty)
        a.stopped("shard-00")
        #expect(a.saw(try .sample(["a": 4], again), asked: .zero, at: .zero).orders == [start(0, 50)])
    }

    @Test("without the store for the fail-over time, a member stops, and goes on when its leases are still its own")
    func unreachable() throws {
        var a = machine()
        let own = try GroupSnapshot.sample(["a": 1], leases(["a"]))
        #expect(a.missed(at: .seconds(1_000)).isEmpty)
        _ = a.saw(own, asked: .seconds(5), at: .seconds(6))
        #expect(a.missed(at: .seconds(5) + failover - .milliseconds(1)).isEmpty)
        #expect(a.missed(at: .seconds(5) + failover) == [stop(0, .unconfirmed)])
        #expect(a.missed(at: .seconds(60)).isEmpty)
        #expect(throws: SluiceError.self) { try a.checkpoint("shard-00", .after(sequence(1))) }
        #expect(a.saw(own, asked: .seconds(61), at: .seconds(61)).orders.isEmpty)
        a.stopped("shard-00")
        #expect(a.saw(own, asked: .seconds(62), at: .seconds(62)).orders == [start(0, 10)])
    }

    @Test("leaving: readers finish, their leases are freed one by one, and nothing new is taken")
    func leave() throws {
        var a = machine()
        a.learned(shards, at: .zero)
        _ = a.saw(try .sample(["a": 1], leases(["a", "a", nil])), asked: .zero, at: .zero)
        #expect(a.leave() == [stop(0, .leaving), stop(1, .leaving)])
        #expect(try a.checkpoint("shard-01", .after(sequence(3))).counter == 11)
        a.stopped("shard-01")
        let step = a.saw(try .sample(["a": 2], leases(["a", "a", nil])), asked: .zero, at: .zero)
        #expect(step == GroupStep(changes: [.release(shard: "shard-01", counter: 11)]))
        #expect(a.readShards == ["shard-00"])
    }

    @Test("expelled, replaced and deleted members stop all readers and know what to do next")
    func membership() throws {
        for members: [String: Int64] in [[:], ["b": 1]] {
            var a = machine()
            _ = a.saw(try .sample(["a": 1], leases(["a"])), asked: .zero, at: .zero)
            let step = a.saw(try .sample(members, leases([nil])), asked: .zero, at: .zero)
            #expect(step == GroupStep(orders: [stop(0, .lost(to: nil))], membership: .expelled))
        }
        var a = machine()
        _ = a.saw(try .sample(["a": 1], leases(["a"])), asked: .zero, at: .zero)
        var other = try GroupSnapshot.sample(["a": 1], leases(["a"]))
        other.members[0].session = "2"
        #expect(a.saw(other, asked: .zero, at: .zero) == GroupStep(orders: [stop(0, .lost(to: nil))], membership: .replaced))
        var c = machine()
        _ = c.saw(try .sample(["a": 1], leases(["a"])), asked: .zero, at: .zero)
        #expect(c.saw(nil, asked: .zero, at: .zero) == GroupStep(orders: [stop(0, .removed)], membership: .deleted))
    }

    @Test("a checkpoint may repeat but not step back, and only of a shard that is held")
    func checkpoints() throws {
        var a = machine()
        _ = a.saw(try .sample(["a": 1], leases(["a"])), asked: .zero, at: .zero)
        let fifth = try a.checkpoint("shard-00", .after(sequence(5)))
        a.committed([fifth])
        #expect(try a.checkpoint("shard-00", .after(sequence(5))) == fifth)
        #expect(#expect(throws: SluiceError.self) { try a.checkpoint("shard-00", .after(sequence(4))) }?.code == .invalidArgument)
        #expect(#expect(throws: SluiceError.self) { try a.checkpoint("shard-01", .after(sequence(4))) }?.code == .leaseLost)
        let announced = try a.checkpoint("shard-00", .after(sequence(9)), isPending: true)
        a.committed([announced])
        #expect(try a.checkpoint("shard-00", .after(sequence(6))).position == .after(sequence(6)))
    }

    @Test("the end of a shard ends its reading and makes the member look for children")
    func shardEnd() throws {
        var a = machine()
        a.learned(shards, at: .zero)
        _ = a.saw(try .sample(["a": 1], leases(["a", "a", "a", "a"])), asked: .zero, at: .zero)
        a.committed([try a.checkpoint("shard-00", .shardEnd)])
        #expect(a.readShards == ["shard-01", "shard-02", "shard-03"] && a.wantsShards(at: .zero))
        var after = leases([nil, "a", "a", "a"])
        after[0].position = .shardEnd
        #expect(a.saw(try .sample(["a": 2], after), asked: .zero, at: .zero) == GroupStep())
    }

    @Test("a shard that vanished, or was finished by others, is no longer read")
    func removed() throws {
        var a = machine()
        _ = a.saw(try .sample(["a": 1], leases(["a", "a"])), asked: .zero, at: .zero)
        var after = leases([nil])
        after[0].position = .shardEnd
        let step = a.saw(try .sample(["a": 2], after), asked: .zero, at: .zero)
        #expect(step.orders == [stop(0, .removed), stop(1, .removed)])
    }

    @Test("a reader that ends by itself gives its shard back")
    func readerEnds() throws {
        var a = machine()
        let own = try GroupSnapshot.sample(["a": 1], leases(["a"]))
        _ = a.saw(own, asked: .zero, at: .zero)
        a.stopped("shard-00")
        a.stopped("shard-07")
        #expect(a.saw(own, asked: .zero, at: .zero) == GroupStep(changes: [.release(shard: "shard-00", counter: 10)]))
    }
}
