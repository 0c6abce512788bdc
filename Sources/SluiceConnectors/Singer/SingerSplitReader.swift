import SluiceCore
import SluicePipelines
import Synchronization

/// Hands out the records of a tap, to its end or to the end of a slice.
final class SingerSplitReader: SplitReader {
    /// Where a slice ends: with the first state behind either.
    struct Bound: Sendable {
        var bytes: Int64
        var time: ContinuousClock.Instant
    }

    private struct State {
        var bytesRead: Int64 = 0
        var rowCount: Int64 = 0
        /// The newest state, and whether the reading has ended with it.
        var state: [UInt8]?
        var isDone = false
        var hasEnded = false
    }

    private let source: SingerSource
    private let tap: SingerTap
    private let bound: Bound?
    private let decoder: FilePayloadDecoder
    private let keepsRaw: Bool
    private let note: @Sendable (String) -> Void
    private let state: Mutex<State>

    /// - Parameters:
    ///   - bound: Nil for all that comes.
    ///   - begin: A state that came before the first record.
    init(
        _ source: SingerSource, _ tap: SingerTap, _ request: SourceRequest, decoder: FilePayloadDecoder, bound: Bound? = nil,
        begin: [UInt8]? = nil
    ) {
        self.source = source
        self.tap = tap
        self.bound = bound
        self.decoder = decoder
        keepsRaw = request.keepsRaw
        note = request.note
        state = Mutex(State(state: begin))
    }

    var bytesRead: Int64 { state.withLock { $0.bytesRead } }

    /// What the tap has said last of what was handed out; nil where it has not.
    var reached: [UInt8]? { state.withLock { $0.state } }
    /// Whether the tap has come to its end.
    var hasEnded: Bool { state.withLock { $0.hasEnded } }
    var rowCount: Int64 { state.withLock { $0.rowCount } }

    func next() async throws -> (any SplitPiece)? {
        while !state.withLock({ $0.isDone }) {
            let chunk = try await tap.next()
            for text in tap.takeNotes() { note(text) }
            guard let chunk else {
                state.withLock { ($0.isDone, $0.hasEnded) = (true, true) }
                return nil
            }
            if let piece = taken(chunk) { return piece }
        }
        return nil
    }

    private func taken(_ chunk: SingerTap.Chunk) -> RecordsPiece? {
        var records = chunk.records
        if let bound, chunk.state != nil, bytesRead + chunk.byteCount >= bound.bytes || .now > bound.time {
            if chunk.covered < records.count { tap.putBack(SingerTap.Chunk(records: records.slice(chunk.covered..<records.count))) }
            records = records.slice(0..<chunk.covered)
            state.withLock { $0.isDone = true }
        }
        let first = state.withLock { state in
            if let new = chunk.state { state.state = new }
            state.bytesRead += chunk.byteCount
            defer { state.rowCount += Int64(records.count) }
            return state.rowCount + 1
        }
        guard records.count > 0 else { return nil }
        return RecordsPiece(
            records: records, decoder: decoder, place: .shard(stream: source.program.name, shard: source.stream.id), first: first,
            keepsRaw: keepsRaw)
    }
}
