import SluiceCore
import SluiceStreams
import Testing

@Suite("checkpoints of lease stores", .serialized)
struct CheckpointConformanceTests {
    private let a = member("a")
    private let b = member("b")

    @Test("a checkpoint records position, sub-sequence number and arrival, and settles what was announced", arguments: StoreKind.allCases)
    func record(_ kind: StoreKind) throws {
        let test = try StoreUnderTest(kind)
        _ = try test.join(a)
        let free = try test.create(1, by: a).leases[0]
        let lease = try test.take(free, by: a)
        let position = GroupPosition.after(SequenceNumber(9), subSequence: 3)
        try test.open().checkpoint([try test.checkpoint(lease, .after(SequenceNumber(30)), isPending: true)])
        var now = try test.open().describe(test.group).leases[0]
        #expect(now.pending == .after(SequenceNumber(30)) && now.position == lease.position && now.start == lease.start)
        try test.open().checkpoint([try test.checkpoint(lease, position, micros: 77)])
        now = try test.open().describe(test.group).leases[0]
        #expect(now.position == position && now.pending == nil && now.reachedMicros == 77 && now.start == nil && now.ownerSwitches == 0)
        #expect(now.counter == lease.counter && now.owner == "a")
        try test.open().checkpoint([try test.checkpoint(lease, position)])
        #expect(try test.open().describe(test.group).leases[0] == now)
    }

    @Test("the end of a shard frees its lease, and keeps where it began if no record was checkpointed", arguments: StoreKind.allCases)
    func shardEnd(_ kind: StoreKind) throws {
        let test = try StoreUnderTest(kind)
        _ = try test.join(a)
        let leases = try test.create(2, by: a).leases
        let first = try test.take(leases[0], by: a)
        let second = try test.take(leases[1], by: a)
        try test.open().checkpoint([try test.checkpoint(first, .after(SequenceNumber(9)))])
        try test.open().checkpoint([try test.checkpoint(first, .shardEnd), try test.checkpoint(second, .shardEnd)])
        let now = try test.open().describe(test.group).leases
        #expect(now.allSatisfy { $0.owner == nil && $0.isFinished && $0.state == .finished })
        #expect(now[0].start == nil && now[1].start == second.start)
        #expect(
            #expect(throws: SluiceError.self) { try test.open().checkpoint([try test.checkpoint(first, .shardEnd)]) }?.code == .leaseLost)
        let changes: [LeaseChange] = now.map { .take(shard: $0.shard, counter: $0.counter) }
        #expect(try test.apply(changes, by: a).leases == now)
    }

    @Test(
        "an old counter, another owner, a removed lease, a deleted group: refused, and the error says who has it",
        arguments: StoreKind.allCases)
    func fencing(_ kind: StoreKind) throws {
        let test = try StoreUnderTest(kind)
        for member in [a, b] { _ = try test.join(member) }
        let old = try test.take(test.create(1, by: a).leases[0], by: a)
        let freed = try test.apply([.release(shard: old.shard, counter: old.counter)], by: a).leases[0]
        let position = GroupPosition.after(SequenceNumber(9))
        var error = #expect(throws: SluiceError.self) { try test.open().checkpoint([try test.checkpoint(old, position)]) }
        #expect(error?.code == .leaseLost && error?.message.contains("nobody has it") == true)
        let new = try test.take(freed, by: b)
        error = #expect(throws: SluiceError.self) { try test.open().checkpoint([try test.checkpoint(old, position)]) }
        #expect(error?.code == .leaseLost && error?.message.contains("\"b\" has it") == true)
        #expect(error?.message.contains("\(new.counter)") == true && error?.message.contains("\(old.counter)") == true)
        var forged = old
        forged.counter = new.counter
        #expect(throws: SluiceError.self) { try test.open().checkpoint([try test.checkpoint(forged, position)]) }
        #expect(try test.open().describe(test.group).leases[0] == new)
        // Made again, the group never gives a counter that it gave before.
        try test.open().delete(test.group, force: true)
        error = #expect(throws: SluiceError.self) { try test.open().checkpoint([try test.checkpoint(new, position)]) }
        #expect(error?.code == .leaseLost && error?.message.contains("removed") == true)
        _ = try test.join(a)
        #expect(try test.take(test.create(1, by: a).leases[0], by: a).counter > new.counter)
    }

    @Test("a checkpoint does not step back", arguments: StoreKind.allCases)
    func backwards(_ kind: StoreKind) throws {
        let test = try StoreUnderTest(kind)
        _ = try test.join(a)
        let lease = try test.take(test.create(1, by: a).leases[0], by: a)
        let climb: [GroupPosition] = [
            .at(SequenceNumber(9)), .after(SequenceNumber(9), subSequence: 1), .after(SequenceNumber(9)), .after(SequenceNumber(10)),
            .after(SequenceNumber(100)),
        ]
        for position in climb { try test.open().checkpoint([try test.checkpoint(lease, position)]) }
        for position in climb.dropLast() {
            let error = #expect(throws: SluiceError.self) { try test.open().checkpoint([try test.checkpoint(lease, position)]) }
            #expect(error?.code == .invalidArgument)
        }
        #expect(try test.open().describe(test.group).leases[0].position == climb.last)
    }

    @Test("several checkpoints are recorded together or not at all", arguments: StoreKind.allCases)
    func together(_ kind: StoreKind) throws {
        let test = try StoreUnderTest(kind)
        _ = try test.join(a)
        let leases = try test.create(2, by: a).leases
        let good = try test.take(leases[0], by: a)
        let position = GroupPosition.after(SequenceNumber(9))
        #expect(throws: SluiceError.self) {
            try test.open().checkpoint([try test.checkpoint(good, position), try test.checkpoint(leases[1], position, owner: "a")])
        }
        #expect(try test.open().describe(test.group).leases[0] == good)
    }
}
