import SluiceCore
import SluicePipelines
import Synchronization

/// Rows of a source in order: decoded by tasks side by side, taken by a thread that waits for them.
///
/// Pieces of the source are numbered; each has a queue that is bounded in bytes, and there are as many at a time as tasks decode. The reader
/// takes from the first one until that has ended.
final class BatchFeed: Sendable {
    private struct Lane {
        var batches: [ReadBatch] = []
        var next = 0
        var bytes = 0
        var hasEnded = false
        /// The task that fills it, while it waits for room.
        var waiter: CheckedContinuation<Void, Never>?
    }

    private struct State {
        var lanes: [Int: Lane] = [:]
        /// The lane that is read.
        var first = 0
        /// The number of the next lane.
        var end = 0
        var hasEnded = false
        var failure: (any Error)?
        var isCancelled = false
        /// The task that cuts the source, while it waits for a lane to end.
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())
    private let changed = Semaphore()
    private let figures: QueryFigures
    /// Whether they are not counted elsewhere.
    private let countsRows: Bool
    private let task: Mutex<Task<Void, Never>?> = Mutex(nil)

    /// Starts reading.
    init(_ source: any Source, _ request: SourceRequest, width: Int, figures: QueryFigures, countsRows: Bool = true) {
        self.countsRows = countsRows
        self.figures = figures
        let task = Task.detached { [self] in
            do {
                try await read(source, request, width: width)
                state.withLock { $0.hasEnded = true }
            } catch {
                fail(error)
            }
            changed.signal()
        }
        self.task.withLock { $0 = task }
    }

    /// Stops reading; whoever waits is told.
    func cancel() {
        let waiters = state.withLock { state in
            state.isCancelled = true
            let waiters = state.lanes.values.compactMap(\.waiter) + [state.waiter].compactMap(\.self)
            state.waiter = nil
            state.lanes = [:]
            return waiters
        }
        for waiter in waiters { waiter.resume() }
        task.withLock { $0 }?.cancel()
        changed.signal()
    }

    /// The next rows, for which the calling thread waits; nil at the end.
    ///
    /// - Throws: What reading throws; a record that could not be read, where that ends the query; `CancellationError`.
    func next() throws -> Batch? {
        while true {
            switch try take() {
            case .batch(let read):
                try figures.take(read, countsRows: countsRows)
                if read.batch.rowCount > 0 { return read.batch }
            case .end: return nil
            case .wait: changed.wait()
            case .again: continue
            }
        }
    }

    private enum Taken { case batch(ReadBatch), end, wait, again }

    private func take() throws -> Taken {
        var waiter: CheckedContinuation<Void, Never>?
        defer { waiter?.resume() }
        return try state.withLock { state throws in
            if let failure = state.failure { throw failure }
            if state.isCancelled { throw CancellationError() }
            guard var lane = state.lanes.removeValue(forKey: state.first) else { return state.hasEnded ? .end : .wait }
            if lane.next < lane.batches.count {
                let read = lane.batches[lane.next]
                lane.next += 1
                lane.bytes -= read.batch.byteCount
                if lane.next == lane.batches.count { (lane.batches, lane.next) = ([], 0) }
                if lane.bytes < QueryLimits.waitingBytes / 2 {
                    waiter = lane.waiter
                    lane.waiter = nil
                }
                state.lanes[state.first] = lane
                return .batch(read)
            }
            guard lane.hasEnded else {
                state.lanes[state.first] = lane
                return .wait
            }
            state.first += 1
            waiter = state.waiter
            state.waiter = nil
            return .again
        }
    }

    // MARK: Tasks

    private func read(_ source: any Source, _ request: SourceRequest, width: Int) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            for split in try await source.splits() {
                let reader = try await source.open(split, request)
                while let piece = try await reader.next() {
                    guard let number = await lane(width) else { return }
                    group.addTask { [self] in
                        do {
                            try await fill(number, from: piece)
                        } catch {
                            fail(error)
                        }
                    }
                }
                figures.add(bytes: reader.bytesRead)
            }
        }
    }

    /// A lane for the next piece, as soon as there is room for one; nil where the feed was cancelled.
    private func lane(_ width: Int) async -> Int? {
        while true {
            let (number, isCancelled) = state.withLock { state -> (Int?, Bool) in
                if state.isCancelled || state.failure != nil { return (nil, true) }
                guard state.end - state.first < width else { return (nil, false) }
                state.lanes[state.end] = Lane()
                state.end += 1
                return (state.end - 1, false)
            }
            if isCancelled { return nil }
            if let number { return number }
            await withCheckedContinuation { continuation in
                let mustWait = state.withLock { state in
                    guard state.end - state.first >= width, !state.isCancelled, state.failure == nil else { return false }
                    state.waiter = continuation
                    return true
                }
                if !mustWait { continuation.resume() }
            }
        }
    }

    private func fill(_ number: Int, from piece: any SplitPiece) async throws {
        var piece = piece
        while let read = try piece.next() {
            let (isFull, isCancelled) = state.withLock { state -> (Bool, Bool) in
                guard state.lanes[number] != nil else { return (false, true) }
                state.lanes[number]?.batches.append(read)
                state.lanes[number]?.bytes += read.batch.byteCount
                return (state.lanes[number]?.bytes ?? 0 > QueryLimits.waitingBytes, false)
            }
            if isCancelled { return }
            changed.signal()
            if isFull { await waitForRoom(number) }
        }
        state.withLock { $0.lanes[number]?.hasEnded = true }
        changed.signal()
    }

    private func waitForRoom(_ number: Int) async {
        await withCheckedContinuation { continuation in
            let mustWait = state.withLock { state in
                guard let lane = state.lanes[number], lane.bytes > QueryLimits.waitingBytes / 2, state.failure == nil else { return false }
                state.lanes[number]?.waiter = continuation
                return true
            }
            if !mustWait { continuation.resume() }
        }
    }

    /// Keeps the first failure, and lets tasks that wait go on to their end.
    private func fail(_ error: any Error) {
        let waiters = state.withLock { state in
            if state.failure == nil { state.failure = error }
            let waiters = state.lanes.values.compactMap(\.waiter) + [state.waiter].compactMap(\.self)
            for key in state.lanes.keys { state.lanes[key]?.waiter = nil }
            state.waiter = nil
            return waiters
        }
        for waiter in waiters { waiter.resume() }
        changed.signal()
    }
}
