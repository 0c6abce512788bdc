import SluiceCore
import SluiceLog
import SluiceServer
import SluiceStreams
import Synchronization

/// Delivers the records of one stream, one delivery after another, until it is ended. What fails is tried again after a growing pause, for as
/// long as it takes: nothing is given up, and other streams go on meanwhile.
final class DeliveryWorker: Sendable {
    private let scope: FirehoseScope
    private let source: RecordSource
    private let progressPath: String
    private let stream: Mutex<DeliveryStream>
    private let task = Mutex<Task<Void, Never>?>(nil)
    private let isEnding = Atomic(false)
    private let isDropped = Atomic(false)
    private let isDeleting = Atomic(false)
    private let planned = Mutex<(version: Int, plan: DeliveryPlan)?>(nil)
    /// How long the next look waits where nothing does, in milliseconds.
    private let idleMillis = Atomic(FirehoseLimits.pollMillis)
    /// Whether people were told that deliveries fail.
    private let isFailing = Atomic(false)

    /// - Throws: What opening the log throws.
    init(_ stream: DeliveryStream, _ scope: FirehoseScope, store: StreamStore, progressPath: String) throws(SluiceError) {
        self.scope = scope
        self.progressPath = progressPath
        self.stream = Mutex(stream)
        do {
            source = stream.source == nil ? try .own(stream.name, store) : try .kinesis(stream, scope.world)
        } catch let error as SluiceError {
            throw error
        } catch {
            throw .damagedState(progressPath)
        }
    }

    func begin() { task.withLock { $0 = Task { await self.run() } } }

    /// What is delivered from here on is delivered so.
    func update(_ changed: DeliveryStream) { stream.withLock { $0 = changed } }

    func put(_ batch: PutBatch) async throws(SluiceError) -> [PutOutcome] { try await source.put(batch) }
    func setEncrypted(_ isEncrypted: Bool) throws(SluiceError) { try source.setEncrypted(isEncrypted) }

    /// Delivers what is there now, each once, and ends.
    func end() { isEnding.store(true, ordering: .relaxed) }

    /// Ends, and returns when nothing is done any more.
    ///
    /// - Parameters:
    ///   - delivering: Whether what is there is delivered before.
    ///   - deleting: What could not be delivered goes with the stream.
    func stop(delivering: Bool, deleting: Bool = false) async {
        if !delivering { isDropped.store(true, ordering: .relaxed) }
        if deleting { isDeleting.store(true, ordering: .relaxed) }
        end()
        let running = task.withLock { $0 }
        await running?.value
        source.close()
    }

    private var ends: Bool { isEnding.load(ordering: .relaxed) }
    private var drops: Bool { isDropped.load(ordering: .relaxed) }

    private func run() async {
        var failures = 0
        var attempts = Attempts()
        var progress: Progress?
        var waiting: Waiting?
        var endSince: ContinuousClock.Instant?
        while !drops {
            if ends {
                let since = endSince ?? ContinuousClock.now
                endSince = since
                if ContinuousClock.now - since >= .seconds(FirehoseLimits.lastSeconds) { return }
            }
            do {
                var known = try progress ?? opened()
                var counted = waiting ?? Waiting(from: known.next)
                let isDone = try await step(&known, &counted, attempts)
                (progress, waiting) = (known, counted)
                failures = 0
                attempts = Attempts()
                works()
                if isDone { return }
            } catch {
                // What was counted, and what is on disk, are looked at anew.
                (progress, waiting) = (nil, nil)
                if ends { return fails(error, last: true) }
                fails(error, last: false)
                failures += 1
                attempts.made += 1
                await rest(seconds: pause(behind: failures))
            }
        }
    }

    /// One look at what is due.
    ///
    /// - Returns: Whether nothing is left to do.
    private func step(_ progress: inout Progress, _ waiting: inout Waiting, _ attempts: Attempts) async throws -> Bool {
        if progress.pending != nil {
            try await deliver(&progress, attempts)
            waiting = Waiting(from: progress.next)
            return false
        }
        let now = stream.withLock { $0 }
        let plan = try plan(of: now)
        try follow(&progress, &waiting)
        try await source.count(&waiting, limit: plan.sizeBytes, extra: plan.processing.delimiter?.count ?? 0)
        let isDue =
            waiting.bytes >= plan.sizeBytes || waiting.count >= FirehoseLimits.deliveryRecords
            || waiting.ageMicros(at: scope.world.clock.nowMicros()) >= Int64(plan.intervalSeconds) * 1_000_000
        guard waiting.count > 0, isDue || ends else {
            if ends { return true }
            await restBeforeNextLook(isIdle: waiting.count == 0)
            return false
        }
        progress.pending = Progress.Pending(now, end: waiting.end)
        try progress.write(progressPath)
        return false
    }

