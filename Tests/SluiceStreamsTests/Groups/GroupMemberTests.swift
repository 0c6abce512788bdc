import SluiceCore
import SluiceStreams
import Synchronization
import Testing

/// The driver, over a store in memory and a clock that the test moves.
@Suite("a member at work")
struct GroupMemberTests {
    private let clock = ManualClock()
    private let store = MemoryLeaseStore()
    private let shards = GroupShard.row(2)

    private func make(_ name: String, _ store: (any LeaseStore)? = nil) throws -> GroupMember {
        try GroupMember(
            of: orders, name: name, settings: try GroupSettings(), store: store ?? self.store, clock: clock, shards: { shards })
    }

    /// Orders that come without any waiting.
    private func next(_ orders: inout AsyncStream<GroupOrder>.Iterator, _ count: Int) async -> [GroupOrder] {
        var received: [GroupOrder] = []
        while received.count < count, let order = await orders.next(isolation: #isolation) { received.append(order) }
        return received
    }

    private func shard(_ order: GroupOrder) -> String {
        switch order {
        case .start(let assignment): assignment.shard
        case .stop(let shard, _): shard
        }
    }

    @Test("two members share the shards; one leaves, and the other reads on where it stopped")
    func share() async throws {
        let a = try make("a")
        var ordersOfA = a.orders.makeAsyncIterator()
        await a.tick()
        #expect(await next(&ordersOfA, 2).map(shard) == ["shard-00", "shard-01"])
        let b = try make("b")
        var ordersOfB = b.orders.makeAsyncIterator()
        await b.tick()
        await a.tick()
        let told = await next(&ordersOfA, 1)
        let given = shard(told[0])
        #expect(told == [.stop(shard: given, reason: .handOver(to: "b"))])
        try await a.checkpoint([try await a.checkpoint(of: given, at: .after(sequence(41)))])
        await a.stopped(given)
        await b.tick()
        guard case .start(let assignment) = await next(&ordersOfB, 1)[0] else {
            Issue.record("no start")
            return
        }
        #expect(assignment.shard == given && assignment.position == .after(sequence(41)))
        let kept = given == "shard-00" ? "shard-01" : "shard-00"
        let leaving = Task { await a.leave() }
        #expect(await next(&ordersOfA, 1) == [.stop(shard: kept, reason: .leaving)])
        await a.stopped(kept)
        await leaving.value
        await b.tick()
        #expect(try store.describe(orders).members.map(\.name) == ["b"])
        #expect(try store.describe(orders).leases.map(\.owner) == ["b", "b"])
    }

    @Test("a member that runs takes leases, leaves when it is told, and ends its orders")
    func run() async throws {
        let a = try make("a")
        let running = Task { try await a.run() }
        var received: [GroupOrder] = []
        for await order in a.orders {
            received.append(order)
            switch order {
            case .start where received.count == 2: Task { await a.leave() }
            case .start: break
            case .stop(let shard, _): await a.stopped(shard)
            }
        }
        try await running.value
        #expect(received.count == 4)
        #expect(try store.describe(orders).members.isEmpty)
        #expect(try store.describe(orders).leases.allSatisfy { $0.owner == nil })
    }

    @Test("a cancelled member frees its leases at once, and its late checkpoints are refused")
    func cancel() async throws {
        let a = try make("a")
        let running = Task { try await a.run() }
        var orders = a.orders.makeAsyncIterator()
        _ = await next(&orders, 2)
        let late = try await a.checkpoint(of: "shard-00", at: .after(sequence(1)))
        running.cancel()
        try await running.value
        #expect(try store.describe(late.group).leases.allSatisfy { $0.owner == nil })
        #expect(throws: SluiceError.self) { try store.checkpoint([late]) }
    }

    @Test("a member whose readers do not end leaves after the hand-over time")
    func stubborn() async throws {
        let a = try make("a")
        await a.tick()
        let leaving = Task { await a.leave() }
        let handover = Duration.milliseconds(GroupLimits.defaultHandoverMillis)
        while clock.sleeperCount == 0 { await Task.yield() }
        #expect(try store.describe(orders).members.count == 1)
        clock.advance(by: handover)
        await leaving.value
        #expect(try store.describe(orders).members.isEmpty)
    }

    @Test("a later start with the same name ends the earlier one, which can do no harm")
    func replaced() async throws {
        let first = try make("a")
        await first.tick()
        let old = try await first.checkpoint(of: "shard-00", at: .after(sequence(1)))
        let running = Task { try await first.run() }
        let second = try make("a")
        await second.tick()
        await first.tick()
        clock.advance(by: .seconds(60))
        let error = await #expect(throws: SluiceError.self) { try await running.value }
        #expect(error?.code == .interrupted)
        #expect(#expect(throws: SluiceError.self) { try store.checkpoint([old]) }?.code == .leaseLost)
    }

    @Test("an expelled member joins again; what it had in hand is refused")
    func expelled() async throws {
        let a = try make("a")
        let b = try make("b")
        await a.tick()
        let old = try await a.checkpoint(of: "shard-00", at: .after(sequence(1)))
        await b.tick()
        clock.advance(by: .seconds(11))
        await b.tick()
        #expect(try store.describe(orders).members.map(\.name) == ["b"])
        #expect(#expect(throws: SluiceError.self) { try store.checkpoint([old]) }?.code == .leaseLost)
        await a.tick()
        #expect(try store.describe(orders).members.map(\.name) == ["a", "b"])
        var ordersOfA = a.orders.makeAsyncIterator()
        let received = await next(&ordersOfA, 4)
        #expect(
            received.suffix(2) == [
                .stop(shard: "shard-00", reason: .lost(to: nil)), .stop(shard: "shard-01", reason: .lost(to: nil)),
            ])
    }

