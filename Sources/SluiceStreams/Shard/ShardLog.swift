import SluiceCore
import Synchronization

/// One shard opened for writing, and what readers in this process look at.
///
/// Appenders queue encoded frames; one of them at a time (the flusher) writes and syncs what is queued, so several share one sync. A failure
/// fails everybody whose records were not synced, and takes their sequence numbers back: nobody had seen them.
///
/// - Invariant: `durableEnd <= nextSequence`; `active` is nil exactly while a flusher has it; arrival times do not descend.
final class ShardLog: Sendable {
    let number: Int
    let paths: ShardFiles
    let tag: UInt64
    let files: any LogFiles
    let clock: WallClock
    let retentionHours: Int
    let endMark: any LogFile
    let state: Mutex<State>

    struct State {
        var bases: [UInt64]
        var active: ActiveSegment?
        var nextSequence: UInt64
        var durableEnd: UInt64
        var trimPoint: UInt64
        var lastArrivalMicros: Int64
        var queue: [EncodedFrame] = []
        var queuedBytes = 0
        var waiters: [Waiter] = []
        var isFlushing = false
        /// One past the last record of a buffered append that has returned.
        var bufferedEnd: UInt64 = 0
        /// The next flush closes the segment, so that trimmed records leave the disk.
        var rollsNext = false
        /// Buffered records were lost by this failure; every later `buffered` append and `sync` says so.
        var lost: SluiceError?
        var followers: [Int: CheckedContinuation<Void, Never>] = [:]
        var followerCount = 0
        var isClosed = false
        /// No more is appended in this process, so readers do not wait at the end.
        var isFinished = false
    }

    /// An appender that waits for the flusher.
    struct Waiter {
        var continuation: CheckedContinuation<Role, Never>
        var needsSync: Bool
    }

    /// What an appender does next.
    enum Role: Sendable {
        case done
        case flush
        case failed(SluiceError)
    }

    init(
        number: Int, paths: ShardFiles, metadata: StreamMetadata, opened: ShardRecovery.Opened, files: any LogFiles, clock: WallClock
    ) throws(SluiceError) {
        self.number = number
        self.paths = paths
        tag = metadata.tag
        retentionHours = metadata.retentionHours
        self.files = files
        self.clock = clock
        endMark = try files.open(paths.endMark)
        let base = opened.bases[opened.bases.count - 1]
        let active = ActiveSegment(
            file: try files.open(paths.segment(base)), base: base, byteCount: opened.activeBytes, syncedBytes: opened.activeBytes,
            storingBytes: opened.activeBytes)
        state = Mutex(
            State(
                bases: opened.bases, active: active, nextSequence: opened.nextSequence, durableEnd: opened.nextSequence,
                trimPoint: SequenceMark.read(paths.startMark) ?? 0, lastArrivalMicros: opened.lastArrivalMicros ?? .min))
    }

    /// Appends frames; `flush` does the writing.
    ///
    /// - Returns: The sequence numbers of the records, in order.
    func append(_ frames: [EncodedFrame], _ durability: Durability) async throws(SluiceError) -> Range<UInt64> {
        let needsSync = durability == .synced
        var placed: Range<UInt64> = 0..<0
        let role = await withCheckedContinuation { (continuation: CheckedContinuation<Role, Never>) in
            let (range, role) = state.withLock { state -> (Range<UInt64>, Role?) in
                if let failure = state.refusal(needsSync: needsSync, hasRecords: !frames.isEmpty) { return (0..<0, .failed(failure)) }
                if frames.isEmpty, state.isSettled { return (0..<0, .done) }
                let range = state.enqueue(frames, nowMicros: clock.nowMicros())
                if !needsSync {
                    state.bufferedEnd = state.nextSequence
                    let bound = state.isFlushing ? StreamLimits.queuedBytes : StreamLimits.writeBufferBytes
                    if state.queuedBytes < bound { return (range, .done) }
                }
                if state.isFlushing {
                    state.waiters.append(Waiter(continuation: continuation, needsSync: needsSync))
                    return (range, nil)
                }
                state.isFlushing = true
                return (range, .flush)
            }
            placed = range
            if let role { continuation.resume(returning: role) }
        }
        try finish(role, needsSync: needsSync)
        return placed
    }

    /// Returns when everything appended before is durable and visible.
    ///
    /// - Throws: the failure that lost buffered records, from then on every time.
    func sync() async throws(SluiceError) { _ = try await append([], .synced) }

    private func finish(_ role: Role, needsSync: Bool) throws(SluiceError) {
        switch role {
        case .done: return
        case .failed(let error): throw error
        case .flush: try flush(needsSync: needsSync)
        }
    }

    /// Ends writing: waits for nothing, so call `sync` before. Followers wake up and find the end.
    func close() {
        let followers = state.withLock { state in
            state.isClosed = true
            return state.takeFollowers()
        }
        for follower in followers { follower.resume() }
    }
}

extension ShardLog.State {
    /// Why an append may not go on. A synced append of records does not depend on buffered ones that were lost.
    func refusal(needsSync: Bool, hasRecords: Bool) -> SluiceError? {
        if isClosed { return SluiceError(.ioFailure, "the stream was closed") }
        return needsSync && hasRecords ? nil : lost
    }

    /// Nothing is left to write, sync or roll.
    var isSettled: Bool { durableEnd == nextSequence && !rollsNext }

    /// Gives frames their numbers and the arrival time, which does not go back when the clock does.
    mutating func enqueue(_ frames: [EncodedFrame], nowMicros: Int64) -> Range<UInt64> {
        let first = nextSequence
        lastArrivalMicros = max(lastArrivalMicros, nowMicros)
        for var frame in frames {
            frame.place(baseSequence: nextSequence, arrivalMicros: lastArrivalMicros)
            nextSequence += UInt64(frame.recordCount)
            queuedBytes += frame.bytes.count
            queue.append(frame)
        }
        return first..<nextSequence
    }

    mutating func takeFollowers() -> [CheckedContinuation<Void, Never>] {
        defer { followers.removeAll() }
        return Array(followers.values)
    }
}