    private func deliver(_ progress: inout Progress, _ attempts: Attempts) async throws {
        guard var pending = progress.pending else { return }
        let start = progress.next
        let stream = stream.withLock { $0 }
        // What failed may succeed with the destination that somebody has set since.
        if attempts.made > 0, pending.version != stream.version {
            pending = Progress.Pending(stream, end: pending.end)
            progress.pending = pending
            try progress.write(progressPath)
        }
        let delivery = try Delivery(stream, pending, start: start, scope)
        // An endpoint may take minutes to answer, and others must not wait for it.
        if delivery.plan.endpoint != nil {
            try await send(delivery, from: start, to: pending.end, attempts)
        } else {
            await scope.world.width.acquire()
            defer { scope.world.width.release() }
            try await send(delivery, from: start, to: pending.end, attempts)
        }
        progress.next.merge(pending.end) { _, end in end }
        progress.pending = nil
        try progress.write(progressPath)
        try await source.forget(before: progress.next)
    }

    private func send(
        _ delivery: Delivery, from start: Progress.Places, to end: Progress.Places, _ attempts: Attempts
    ) async throws {
        let records = try await source.records(from: start, to: end)
        if !records.isEmpty { try await delivery.send(records, attempts, isEnding: ends) }
    }

    /// A data stream that was deleted and made again begins at its first record.
    private func follow(_ progress: inout Progress, _ waiting: inout Waiting) throws {
        guard let created = try source.createdMicros(), created != progress.sourceMicros else { return }
        progress.sourceMicros = created
        progress.next = [:]
        try progress.write(progressPath)
        waiting = Waiting(from: [:])
    }

    private func plan(of stream: DeliveryStream) throws(ServiceFault) -> DeliveryPlan {
        if let planned = planned.withLock({ $0 }), planned.version == stream.version { return planned.plan }
        let plan = try DeliveryPlan(stream.destination, stream.kind, at: "destination")
        planned.withLock { $0 = (stream.version, plan) }
        return plan
    }

    private func opened() throws(SluiceError) -> Progress {
        let created = stream.withLock { $0.createdMicros }
        return try Progress.read(progressPath, createdMicros: created) ?? Progress(createdMicros: created)
    }

    // MARK: Pauses and what people are told

    private func pause(behind failures: Int) -> Double {
        let bounds = FirehoseLimits.pauseSeconds
        return min(bounds.upperBound, bounds.lowerBound * Double(1 << min(failures - 1, 10)))
    }

    /// Streams that nobody writes are looked at less often.
    private func restBeforeNextLook(isIdle: Bool) async {
        let millis = isIdle ? idleMillis.load(ordering: .relaxed) : FirehoseLimits.pollMillis
        idleMillis.store(isIdle ? min(2 * millis, FirehoseLimits.idlePollMillis) : FirehoseLimits.pollMillis, ordering: .relaxed)
        await rest(seconds: Double(millis) / 1_000)
    }

    /// Ends early when the worker is to end.
    private func rest(seconds: Double) async {
        var left = Int(seconds * 1_000)
        while left > 0, !ends {
            let slice = min(left, FirehoseLimits.pollMillis)
            try? await Task.sleep(for: .milliseconds(slice))
            left -= slice
        }
    }

    private var label: String { "firehose \(stream.withLock { $0.name })" }

    private func fails(_ error: any Error, last: Bool) {
        let endpoint = error as? EndpointFailure
        let reason = (error as? ServiceFault)?.message ?? ErrorLine.text(endpoint?.error ?? error)
        let isNew = !isFailing.exchange(true, ordering: .relaxed)
        guard isNew || last else { return }
        let rest =
            if !last, let endpoint {
                "it is tried again for \(endpoint.retrySeconds) s, and what the endpoint has not taken then goes to the bucket"
            } else if !last {
                "it is tried again until it succeeds, and the records wait"
            } else if isDeleting.load(ordering: .relaxed) {
                "the records are deleted with the stream"
            } else {
                "the records wait for the next start"
            }
        scope.world.tell("\(label): delivery fails: \(reason); \(rest)")
    }

    private func works() {
        if isFailing.exchange(false, ordering: .relaxed) { scope.world.tell("\(label): delivery works again") }
    }
}

/// What was tried of one delivery by this process.
struct Attempts: Sendable {
    /// Failed ones.
    var made = 0
    let since = ContinuousClock.now

    func hasLasted(seconds: Int) -> Bool { ContinuousClock.now - since >= .seconds(seconds) }
}
