package import SluiceCore

/// Reads the shards that a member of a consumer group is given, from any backend, for one task that uses the records.
///
/// One task calls `run()`, which works until the member has left; another takes events with `next()` until it returns nil, and commits:
/// with `checkpoint()`, or with `checkpoints()` in a transaction of its own and `committed(_:)` after it. Every shard that is stopped or lost is
/// handed on when the user has called `finished(_:)`, so what the user holds of it never overlaps with the next reader's work. A shard's
/// children begin when its end was committed.
///
/// - Invariant: at most `GroupLimits.pagesInHand` pages are in memory, with the one that the user works on; readers wait for room.
package actor GroupReader {
    /// A shard that is being read, or that the user has not finished.
    private struct Reading {
        let assignment: GroupAssignment
        var task: Task<Void, Never>?
        var stop: GroupStop?
    }

    package nonisolated let member: GroupMember
    private let stream: String
    private let backend: any StreamBackend
    private let slots = PageSlots(GroupLimits.pagesInHand)
    private var readings: [String: Reading] = [:]
    /// Where what `next` returned ends, by shard; without what was committed.
    private var delivered: [String: (position: GroupPosition, micros: Int64?)] = [:]
    /// Shards that the user has finished and the member was not told of.
    private var ended: [String] = []
    private var events: [GroupEvent] = []
    private var user: CheckedContinuation<Void, Never>?
    /// The user works on records.
    private var isInHand = false
    private var isOver = false
    private var failure: SluiceError?

    /// - Parameters:
    ///   - name: Of the member, unique in the group.
    ///   - stream: What the backend calls the stream; nil where the group calls it the same.
    /// - Throws: `invalidOption` for a bad name.
    package init(
        of group: GroupID, as name: String, settings: GroupSettings, store: any LeaseStore, backend: any StreamBackend,
        reading stream: String? = nil
    ) throws(SluiceError) {
        let stream = stream ?? group.stream
        self.stream = stream
        self.backend = backend
        member = try GroupMember(of: group, name: name, settings: settings, store: store, clock: ContinuousClock()) {
            () throws(SluiceError) in try await backend.groupShards(of: stream)
        }
    }

    /// Works until the member has left, its task is cancelled, or it cannot go on.
    ///
    /// - Throws: as `GroupMember.run`, and what reading a shard throws that a retry does not help; the other shards are left in order then.
    package func run() async throws {
        async let work: Void = member.run()
        for await order in member.orders { obey(order) }
        for reading in readings.values { reading.task?.cancel() }
        for reading in readings.values { await reading.task?.value }
        isOver = true
        wakeUser()
        try await work
        if let failure { throw failure }
    }

    /// Leaves in order: no more records are read, the user is told to finish each shard, and others go on with them.
    package nonisolated func leave() async { await member.leave() }

    /// The next event; suspends until there is one.
    ///
    /// - Returns: Nil when the member has left.
    package func next() async -> GroupEvent? {
        if isInHand {
            isInHand = false
            slots.giveBack()
        }
        if !ended.isEmpty, !isNextAStop { await tellEnded() }
        while events.isEmpty, !isOver { await withCheckedContinuation { user = $0 } }
        guard !events.isEmpty else { return nil }
        let event = events.removeFirst()
        if case .records(let records) = event {
            isInHand = true
            delivered[records.shard] = (records.position, records.lastMicros)
        }
        return event
    }

    /// Whether `next` would wait.
    package var isIdle: Bool { events.isEmpty }

    /// Checkpoints of all that `next` returned and that was not committed, for a transaction of the caller.
    ///
    /// - Throws: `leaseLost` where a shard among them was lost: a `lost` event follows, which says whose records to drop.
    package func checkpoints() async throws(SluiceError) -> [LeaseCheckpoint] {
        var checkpoints: [LeaseCheckpoint] = []
        for (shard, place) in delivered.sorted(by: { $0.key < $1.key }) {
            checkpoints.append(try await member.checkpoint(of: shard, at: place.position, recordMicros: place.micros))
        }
        return checkpoints
    }

    /// The caller's transaction recorded these.
    package func committed(_ checkpoints: [LeaseCheckpoint]) async {
        settle(checkpoints)
        await member.committed(checkpoints)
    }

    private func settle(_ checkpoints: [LeaseCheckpoint]) {
        for checkpoint in checkpoints where readings[checkpoint.shard]?.assignment.counter == checkpoint.counter {
            if delivered[checkpoint.shard]?.position == checkpoint.position { delivered[checkpoint.shard] = nil }
            if checkpoint.position == .shardEnd { readings[checkpoint.shard] = nil }
        }
    }

    /// Records that all of what `next` returned was used; shards that were lost are left out, as their `lost` events say.
    ///
    /// - Throws: what the store throws, but for `leaseLost`.
    package func checkpoint() async throws(SluiceError) {
        do throws(SluiceError) {
            let checkpoints = try await checkpoints()
            if checkpoints.isEmpty { return }
            try await member.checkpoint(checkpoints)
            return settle(checkpoints)
        } catch {
            guard error.code == .leaseLost else { throw error }
        }
        for (shard, place) in delivered.sorted(by: { $0.key < $1.key }) {
            try await checkpoint(shard, at: place.position, recordMicros: place.micros)
        }
    }

    /// Records a position of a delivery, where the rest of it is not used.
    package func checkpoint(_ shard: String, at position: GroupPosition, recordMicros: Int64?) async throws(SluiceError) {
        do throws(SluiceError) {
            let checkpoint = try await member.checkpoint(of: shard, at: position, recordMicros: recordMicros)
            try await member.checkpoint([checkpoint])
            settle([checkpoint])
        } catch {
            guard error.code == .leaseLost else { throw error }
        }
        delivered[shard] = nil
    }

    /// The user has committed or dropped all it had of a shard, after `stopping` or `lost`.
    package func finished(_ assignment: GroupAssignment) async {
        guard let reading = readings[assignment.shard], reading.assignment.counter == assignment.counter, reading.stop != nil else {
            return
        }
        readings[assignment.shard] = nil
        delivered[assignment.shard] = nil
        ended.append(assignment.shard)
        if !isNextAStop { await tellEnded() }
    }

    /// Whether another shard is to be finished at once, so that the member can be told of both together.
    private var isNextAStop: Bool {
        switch events.first {
        case .stopping, .lost: true
        case .started, .records, nil: false
        }
    }

    private func tellEnded() async {
        let shards = ended
        ended = []
        await member.stopped(shards)
    }
}

