import SluiceCore
import Synchronization

/// Batches on their way from some tasks to one that reads them: bounded in bytes, so that whoever writes waits for whoever reads.
final class BatchQueue: Sendable {
    private struct State {
        var batches: [Batch] = []
        /// The first batch that was not taken.
        var next = 0
        var bytes = 0
        var hasEnded = false
        var isCancelled = false
        var failure: (any Error)?
        var reader: CheckedContinuation<Void, Never>?
        var writers: [CheckedContinuation<Void, Never>] = []

        mutating func takeWaiting() -> [CheckedContinuation<Void, Never>] {
            defer { (reader, writers) = (nil, []) }
            return writers + [reader].compactMap(\.self)
        }
    }

    private let state = Mutex(State())
    private let limitBytes: Int

    init(limitBytes: Int) { self.limitBytes = limitBytes }

    /// Adds a batch, as soon as there is room.
    ///
    /// - Throws: `CancellationError` once nobody reads any more.
    func put(_ batch: Batch) async throws {
        while true {
            var reader: CheckedContinuation<Void, Never>?
            let isDone = try state.withLock { state throws in
                if state.isCancelled { throw CancellationError() }
                guard state.bytes < limitBytes else { return false }
                state.batches.append(batch)
                state.bytes += batch.byteCount
                (reader, state.reader) = (state.reader, nil)
                return true
            }
            reader?.resume()
            if isDone { return }
            await wait { state, continuation in
                guard state.bytes >= self.limitBytes, !state.isCancelled else { return false }
                state.writers.append(continuation)
                return true
            }
        }
    }

    /// No more batches come.
    func end(_ failure: (any Error)? = nil) {
        let waiting = state.withLock { state in
            state.hasEnded = true
            state.failure = failure
            return state.takeWaiting()
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Nobody reads any more.
    func cancel() {
        let waiting = state.withLock { state in
            state.isCancelled = true
            (state.batches, state.next, state.bytes) = ([], 0, 0)
            return state.takeWaiting()
        }
        for continuation in waiting { continuation.resume() }
    }

    /// The next batch; nil at the end. For one task at a time.
    ///
    /// - Throws: What ended the batches; `CancellationError`.
    func next() async throws -> Batch? {
        try await withTaskCancellationHandler {
            while true {
                var writers: [CheckedContinuation<Void, Never>] = []
                let (batch, isEnd) = try state.withLock { state throws in try Self.take(&state, &writers) }
                for writer in writers { writer.resume() }
                if batch != nil || isEnd { return batch }
                await wait { state, continuation in
                    guard state.next == state.batches.count, !state.hasEnded, !state.isCancelled else { return false }
                    state.reader = continuation
                    return true
                }
            }
        } onCancel: {
            cancel()
        }
    }

    private static func take(_ state: inout State, _ writers: inout [CheckedContinuation<Void, Never>]) throws -> (Batch?, Bool) {
        if state.isCancelled { throw CancellationError() }
        if state.next < state.batches.count {
            let batch = state.batches[state.next]
            state.next += 1
            state.bytes -= batch.byteCount
            if state.next == state.batches.count { (state.batches, state.next) = ([], 0) }
            (writers, state.writers) = (state.writers, [])
            return (batch, false)
        }
        if let failure = state.failure { throw failure }
        return (nil, state.hasEnded)
    }

    private func wait(_ isWaiting: @escaping (inout State, CheckedContinuation<Void, Never>) -> Bool) async {
        await withCheckedContinuation { continuation in
            if !state.withLock({ isWaiting(&$0, continuation) }) { continuation.resume() }
        }
    }
}
