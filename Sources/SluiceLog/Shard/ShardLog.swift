import SluiceCore
import SluiceStreams
import Synchronization

/// One shard opened for writing, and what readers in this process look at.
///
/// Appenders queue encoded frames; one of them at a time (the flusher) writes and syncs what is queued, so several share one sync. A failure
/// fails everybody whose records were not stored, and takes their sequence numbers back: nobody had seen them. The frames of one append are
/// in one segment, so that it is stored as a whole or not at all.
///
/// - Invariant: `syncedEnd <= visibleEnd <= nextSequence`; `active` is nil exactly while a flusher has it; arrival times do not descend.
final class ShardLog: Sendable {
    let number: Int
    let paths: ShardFiles
    let settings: ShardSettings
    let endMark: any LogFile
    /// Producers of the shards that this one continues.
    let inherited: [Heritage]
    let state: Mutex<State>
    /// Held while records are trimmed.
    let trimming = Mutex(())

    var tag: UInt64 { settings.tag }
    var files: any LogFiles { settings.files }

    struct State {
        var bases: [UInt64]
        var active: ActiveSegment?
        /// Index of the last segment, up to `visibleEnd`.
        var index: SegmentIndex
        var producers: ProducerTable
        var nextSequence: UInt64
        /// Readers see the records before it: those that are as durable as the stream promises.
        var visibleEnd: UInt64
        var trimPoint: UInt64
        /// Where records begin that have not expired, as far as anybody looked, and when the first of them arrived.
        var horizon: (sequence: UInt64, micros: Int64)?
        var lastArrivalMicros: Int64
        /// Arrival of the last visible record.
        var visibleArrivalMicros: Int64
        /// Bytes of keys and payloads, and records, that were appended since the shard was opened.
        var taken = ShardLoad()
        var queue: [EncodedFrame] = []
        var queuedBytes = 0
        var waiters: [Waiter] = []
        var isFlushing = false
        /// One past the last record of a buffered append that has returned.
        var bufferedEnd: UInt64 = 0
        /// The records before it are on disk.
        var syncedEnd: UInt64
        /// The next flush closes the segment, so that trimmed records leave the disk.
        var rollsNext = false
        /// Buffered records were lost by this failure; every later `buffered` append and `sync` says so.
        var lost: SluiceError?
        /// Files of removed segments that will be written over.
        var spares: [String]
        /// Segments that hold frames which were never acknowledged: their files are not written over.
        var suspectBases: Set<UInt64> = []
        var followers: [ObjectIdentifier: Signal] = [:]
        var isClosed = false
        /// The shard takes no more records, because it is being split or merged, or was.
        var isSealed = false
        /// Its children are there: readers that reach the end find it.
        var hasEnded = false
        /// No more is appended in this process, so readers do not wait at the end.
        var isFinished = false
    }

    /// An appender that waits for the flusher.
    struct Waiter {
        var continuation: CheckedContinuation<Role, Never>
        var wish: Wish
    }

    /// What an appender wants to have happened, and to the records before which place.
    struct Wish {
        var need: Need
        var end: UInt64
    }

    /// What must have happened to the queued records when an appender goes on.
    enum Need: Comparable {
        case written, visible, synced
    }

    /// What an appender does next.
    enum Role: Sendable {
        case done
        /// To write what is queued; the caller's own records are before the end.
        case flush(end: UInt64)
        case failed(SluiceError)
    }

    /// What became of an append.
    enum Placement {
        case placed(Range<UInt64>)
        /// The shard holds rows of the batch already; the append added none.
        case stored(ProducerTable.Entry)
    }

    init(
        number: Int, paths: ShardFiles, settings: ShardSettings, opened: ShardRecovery.Opened, isSealed: Bool
    ) throws(SluiceError) {
        self.number = number
        self.paths = paths
        self.settings = settings
        endMark = try settings.files.open(paths.endMark)
        inherited = try Heritage.read(paths.heritage)
        let base = opened.bases[opened.bases.count - 1]
        let active = ActiveSegment(
            file: try settings.files.open(paths.segment(base)), base: base, byteCount: opened.activeBytes,
            syncedBytes: opened.activeBytes, settledBytes: opened.activeBytes, storingBytes: opened.activeBytes,
            reservedBytes: opened.reservedBytes, endSequence: opened.nextSequence, indexedPlace: opened.index.entries.last?.place)
        state = Mutex(
            State(
                bases: opened.bases, active: active, index: opened.index, producers: opened.producers, nextSequence: opened.nextSequence,
                visibleEnd: opened.nextSequence, trimPoint: SequenceMark.read(paths.startMark) ?? opened.bases[0],
                lastArrivalMicros: opened.lastArrivalMicros ?? .min, visibleArrivalMicros: opened.lastArrivalMicros ?? .min,
                syncedEnd: opened.nextSequence, spares: try paths.spares(), isSealed: isSealed, hasEnded: isSealed))
    }

