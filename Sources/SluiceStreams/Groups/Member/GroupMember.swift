package import SluiceCore

/// A member of a consumer group at work: it beats, takes and gives leases, and says which shards to read.
///
/// One task calls `run()`; another reads `orders`, starts and stops readers of shards, and calls `stopped(_:)` for each that ended. Readers
/// checkpoint through the member, or take a `checkpoint` value into a transaction of their own and report it as `committed`.
package actor GroupMember {
    /// The shards that the stream has now.
    package typealias Shards = @Sendable () async throws(SluiceError) -> [GroupShard]

    /// Ends when the member has left or was ended.
    package nonisolated let orders: AsyncStream<GroupOrder>
    package nonisolated let group: GroupID

    private let settings: GroupSettings
    private let store: any LeaseStore
    private let shards: Shards
    private let elapsed: @Sendable () -> Duration
    private let sleep: @Sendable (Duration) async throws -> Void
    private let output: AsyncStream<GroupOrder>.Continuation
    private var machine: GroupMachine
    /// The wait for the next beat.
    private var resting: Task<Void, Never>?
    /// The wait for readers to finish.
    private var leaving: Task<Void, Never>?
    private var hasLeft = false
    /// What ends the member.
    private var failure: SluiceError?

    /// - Parameters:
    ///   - name: Unique among the members of the group; a later start with the same name replaces an earlier one.
    ///   - settings: Of the group, if this member creates it.
    ///   - shards: Asked before the first lease is created, at the end of each shard, and every `GroupLimits.shardRefreshMillis`.
    /// - Throws: `invalidOption` for a bad name.
    package init<C: Clock<Duration>>(
        of group: GroupID, name: String, settings: GroupSettings, store: any LeaseStore, clock: C, maxLeases: Int = GroupLimits.leases,
        shards: @escaping Shards
    ) throws(SluiceError) {
        self.group = group
        self.settings = settings
        self.store = store
        self.shards = shards
        let start = clock.now
        elapsed = { start.duration(to: clock.now) }
        sleep = { try await clock.sleep(for: $0) }
        (orders, output) = AsyncStream.makeStream()
        machine = GroupMachine(group: group, member: try Self.session(of: name), maxLeases: maxLeases)
    }

    /// Works until the member has left, its task is cancelled, or it cannot go on.
    ///
    /// A cancelled member leaves at once: its readers are told, and what they checkpoint afterwards is refused. A store or a stream that cannot
    /// be used for a while does not end it.
    /// - Throws: `interrupted` when a later start with the same name took its place, `notFound` when the group was deleted, and what the store
    ///   throws that a retry does not help.
    package func run() async throws {
        defer { output.finish() }
        while !hasLeft, failure == nil, !Task.isCancelled {
            await tick()
            if !hasLeft, failure == nil { await pause(for: (machine.settings ?? settings).beatInterval) { resting = $0 } }
        }
        if hasLeft { return }
        send(machine.abandon())
        if let failure {
            // Frees what the member may still have; the failure says more than one of leaving would.
            _ = try? store.leave(group, as: machine.member)
            throw failure
        }
        try store.leave(group, as: machine.member)
    }

    /// Leaves in order: readers are told to finish, their leases go to others as they end, and those that take longer than the hand-over time
    /// are given away without waiting.
    package func leave() async {
        send(machine.leave())
        if !machine.readShards.isEmpty { await pause(for: (machine.settings ?? settings).handover) { leaving = $0 } }
        do throws(SluiceError) {
            try store.leave(group, as: machine.member)
            hasLeft = true
            resting?.cancel()
        } catch {
            fail(error)
        }
    }

    /// The reader of a shard has ended.
    package func stopped(_ shard: String) async { await stopped([shard]) }

    /// The readers of shards have ended.
    package func stopped(_ shards: [String]) async {
        for shard in shards { machine.stopped(shard) }
        await tick()
        if machine.readShards.isEmpty { leaving?.cancel() }
    }

    /// Records how far shards were read, all or none.
    ///
    /// - Throws: `leaseLost` when a shard is not the member's any more; `invalidArgument` for a position behind the recorded one; what the
    ///   store throws.
    package func checkpoint(_ checkpoints: [LeaseCheckpoint]) async throws(SluiceError) {
        do throws(SluiceError) {
            try store.checkpoint(checkpoints)
        } catch {
            await refused(checkpoints, error)
            throw error
        }
        await committed(checkpoints)
    }

    /// A checkpoint to record, here or in the caller's own transaction.
    package func checkpoint(
        of shard: String, at position: GroupPosition, recordMicros: Int64? = nil, isPending: Bool = false
    ) throws(SluiceError) -> LeaseCheckpoint {
        try machine.checkpoint(shard, position, recordMicros: recordMicros, isPending: isPending)
    }

    /// Checkpoints are recorded by the caller's own transaction.
    package func committed(_ checkpoints: [LeaseCheckpoint]) async {
        machine.committed(checkpoints)
        if checkpoints.contains(where: { $0.position == .shardEnd && !$0.isPending }) { await tick() }
        if machine.readShards.isEmpty { leaving?.cancel() }
    }

    /// The caller's own transaction was refused.
    package func refused(_ checkpoints: [LeaseCheckpoint], _ error: SluiceError) async {
        if error.code == .leaseLost { await tick() }
    }

    /// Looks at the group and does what is due; `run` does so at each beat.
    package func tick() async {
        if hasLeft || failure != nil { return }
        if machine.wantsShards(at: elapsed()) {
            do throws(SluiceError) {
                let known = try await shards()
                machine.learned(known, at: elapsed())
            } catch {
                if !error.isRetriable { fail(error) }
            }
        }
        // No suspension below: a look and what follows from it are one piece.
        if hasLeft || failure != nil { return }
        do throws(SluiceError) {
            try look()
        } catch {
            send(machine.missed(at: elapsed()))
            if !error.isRetriable { fail(error) }
        }
    }

    private func look() throws(SluiceError) {
        var asked = elapsed()
        var snapshot =
            machine.confirmed == nil
            ? try store.join(group, as: machine.member, creating: settings) : try store.beat(group, as: machine.member)
        for _ in 0..<GroupLimits.roundsPerTick {
            let step = machine.saw(snapshot, asked: asked, at: elapsed())
            send(step.orders)
            asked = elapsed()
            switch step.membership {
            case .joined:
                if step.changes.isEmpty { return }
                snapshot = try store.apply(step.changes, to: group, as: machine.member)
            case .expelled:
                machine.rejoin(as: try Self.session(of: machine.member.name))
                snapshot = try store.join(group, as: machine.member, creating: settings)
            case .replaced:
                return fail(
                    SluiceError(
                        .interrupted, "another process joined group \(group) as \(machine.member.name.quotedForMessage)",
                        remedy: "give each process a name of its own"))
            case .deleted: return fail(SluiceError(.notFound, "group \(group) was deleted"))
            }
        }
    }

    private func fail(_ error: SluiceError) {
        failure = error
        resting?.cancel()
        leaving?.cancel()
    }

    private func send(_ orders: [GroupOrder]) {
        for order in orders { output.yield(order) }
    }

    /// Sleeps until the time is over or the task that `keep` is given is cancelled, as it is with the caller's.
    private func pause(for duration: Duration, keep: (Task<Void, Never>) -> Void) async {
        let pause = Task { [sleep] in _ = try? await sleep(duration) }
        keep(pause)
        await withTaskCancellationHandler {
            await pause.value
        } onCancel: {
            pause.cancel()
        }
    }

    private static func session(of name: String) throws(SluiceError) -> MemberID {
        var random = SystemRandomNumberGenerator()
        return try MemberID(name: name, random: &random)
    }
}
