import Synchronization

/// Brings what workers made of pieces back into the order of the pieces, and lets one of the workers at a time deal with it.
///
/// A worker that deposits what is not next goes on; who deposits what is next deals with all that can go. What waits is bounded: a worker
/// that is too far ahead is suspended.
final class OrderedGate<Parcel: Sendable>: Sendable {
    private struct Waiting {
        var parcels: [(parcel: Parcel, weight: Int)] = []
        var isComplete = false
    }

    private struct Key: Hashable {
        var input: Int
        var piece: Int
    }

    private struct State {
        var current = Key(input: 0, piece: 0)
        var pending: [Key: Waiting] = [:]
        /// Pieces of inputs that have ended.
        var pieceCounts: [Int: Int] = [:]
        var weight = 0
        var isDraining = false
        var isAbandoned = false
        var suspended: [CheckedContinuation<Void, Never>] = []
    }

    private let limit: Int
    private let process: @Sendable (Parcel) async throws -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - limit: Weight of what may wait.
    ///   - process: Deals with one parcel; called in order, never twice at a time.
    init(limit: Int, process: @escaping @Sendable (Parcel) async throws -> Void) {
        self.limit = limit
        self.process = process
    }

    /// Whether so much waits that workers should rather help with what comes first.
    var isCrowded: Bool { state.withLock { $0.weight > limit / 2 } }

    /// Hands in a parcel of a piece; parcels of one piece come in order.
    ///
    /// - Parameter isLast: That no more parcels of the piece follow.
    /// - Throws: what `process` throws; `CancellationError` when the gate was abandoned.
    func deposit(_ parcel: Parcel?, weight: Int, input: Int, piece: Int, isLast: Bool) async throws {
        let key = Key(input: input, piece: piece)
        let drains = try state.withLock { state -> Bool in
            if state.isAbandoned { throw CancellationError() }
            if let parcel {
                state.pending[key, default: Waiting()].parcels.append((parcel, weight))
                state.weight += weight
            }
            if isLast { state.pending[key, default: Waiting()].isComplete = true }
            if state.isDraining { return false }
            state.isDraining = true
            return true
        }
        if drains { try await drain() }
        await waitForRoom(key)
    }

    /// No more pieces of an input will come than those deposited or being worked on.
    func end(input: Int, pieces: Int) async throws {
        let drains = state.withLock { state -> Bool in
            state.pieceCounts[input] = pieces
            if state.isDraining { return false }
            state.isDraining = true
            return true
        }
        if drains { try await drain() }
    }

    /// Nothing more is dealt with.
    func abandon() {
        let suspended = state.withLock { state in
            state.isAbandoned = true
            state.pending = [:]
            defer { state.suspended = [] }
            return state.suspended
        }
        for continuation in suspended { continuation.resume() }
    }

    private func drain() async throws {
        while true {
            let (parcels, suspended) = state.withLock { state -> ([Parcel], [CheckedContinuation<Void, Never>]) in
                let parcels = take(&state)
                if parcels.isEmpty { state.isDraining = false }
                defer { state.suspended = [] }
                return (parcels, state.suspended)
            }
            for continuation in suspended { continuation.resume() }
            if parcels.isEmpty { return }
            do {
                for parcel in parcels { try await process(parcel) }
            } catch {
                abandon()
                throw error
            }
        }
    }

    /// All parcels that are next, in order.
    private func take(_ state: inout State) -> [Parcel] {
        var parcels: [Parcel] = []
        guard !state.isAbandoned else { return parcels }
        while true {
            if state.pieceCounts[state.current.input] == state.current.piece {
                state.pieceCounts[state.current.input] = nil
                state.current = Key(input: state.current.input + 1, piece: 0)
                continue
            }
            guard let waiting = state.pending.removeValue(forKey: state.current) else { return parcels }
            for (parcel, weight) in waiting.parcels {
                parcels.append(parcel)
                state.weight -= weight
            }
            guard waiting.isComplete else { return parcels }
            state.current.piece += 1
        }
    }

    private func waitForRoom(_ key: Key) async {
        while true {
            let mustWait = state.withLock { $0.weight > limit && $0.current != key && !$0.isAbandoned }
            guard mustWait else { return }
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state -> Bool in
                    if state.weight > limit, state.current != key, !state.isAbandoned {
                        state.suspended.append(continuation)
                        return false
                    }
                    return true
                }
                if isReady { continuation.resume() }
            }
        }
    }
}