    /// Appends frames; `flush` does the writing.
    ///
    /// - Parameters:
    ///   - producer: Whose batch the frames are of, if the shard must not hold it twice.
    ///   - rowsBefore: Rows of that batch which the caller knows to be stored.
    ///   - after: A place that the records' places must be behind.
    func append(
        _ frames: [EncodedFrame], _ durability: Durability, producer: PutBatch.Producer? = nil, rowsBefore: Int = 0, after: UInt64? = nil
    ) async throws(SluiceError) -> Placement {
        let need: Need = durability == .buffered ? .written : settings.now.durability == .always ? .synced : .visible
        return try await enter(need) { state, nowMicros throws(SluiceError) in
            if let producer, let entry = try state.stored(producer, rowsBefore) { return .stored(entry) }
            return .placed(state.enqueue(frames, nowMicros, after: after))
        }
    }

    /// Returns when everything appended before is on disk and visible.
    ///
    /// - Throws: the failure that lost buffered records, from then on every time.
    func sync() async throws(SluiceError) { _ = try await enter(.synced, queue: nil) }

    /// Returns when everything appended before is visible and as durable as the stream promises.
    ///
    /// - Throws: as `sync`.
    func commit() async throws(SluiceError) { _ = try await enter(settings.now.durability == .always ? .synced : .visible, queue: nil) }

    /// Syncs what is visible, on this thread; not while somebody else is writing.
    func syncNow() throws(SluiceError) {
        let end = state.withLock { state -> UInt64? in
            guard !state.isFlushing, state.isDirty else { return nil }
            state.isFlushing = true
            return state.visibleEnd
        }
        if let end { try flush(Wish(need: .synced, end: end)) }
    }

    /// - Parameter queue: Queues records; nil to wait for those that are queued.
    private func enter(
        _ need: Need, queue: ((inout State, _ nowMicros: Int64) throws(SluiceError) -> Placement)?
    ) async throws(SluiceError) -> Placement {
        var placement = Placement.placed(0..<0)
        let nowMicros = settings.clock.nowMicros()
        let role = await withCheckedContinuation { (continuation: CheckedContinuation<Role, Never>) in
            let role = state.withLock { state -> Role? in
                if let failure = state.refusal(need, hasRecords: queue != nil) { return .failed(failure) }
                do throws(SluiceError) {
                    if let queue { placement = try queue(&state, nowMicros) }
                } catch {
                    return .failed(error)
                }
                return state.role(continuation, need)
            }
            if let role { continuation.resume(returning: role) }
        }
        switch role {
        case .done: break
        case .failed(let error): throw error
        case .flush(let end) where settings.flushesApart:
            let result = await withTaskExecutorPreference(BlockingThreads.syncs) {
                Result { () throws(SluiceError) in try flush(Wish(need: need, end: end)) }
            }
            try result.get()
        case .flush(let end): try flush(Wish(need: need, end: end))
        }
        return placement
    }

    /// Takes no more records, and returns where the shard ends for good.
    func seal() async throws(SluiceError) -> UInt64 {
        state.withLock { $0.isSealed = true }
        do throws(SluiceError) {
            try await sync()
        } catch {
            unseal()
            throw error
        }
        return state.withLock { $0.visibleEnd }
    }

    /// Tells readers that the sealed shard is continued by its children.
    func end() {
        let followers = state.withLock { state in
            state.hasEnded = true
            return state.takeFollowers()
        }
        for follower in followers { follower.resume() }
    }

    /// Takes records again, because what the shard was sealed for failed.
    func unseal() { state.withLock { $0.isSealed = false } }

    /// Ends, because all of its records have expired: for readers that are under way they are trimmed.
    func retire() {
        state.withLock { $0.trimPoint = max($0.trimPoint, $0.visibleEnd) }
        close()
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
