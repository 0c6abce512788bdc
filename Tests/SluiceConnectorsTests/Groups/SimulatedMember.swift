import SluiceCore
import SluiceStreams
import SluiceTestKit

/// A member and the readers of its shards, moved a piece at a time, so that pieces of other members come between.
struct SimulatedMember {
    /// A task that reads one shard.
    struct Reader {
        var assignment: GroupAssignment
        var next: UInt64
        var stop: GroupStop?
    }

    var machine: GroupMachine
    var readers: [String: Reader] = [:]
    /// Asleep until then, on the world's clock: a process that was stopped, or a machine that was suspended.
    var asleepUntil = Duration.zero
    /// Another process took its name, so this one ends.
    private(set) var isReplaced = false
    private var hasJoined = false
    private var dueAt = Duration.zero
    private var changes: [LeaseChange] = []
    private var seen: (group: GroupSnapshot?, asked: Duration)?
    private let store: any LeaseStore
    /// What its clock shows when the world's shows zero, and how fast it goes.
    private let offset: Duration
    private let rate: Double

    init(_ group: GroupID, _ id: MemberID, _ store: any LeaseStore, using random: inout SeededGenerator) {
        machine = GroupMachine(group: group, member: id, stealsPerTick: Int.random(in: 1...5, using: &random))
        self.store = store
        offset = .seconds(Int.random(in: -1_000_000...1_000_000, using: &random))
        rate = Double.random(in: 0.99...1.01, using: &random)
    }

    var name: String { machine.member.name }

    private func clock(_ world: Duration) -> Duration { world * rate + offset }

    /// One piece of the member's tick: it asks, thinks, or changes.
    mutating func step(_ stream: SimulatedStream, at world: Duration, _ settings: GroupSettings) throws -> [GroupOrder] {
        let now = clock(world)
        if let (group, asked) = seen {
            seen = nil
            let step = machine.saw(group, asked: asked, at: now)
            changes = step.changes
            isReplaced = step.membership == .replaced
            if step.membership == .expelled {
                machine.rejoin(as: try MemberID(name: name, session: machine.member.session + "x"))
                hasJoined = false
            }
            return step.orders
        }
        if !changes.isEmpty {
            seen = (try store.apply(changes, to: machine.group, as: machine.member), now)
            changes = []
            return []
        }
        if !hasJoined {
            seen = (try store.join(machine.group, as: machine.member, creating: settings), now)
            hasJoined = true
        } else if world >= dueAt {
            if machine.wantsShards(at: now) { machine.learned(stream.list, at: now) }
            seen = (try store.beat(machine.group, as: machine.member), now)
            dueAt = world + settings.beatInterval
        }
        return []
    }

    /// One piece of a reader's work: some records and a checkpoint, or its end.
    mutating func read(_ shard: String, _ stream: SimulatedStream, using random: inout SeededGenerator) throws {
        guard var reader = readers[shard] else { return }
        defer { if readers[shard] != nil { readers[shard] = reader } }
        if let stop = reader.stop, !stop.isGraceful || Bool.random(using: &random) {
            readers[shard] = nil
            machine.stopped(shard)
            return
        }
        let count = stream.counts[shard] ?? 0
        reader.next = max(reader.next, min(count, reader.next + UInt64.random(in: 1...9, using: &random)))
        let isAtEnd = reader.next == count && stream.isClosed(shard)
        guard isAtEnd || reader.next > 0 else { return }
        let position = isAtEnd ? GroupPosition.shardEnd : .after(SequenceNumber(UInt128(reader.next - 1)))
        do throws(SluiceError) {
            let checkpoint = try machine.checkpoint(shard, position)
            try store.checkpoint([checkpoint])
            machine.committed([checkpoint])
            if isAtEnd { readers[shard] = nil }
        } catch {
            // The member will hear of it when it looks.
            guard error.code == .leaseLost else { throw error }
        }
    }
}
