import SluiceCore
import SluicePipelines
import Synchronization

/// What the tap gives behind its state, cut where it says a state, so that rows and state are committed together.
extension SingerSource: IncrementalSource {
    func slice(after positions: SourcePositions, _ request: SliceRequest) async throws -> SourceSlice? {
        let stored = positions[ExactText(name)]
        guard let tap = try tap(at: stored, follows: request.leavesUnfinished) else { return nil }
        var begin: [UInt8]?
        while let chunk = try await tap.next() {
            for text in tap.takeNotes() { request.note(text) }
            if chunk.records.count > 0 {
                tap.putBack(chunk)
                let slice = SingerSlice(
                    source: self, tap: tap, begin: begin, stored: stored, limitBytes: min(request.limitBytes, SingerLimits.sliceBytes))
                return SourceSlice(source: slice, openSplits: [name], isLast: false) { slice.reached() }
            }
            begin = chunk.state ?? begin
        }
        for text in tap.takeNotes() { request.note(text) }
        ended()
        guard let begin, begin != stored else { return nil }
        return SourceSlice(source: NoSingerRecords(source: self), openSplits: [], isLast: false) { [name] in [ExactText(name): begin] }
    }

    /// The tap that runs, where it is there where reading goes on, or another; nil where it is not yet time for one.
    private func tap(at stored: [UInt8]?, follows: Bool) throws(SluiceError) -> SingerTap? {
        let known = reading.withLock { reading in
            defer { reading.running = nil }
            return (running: reading.running, ended: reading.ended)
        }
        if let running = known.running {
            if running.state == stored { return running.tap }
            running.tap.end()
        } else if let ended = known.ended {
            // A run over what there is runs the tap once; one that follows runs it again and again.
            guard follows, .now - ended >= .microseconds(pause.micros) else { return nil }
        }
        return try started(state: stored)
    }

    fileprivate func ended() {
        reading.withLock { reading in
            reading.running = nil
            reading.ended = .now
        }
    }

    fileprivate func goesOn(_ tap: SingerTap, at state: [UInt8]?) { reading.withLock { $0.running = (tap, state) } }
}

/// Records of a tap up to one of its states.
private final class SingerSlice: Source {
    private let source: SingerSource
    private let tap: SingerTap
    private let begin: [UInt8]?
    private let stored: [UInt8]?
    private let limitBytes: Int64
    private let reader = Mutex<SingerSplitReader?>(nil)

    init(source: SingerSource, tap: SingerTap, begin: [UInt8]?, stored: [UInt8]?, limitBytes: Int64) {
        self.source = source
        self.tap = tap
        self.begin = begin
        self.stored = stored
        self.limitBytes = limitBytes
    }

    var schema: Schema { source.schema }
    var notices: [String] { [] }

    func splits() async throws -> [SourceSplit] { [SourceSplit(id: source.name, bytes: nil)] }

    func open(_ split: SourceSplit, _ request: SourceRequest) async throws -> any SplitReader {
        let reader = SingerSplitReader(
            source, tap, request, decoder: try source.decoder(request.columns),
            bound: .init(bytes: limitBytes, time: .now + SingerLimits.sliceTime), begin: begin)
        self.reader.withLock { $0 = reader }
        return SingerSliceReader(reader, of: source, hasState: stored != nil)
    }

    /// Asked for when the slice was read to its end.
    func reached() -> SourcePositions {
        guard let reader = reader.withLock({ $0 }) else { return [:] }
        if reader.hasEnded { source.ended() } else { source.goesOn(tap, at: reader.reached) }
        return reader.reached.map { [ExactText(source.name): $0] } ?? [:]
    }
}

/// Refuses a tap that never says a state: a later run would read everything again.
private final class SingerSliceReader: SplitReader {
    private let reader: SingerSplitReader
    private let source: SingerSource
    private let hasState: Bool

    init(_ reader: SingerSplitReader, of source: SingerSource, hasState: Bool) {
        self.reader = reader
        self.source = source
        self.hasState = hasState
    }

    var bytesRead: Int64 { reader.bytesRead }

    func next() async throws -> (any SplitPiece)? {
        if let piece = try await reader.next() { return piece }
        guard hasState || reader.reached != nil || reader.rowCount == 0 else {
            throw SluiceError(
                .notIncremental, "\(source.program.name) has written no state: the next run would read all of \(source.stream.id) again",
                remedy: "run the pipeline without incremental: true")
        }
        return nil
    }
}

/// An end of a tap without records, whose state is kept.
private struct NoSingerRecords: Source {
    let source: SingerSource

    var schema: Schema { source.schema }
    var notices: [String] { [] }

    func splits() async throws -> [SourceSplit] { [] }

    func open(_ split: SourceSplit, _ request: SourceRequest) async throws -> any SplitReader {
        throw SluiceError(.notFound, "there are no records")
    }
}
