import SluiceCore
import Synchronization

/// What a reader must know of a shard: the writer's own state in its process, marks and directory listings in others.
protocol ShardView: Sendable {
    var paths: ShardFiles { get }
    /// Readers see the records before it.
    func durableEnd() throws(SluiceError) -> UInt64
    /// Records before it were trimmed.
    func trimPoint() throws(SluiceError) -> UInt64
    /// Base sequence numbers of the segments, ascending.
    func segmentBases() throws(SluiceError) -> [UInt64]
    /// Returns true as soon as the durable end is past `sequence`; false when it is not and no more is to be expected, because the stream was
    /// closed, appending was finished, or the task was cancelled.
    func waitForRecords(past sequence: UInt64) async -> Bool
}

extension ShardLog: ShardView {
    func durableEnd() -> UInt64 { state.withLock { $0.durableEnd } }
    func trimPoint() -> UInt64 { state.withLock { $0.trimPoint } }
    func segmentBases() -> [UInt64] { state.withLock { $0.bases } }

    func waitForRecords(past sequence: UInt64) async -> Bool {
        let id = state.withLock { state in
            state.followerCount += 1
            return state.followerCount
        }
        while true {
            let (isThere, isOver) = state.withLock { ($0.durableEnd > sequence, $0.isClosed || $0.isFinished || Task.isCancelled) }
            if isThere || isOver { return isThere }
            await follow(id, past: sequence)
        }
    }

    private func follow(_ id: Int, past sequence: UInt64) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waits = state.withLock { state in
                    guard state.durableEnd <= sequence, !state.isClosed, !state.isFinished, !Task.isCancelled else { return false }
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

/// A shard that another process may be writing.
struct RemoteShard: ShardView {
    let paths: ShardFiles
    /// How often the end mark is looked at while waiting.
    static let pollInterval = Duration.milliseconds(10)

    func durableEnd() throws(SluiceError) -> UInt64 { SequenceMark.read(paths.endMark) ?? 0 }
    func trimPoint() throws(SluiceError) -> UInt64 { SequenceMark.read(paths.startMark) ?? 0 }
    func segmentBases() throws(SluiceError) -> [UInt64] { try paths.segmentBases() }

    func waitForRecords(past sequence: UInt64) async -> Bool {
        while !Task.isCancelled {
            if (SequenceMark.read(paths.endMark) ?? 0) > sequence { return true }
            try? await Task.sleep(for: Self.pollInterval)
        }
        return false
    }
}
