import SluiceCore
import SluicePipelines
import Synchronization

/// Hands the pieces of several inputs to workers.
///
/// A worker gets the next piece of the first input that nobody is just reading; another input is opened only when all open ones are being
/// read. So the reading of one file (and its decompression) overlaps with the decoding of its pieces, many files are read side by side, and
/// pieces are handed out nearly in order.
final class PieceQueue: Sendable {
    /// A piece, which its worker decodes.
    struct Lease: Sendable {
        var input: Int
        var number: Int
        var lane: Int
        var piece: any SplitPiece
    }

    /// An input that is being read; by one worker at a time.
    private final class OpenInput: Sendable {
        let index: Int
        let lane: Int
        let reader: any SplitReader

        init(index: Int, lane: Int, reader: any SplitReader) {
            self.index = index
            self.lane = lane
            self.reader = reader
        }
    }

    private struct Progress {
        var input: OpenInput
        var isBusy: Bool
        var pieces = 0
        var bytesSeen: Int64 = 0
    }

    private struct State {
        var next = 0
        var opening = 0
        var open: [Progress] = []
        var isAbandoned = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private enum Decision {
        case read(OpenInput)
        case open(Int)
        case wait
        case end
    }

    private let inputs: [SegmentInput]
    private let openInput: @Sendable (SegmentInput) async throws -> any SplitReader
    private let onBytes: @Sendable (_ lane: Int, _ bytes: Int64) -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - open: Opens an input.
    ///   - onBytes: Is told of stored bytes that were read of a lane's inputs.
    init(
        _ inputs: [SegmentInput], open: @escaping @Sendable (SegmentInput) async throws -> any SplitReader,
        onBytes: @escaping @Sendable (_ lane: Int, _ bytes: Int64) -> Void
    ) {
        self.inputs = inputs
        openInput = open
        self.onBytes = onBytes
    }

    /// The next piece; nil when there are no more.
    ///
    /// - Parameters:
    ///   - maxOpen: No further input is opened while so many are open.
    ///   - onEnd: Is told how many pieces an input had, once it has ended.
    func next(maxOpen: Int, onEnd: (_ input: Int, _ pieces: Int) async throws -> Void) async throws -> Lease? {
        while true {
            switch state.withLock({ decide(&$0, maxOpen) }) {
            case .end: return nil
            case .wait: await wait(maxOpen)
            case .open(let index): try await open(index)
            case .read(let input):
                if let lease = try await read(input) { return lease }
                try await onEnd(input.index, close(input))
            }
        }
    }

    /// No more pieces for anybody.
    func abandon() {
        state.withLock { $0.isAbandoned = true }
        wake()
    }

    private func decide(_ state: inout State, _ maxOpen: Int) -> Decision {
        if state.isAbandoned { return .end }
        if let free = state.open.indices.first(where: { !state.open[$0].isBusy }) {
            state.open[free].isBusy = true
            return .read(state.open[free].input)
        }
        if state.next < inputs.count, state.open.count + state.opening < max(1, maxOpen) {
            defer { state.next += 1 }
            state.opening += 1
            return .open(state.next)
        }
        return state.open.isEmpty && state.opening == 0 && state.next == inputs.count ? .end : .wait
    }

    private func open(_ index: Int) async throws {
        let reader: any SplitReader
        do {
            reader = try await openInput(inputs[index])
        } catch {
            if error is CancellationError { throw error }
            reader = FailedInput(error)
        }
        state.withLock { state in
            let input = OpenInput(index: index, lane: inputs[index].lane, reader: reader)
            let place = state.open.firstIndex { $0.input.index > index } ?? state.open.count
            state.open.insert(Progress(input: input, isBusy: false), at: place)
            state.opening -= 1
        }
        wake()
    }

    /// The input's next piece, which is free for the next worker from then on; nil at its end. Where it cannot be read, a piece that says
    /// so, and is the input's last.
    private func read(_ input: OpenInput) async throws -> Lease? {
        let piece: (any SplitPiece)?
        do {
            piece = try await input.reader.next()
        } catch {
            if error is CancellationError { throw error }
            return Lease(input: input.index, number: close(input), lane: input.lane, piece: FailedPiece(error: error))
        }
        let bytes = input.reader.bytesRead
        let (number, more) = state.withLock { state -> (Int, Int64) in
            guard let place = state.open.firstIndex(where: { $0.input === input }) else { return (0, 0) }
            let more = bytes - state.open[place].bytesSeen
            state.open[place].bytesSeen = bytes
            guard piece != nil else { return (0, more) }
            defer { state.open[place].pieces += 1 }
            state.open[place].isBusy = false
            return (state.open[place].pieces, more)
        }
        if more != 0 { onBytes(input.lane, more) }
        guard let piece else { return nil }
        wake()
        return Lease(input: input.index, number: number, lane: input.lane, piece: piece)
    }

    /// Forgets an input that has ended; returns how many pieces it had.
    private func close(_ input: OpenInput) -> Int {
        let pieces = state.withLock { state -> Int in
            guard let place = state.open.firstIndex(where: { $0.input === input }) else { return 0 }
            return state.open.remove(at: place).pieces
        }
        wake()
        return pieces
    }

    private func wait(_ maxOpen: Int) async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state -> Bool in
                let isBlocked =
                    !state.isAbandoned && state.open.allSatisfy(\.isBusy)
                    && (state.next == inputs.count || state.open.count + state.opening >= max(1, maxOpen))
                    && !(state.open.isEmpty && state.opening == 0)
                if isBlocked { state.waiting.append(continuation) }
                return !isBlocked
            }
            if isReady { continuation.resume() }
        }
    }

    private func wake() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