extension GroupReader {
    private func obey(_ order: GroupOrder) {
        switch order {
        case .start(let assignment):
            readings[assignment.shard] = Reading(assignment: assignment)
            put(.started(assignment))
            readings[assignment.shard]?.task = Task { await self.read(assignment) }
        case .stop(let shard, let reason):
            guard let reading = readings[shard] else { return }
            readings[shard]?.stop = reason
            if !reason.isGraceful { forget(shard) }
            if let task = reading.task { task.cancel() } else { tellStop(shard) }
        }
    }

    /// Takes back what the user has not seen of a shard.
    private func forget(_ shard: String) {
        events.removeAll { event in
            guard case .records(let records) = event, records.shard == shard else { return false }
            slots.giveBack()
            return true
        }
    }

    private func tellStop(_ shard: String) {
        guard let reading = readings[shard], let reason = reading.stop else { return }
        put(reason.isGraceful ? .stopping(reading.assignment, reason) : .lost(reading.assignment, reason))
    }

    private func put(_ event: GroupEvent) {
        events.append(event)
        wakeUser()
    }

    private func wakeUser() {
        user?.resume()
        user = nil
    }

    /// The task of one shard.
    private func read(_ assignment: GroupAssignment) async {
        do throws(SluiceError) {
            try await readToEnd(assignment)
        } catch {
            if failure == nil { failure = error }
            readings[assignment.shard]?.stop = .leaving
            Task { await member.leave() }
        }
        readings[assignment.shard]?.task = nil
        if readings[assignment.shard]?.stop != nil { tellStop(assignment.shard) }
    }

    /// Delivers records until the shard's end was delivered or the task is cancelled.
    private func readToEnd(_ assignment: GroupAssignment) async throws(SluiceError) {
        guard let shard = ShardID(parsing: assignment.shard) else {
            throw SluiceError(.stateCorrupt, "\(assignment.shard.quotedForMessage) is no shard", remedy: "reset the group")
        }
        var position = assignment.position
        while !Task.isCancelled {
            do throws(SluiceError) {
                let subscription = try await backend.subscribe(stream, shard, position.iterator)
                if try await deliver(subscription, assignment, &position) { return }
            } catch {
                guard error.isRetriable else { throw error.advised(of: assignment, member.group) }
            }
            // It ended before the shard, as pushes of some services do after a while.
            try? await Task.sleep(for: .milliseconds(GroupLimits.resubscribeMillis))
        }
    }

    /// Returns whether the shard's end was delivered, or the task was cancelled.
    private func deliver(
        _ subscription: any ShardSubscription, _ assignment: GroupAssignment, _ position: inout GroupPosition
    ) async throws(SluiceError) -> Bool {
        while true {
            await subscription.ready()
            guard await slots.take() else { return true }
            var isTaken = true
            defer { if isTaken { slots.giveBack() } }
            guard let page = try await subscription.next() else { return Task.isCancelled }
            let isEnd = !page.children.isEmpty || (page.batches.isEmpty && page.continuation == nil)
            let records = GroupRecords(page, of: assignment, isEnd: isEnd, before: position)
            if Task.isCancelled { return true }
            if records.position != position {
                position = records.position
                isTaken = false
                put(.records(records))
            } else if position == .latest, let continuation = page.continuation {
                position = .after(continuation)
            }
            if isEnd { return true }
        }
    }
}

extension SluiceError {
    /// What to do where a group stands at a place that its stream does not have.
    fileprivate func advised(of assignment: GroupAssignment, _ group: GroupID) -> SluiceError {
        guard code == .invalidArgument, assignment.position.sequence != nil else { return self }
        var advised = self
        advised.message = "group \(group) stands at a place that the stream does not have: \(message)"
        advised.remedy = "the stream may have been made anew; reset the group"
        return advised
    }
}
