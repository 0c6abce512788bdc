package import SluiceCore

/// One member of a consumer group, without clock, store or threads: it is shown the group, and says what to do.
///
/// A driver beats, shows the snapshot to `saw`, carries out the changes, shows what came of them, and passes orders on. Time is the member's
/// own monotonic clock, so clocks of different members need not agree: a member is dead when its beat has not changed for the fail-over time
/// since this one saw it first.
///
/// - Invariant: at most one reader of a shard is under way: a shard is started only when it was reported stopped after its last start.
package struct GroupMachine: Sendable {
    /// A shard whose reader was started and has not ended.
    struct Held: Sendable {
        enum Phase: Hashable, Sendable {
            case running
            case stopping(GroupStop)
            /// Its reader has ended in order, and the lease can be given away.
            case stopped
        }
        var counter: Int64
        var position: GroupPosition
        var phase = Phase.running
    }

    /// Another member as seen by this one's clock.
    struct Sighting: Sendable {
        var session: String
        var beat: Int64
        var since: Duration
    }

    /// A lease that this member asked for.
    struct Request: Sendable {
        var counter: Int64
        var since: Duration
    }

    package let group: GroupID
    package private(set) var member: MemberID
    /// The most shards that the member reads at a time.
    let maxLeases: Int
    let stealsPerTick: Int
    var held: [String: Held] = [:]
    var sightings: [String: Sighting] = [:]
    var requests: [String: Request] = [:]
    /// When the member last knew that its leases were its own; nil before the first look.
    var confirmed: Duration?
    var settings: GroupSettings?
    var plan: LeasePlan?
    private var planned: Duration?
    var isLeaving = false
    /// A shard was read to its end, so its children may begin.
    private var hasEndedShard = false

    package init(
        group: GroupID, member: MemberID, maxLeases: Int = GroupLimits.leases, stealsPerTick: Int = GroupLimits.defaultStealsPerTick
    ) {
        precondition(maxLeases > 0 && stealsPerTick > 0, "a member reads at least one shard, and asks for at least one at a time")
        self.group = group
        self.member = member
        self.maxLeases = maxLeases
        self.stealsPerTick = stealsPerTick
    }

    /// Shards whose readers are under way, with those that are stopping.
    package var readShards: [String] { held.filter { $0.value.phase != .stopped }.keys.sorted() }

    /// Whether a look at the stream's shards is due.
    package func wantsShards(at now: Duration) -> Bool {
        guard let planned, !hasEndedShard else { return true }
        return now - planned >= .milliseconds(GroupLimits.shardRefreshMillis)
    }

    /// The stream has these shards.
    package mutating func learned(_ shards: [GroupShard], at now: Duration) {
        plan = LeasePlan(shards)
        planned = now
        hasEndedShard = false
    }

    /// The member joins again, after it was expelled.
    package mutating func rejoin(as member: MemberID) {
        self.member = member
        requests = [:]
    }

    /// The reader of a shard has ended.
    package mutating func stopped(_ shard: String) {
        guard let phase = held[shard]?.phase else { return }
        switch phase {
        case .stopping(let reason) where !reason.isGraceful: held[shard] = nil
        case .running, .stopping, .stopped: held[shard]?.phase = .stopped
        }
    }

    /// The member wants to leave: every reader is told to finish.
    package mutating func leave() -> [GroupOrder] {
        isLeaving = true
        return stop(.leaving) { $0 == .running }
    }

    /// The member ends without waiting for its readers.
    package mutating func abandon() -> [GroupOrder] {
        isLeaving = true
        return stop(.lost(to: nil)) { $0.mayCheckpoint }
    }

    /// The store could not be reached: after the fail-over time others may have taken the leases.
    package mutating func missed(at now: Duration) -> [GroupOrder] {
        guard let settings, let confirmed, now - confirmed >= settings.failover else { return [] }
        return stop(.unconfirmed) { $0.mayCheckpoint }
    }

    /// A checkpoint with the counter of a held lease, for a store or for the caller's own transaction.
    ///
    /// - Throws: `leaseLost` if the member knows already that the lease is not its own; `invalidArgument` for a position behind the last one.
    package func checkpoint(
        _ shard: String, _ position: GroupPosition, recordMicros: Int64? = nil, isPending: Bool = false
    ) throws(SluiceError) -> LeaseCheckpoint {
        guard let lease = held[shard], lease.phase.mayCheckpoint else { throw .notHeld(shard, group, by: member.name) }
        let checkpoint = try LeaseCheckpoint(
            group: group, shard: shard, owner: member.name, counter: lease.counter, position: position, recordMicros: recordMicros,
            isPending: isPending)
        if position.isBehind(lease.position) { throw .checkpointBehind(checkpoint, lease.position) }
        return checkpoint
    }

    /// Checkpoints are recorded. The end of a shard ends its reading; it is not reported as stopped.
    package mutating func committed(_ checkpoints: [LeaseCheckpoint]) {
        for checkpoint in checkpoints where !checkpoint.isPending && held[checkpoint.shard]?.counter == checkpoint.counter {
            held[checkpoint.shard]?.position = checkpoint.position
            if checkpoint.position == .shardEnd {
                held[checkpoint.shard] = nil
                hasEndedShard = true
            }
        }
    }

    /// Tells readers in some phases to stop.
    mutating func stop(_ reason: GroupStop, where applies: (Held.Phase) -> Bool) -> [GroupOrder] {
        var orders: [GroupOrder] = []
        for (shard, lease) in held.sorted(by: { $0.key < $1.key }) where applies(lease.phase) {
            held[shard]?.phase = .stopping(reason)
            orders.append(.stop(shard: shard, reason: reason))
        }
        return orders
    }
}

extension GroupMachine.Held.Phase {
    var mayCheckpoint: Bool {
        switch self {
        case .running: true
        case .stopping(let reason): reason.isGraceful
        case .stopped: false
        }
    }
}