    @Test("a store that is busy for a while stops readers after the fail-over time, and does not end the member")
    func busyStore() async throws {
        let busy = BusyStore(store)
        let a = try make("a", busy)
        await a.tick()
        var ordersOfA = a.orders.makeAsyncIterator()
        _ = await next(&ordersOfA, 2)
        busy.isBusy.withLock { $0 = true }
        await a.tick()
        clock.advance(by: .seconds(10))
        await a.tick()
        #expect(
            await next(&ordersOfA, 2) == [
                .stop(shard: "shard-00", reason: .unconfirmed), .stop(shard: "shard-01", reason: .unconfirmed),
            ])
        busy.isBusy.withLock { $0 = false }
        await a.stopped("shard-00")
        #expect(await next(&ordersOfA, 1).map(shard) == ["shard-00"])
    }

    @Test("a deleted group ends its members")
    func deleted() async throws {
        let a = try make("a")
        await a.tick()
        try store.delete(orders, force: true)
        let error = await #expect(throws: SluiceError.self) { try await a.run() }
        #expect(error?.code == .notFound)
        var ordersOfA = a.orders.makeAsyncIterator()
        #expect(await next(&ordersOfA, 4).suffix(2).allSatisfy { if case .stop(_, .removed) = $0 { true } else { false } })
    }

    @Test("a bad name is refused")
    func badName() { #expect(throws: SluiceError.self) { try make("a b") } }
}

/// A store that another process may keep busy.
private final class BusyStore: LeaseStore {
    let isBusy = Mutex(false)
    private let store: MemoryLeaseStore

    init(_ store: MemoryLeaseStore) { self.store = store }

    private func check() throws(SluiceError) {
        if isBusy.withLock({ $0 }) { throw SluiceError(.ioFailure, "in use by another process", isRetriable: true) }
    }

    func join(_ group: GroupID, as member: MemberID, creating settings: GroupSettings) throws(SluiceError) -> GroupSnapshot {
        try check()
        return try store.join(group, as: member, creating: settings)
    }

    func beat(_ group: GroupID, as member: MemberID) throws(SluiceError) -> GroupSnapshot? {
        try check()
        return try store.beat(group, as: member)
    }

    func apply(_ changes: [LeaseChange], to group: GroupID, as member: MemberID) throws(SluiceError) -> GroupSnapshot? {
        try check()
        return try store.apply(changes, to: group, as: member)
    }

    func leave(_ group: GroupID, as member: MemberID) throws(SluiceError) { try store.leave(group, as: member) }
    func checkpoint(_ checkpoints: [LeaseCheckpoint]) throws(SluiceError) { try store.checkpoint(checkpoints) }
    func groups(of stream: String?) throws(SluiceError) -> [GroupID] { try store.groups(of: stream) }
    func describe(_ group: GroupID) throws(SluiceError) -> GroupSnapshot { try store.describe(group) }
    func reset(_ group: GroupID, _ reset: GroupReset, force: Bool) throws(SluiceError) { try store.reset(group, reset, force: force) }
    func delete(_ group: GroupID, force: Bool) throws(SluiceError) { try store.delete(group, force: force) }
}
