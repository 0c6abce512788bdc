import SluiceCore
import Synchronization

/// What a reader must know of a shard: the writer's own state in its process, marks and directory listings in others.
protocol ShardView: Sendable {
    var paths: ShardFiles { get }
    var tag: UInt64 { get }
    /// Readers see the records before it.
    func durableEnd() throws(SluiceError) -> UInt64
    /// Records before it were trimmed.
    func trimPoint() throws(SluiceError) -> UInt64
    /// Base sequence numbers of the segments, ascending.
    func segmentBases() throws(SluiceError) -> [UInt64]
    /// The index of a segment; empty where there is none.
    func index(of base: UInt64) -> SegmentIndex
    /// Sees to it that a signal is resumed when the durable end is past a place or no more is to be expected; not where that is so already.
    func follow(_ signal: Signal, past sequence: UInt64) -> Following
    /// Forgets a signal.
    func unfollow(_ signal: Signal)
    /// How often to look where `follow` says so.
    var pollInterval: Duration { get }
}

/// What came of asking for a signal.
enum Following {
    /// The signal will be resumed.
    case waiting
    /// There is nobody who could resume it: look again after `pollInterval`.
    case polling
    /// There are records behind the place.
    case there
    /// There are none, and no more is to be expected: the stream was closed, the shard was split or merged, or appending was finished.
    case over
}

extension ShardView {
    /// Returns true as soon as the durable end is past `sequence`; false when it is not and no more is to be expected, or the task was cancelled.
    func waitForRecords(past sequence: UInt64) async -> Bool {
        while true {
            let signal = Signal()
            switch follow(signal, past: sequence) {
            case .there: return true
            case .over: return false
            case .polling: try? await Task.sleep(for: pollInterval)
            case .waiting:
                await signal.wait()
                unfollow(signal)
            }
            if Task.isCancelled { return ((try? durableEnd()) ?? 0) > sequence }
        }
    }
}

extension ShardLog: ShardView {
    var pollInterval: Duration { .milliseconds(10) }
    func durableEnd() -> UInt64 { state.withLock { $0.visibleEnd } }
    func trimPoint() -> UInt64 { state.withLock { $0.trimPoint } }
    func segmentBases() -> [UInt64] { state.withLock { $0.bases } }

    func index(of base: UInt64) -> SegmentIndex {
        if let index = state.withLock({ $0.bases.last == base ? $0.index : nil }) { return index }
        // Its index is written once, before the next segment is begun.
        let key = IndexMemory.Key(tag: tag, directory: paths.directory, base: base)
        return IndexMemory.shared.index(key) { SegmentSummary.read(paths.index(base))?.index }
    }

    func follow(_ signal: Signal, past sequence: UInt64) -> Following {
        state.withLock { state in
            if state.visibleEnd > sequence { return .there }
            if state.isOver { return .over }
            state.followers[ObjectIdentifier(signal)] = signal
            return .waiting
        }
    }

    func unfollow(_ signal: Signal) { state.withLock { $0.followers[ObjectIdentifier(signal)] = nil } }

    /// Readers that reach the end find it instead of waiting.
    func finishAppending() {
        let followers = state.withLock { state in
            state.isFinished = true
            return state.takeFollowers()
        }
        for follower in followers { follower.resume() }
    }
}

extension ShardLog.State {
    /// No more records are to be expected behind those that are queued.
    var isOver: Bool { isClosed || isFinished || hasEnded }
}

/// A shard that another process may be writing.
struct RemoteShard: ShardView {
    let number: Int
    let paths: ShardFiles
    let tag: UInt64
    let metadata: RemoteMetadata
    var pollInterval: Duration { metadata.pollInterval }

    func durableEnd() throws(SluiceError) -> UInt64 { SequenceMark.read(paths.endMark) ?? 0 }
    func trimPoint() throws(SluiceError) -> UInt64 { SequenceMark.read(paths.startMark) ?? 0 }
    func segmentBases() throws(SluiceError) -> [UInt64] { try paths.segmentBases() }
    func index(of base: UInt64) -> SegmentIndex { SegmentSummary.read(paths.index(base))?.index ?? SegmentIndex() }

    func follow(_ signal: Signal, past sequence: UInt64) -> Following {
        // Asked first: what is behind the mark of a shard that is not open any more is all there will be.
        let isOpen = metadata.isOpen(number)
        if (SequenceMark.read(paths.endMark) ?? 0) > sequence { return .there }
        return isOpen ? .polling : .over
    }

    func unfollow(_ signal: Signal) {}
}
