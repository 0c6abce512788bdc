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
    /// Returns true as soon as the durable end is past `sequence`; false when it is not and no more is to be expected, because the stream was
    /// closed, the shard was split or merged, appending was finished, or the task was cancelled.
    func waitForRecords(past sequence: UInt64) async -> Bool
}

extension ShardLog: ShardView {
    func durableEnd() -> UInt64 { state.withLock { $0.visibleEnd } }
    func trimPoint() -> UInt64 { state.withLock { $0.trimPoint } }
    func segmentBases() -> [UInt64] { state.withLock { $0.bases } }

    func index(of base: UInt64) -> SegmentIndex {
        if let index = state.withLock({ $0.bases.last == base ? $0.index : nil }) { return index }
        return SegmentSummary.read(paths.index(base))?.index ?? SegmentIndex()
    }

    func waitForRecords(past sequence: UInt64) async -> Bool {
        let id = state.withLock { state in
            state.followerCount += 1
            return state.followerCount
        }
        while true {
            let (isThere, isOver) = state.withLock { ($0.visibleEnd > sequence, $0.isOver || Task.isCancelled) }
            if isThere || isOver { return isThere }
            await follow(id, past: sequence)
        }
    }

    private func follow(_ id: Int, past sequence: UInt64) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waits = state.withLock { state in
                    guard state.visibleEnd <= sequence, !state.isOver, !Task.isCancelled else { return false }
                    state.followers[id] = continuation
                    return true
                }
                if !waits { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.followers.removeValue(forKey: id) }?.resume()
        }
    }

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
    let paths: ShardFiles
    let tag: UInt64
    /// The shard was closed when the stream was opened.
    let isSealed: Bool
    /// How often the end mark is looked at while waiting.
    static let pollInterval = Duration.milliseconds(10)

    func durableEnd() throws(SluiceError) -> UInt64 { SequenceMark.read(paths.endMark) ?? 0 }
    func trimPoint() throws(SluiceError) -> UInt64 { SequenceMark.read(paths.startMark) ?? 0 }
    func segmentBases() throws(SluiceError) -> [UInt64] { try paths.segmentBases() }
    func index(of base: UInt64) -> SegmentIndex { SegmentSummary.read(paths.index(base))?.index ?? SegmentIndex() }

    func waitForRecords(past sequence: UInt64) async -> Bool {
        while !Task.isCancelled {
            if (SequenceMark.read(paths.endMark) ?? 0) > sequence { return true }
            if isSealed { return false }
            try? await Task.sleep(for: Self.pollInterval)
        }
        return false
    }
}
