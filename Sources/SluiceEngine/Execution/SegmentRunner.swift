import SluiceCore
import SluicePipelines
import Synchronization

/// Sends the rows of a segment through its links on all workers, to the step that gathers them or to the sink.
final class SegmentRunner: Sendable {
    /// Where the rows end.
    enum End: Sendable {
        /// A part for each worker of a step that needs all rows.
        case parts([any GatheringPart], Segment.Gathering)
        /// A part for each worker of what a step joins with. A table's rows are none of the run's input, and do not count.
        case table([any GatheringPart], step: String, isCounted: Bool)
        /// A writer for each worker (or the only one, behind an ordered link).
        case writers(SharedWriters)
        /// One file, in order.
        case sequence(OrderedOutput)
        /// Several ways on.
        case fork(Fork)
    }

    let segment: Segment
    let end: End
    private let width: Int
    private let rejects: RejectHandler
    private let progress: RunProgress
    private let keepsRaw: Bool
    /// For each worker the chain of each lane, and behind it the chain that all rows go through.
    let chains: [(lanes: [StepChain], common: StepChain)]
    let tail: OrderedTail?
    /// Lanes whose rows are none of the run's input; nil for all.
    private let uncounted: Set<Int>?

    init(_ segment: Segment, _ end: End, width: Int, rejects: RejectHandler, progress: RunProgress, keepsRaw: Bool) throws {
        self.segment = segment
        self.end = end
        self.width = width
        self.rejects = rejects
        self.progress = progress
        self.keepsRaw = keepsRaw
        if case .table(_, _, isCounted: false) = end {
            uncounted = nil
        } else {
            uncounted = Set(segment.splits.lazy.filter(\.source.isOfSink).map(\.lane))
        }
        chains = try (0..<width).map { _ in
            (try segment.lanes.map { try StepChain($0, progress: progress) }, try StepChain(segment.links, progress: progress))
        }
        let isOrdered =
            switch end {
            case .sequence: true
            case .fork(let fork): fork.isOrdered
            case .writers(let writers): writers.keepsOrder
            case .parts, .table: false
            }
        tail =
            isOrdered || !segment.ordered.isEmpty ? try OrderedTail(segment.ordered, end, rejects: rejects, progress: progress) : nil
    }

    /// Takes all rows of the inputs to the end.
    ///
    /// - Parameter phase: The number of the first phase of input.
    func run(_ inputs: [SegmentInput], phase: Int = 0) async throws {
        var phase = try await runPhase(phase, inputs, lanesFrom: 0, commonFrom: 0)
        // What probing links put aside goes through the links behind them. A link that several lanes have hands it on once.
        let indices = Set(segment.lanes.joined().filter(\.isProbing).map(\.index))
        for index in indices.sorted() {
            let places = segment.lanes.indices.compactMap { lane in
                segment.lanes[lane].firstIndex { $0.isProbing && $0.index == index }.map { (lane: lane, link: $0) }
            }
            let first = places[0]
            let late = try late(segment.lanes[first.lane][first.link]) { chains in places.compactMap { chains.lanes[$0.lane].part($0.link) }
            }
            guard let late else { continue }
            phase = try await runPhase(phase, late.map { .stream($0, lane: first.lane) }, lanesFrom: first.link + 1, commonFrom: 0)
        }
        for link in segment.links.indices {
            let late = try late(segment.links[link]) { $0.common.part(link).map { [$0] } ?? [] }
            if let late { phase = try await runPhase(phase, late.map { .stream($0, lane: 0) }, lanesFrom: nil, commonFrom: link + 1) }
        }
        try await tail?.finish(width: width)
        if case .fork(let fork) = end { try await fork.finish(phase) }
    }

    /// What a probing link hands on after its input has ended; nil for other links.
    private func late(
        _ link: PlacedLink, _ parts: ((lanes: [StepChain], common: StepChain)) -> [any ProbingPart]
    ) throws -> [any BatchStream]? {
        guard case .probing(let probing) = link.link else { return nil }
        let result = try probing.combine(chains.flatMap(parts))
        if !result.rejects.isEmpty { try rejects.take(result.rejects, step: link.name) }
        return result.streams.map { LateStream($0, link, progress) }
    }

    /// Who rejected what the readers reject.
    private var sourceName: String { if case .table(_, let step, _) = end { step } else { "source" } }

    // MARK: Workers

    /// - Parameter lanesFrom: The first link of the lanes that rows go through; nil: none.
    /// - Returns: the number of the next phase.
    private func runPhase(_ phase: Int, _ inputs: [SegmentInput], lanesFrom: Int?, commonFrom: Int) async throws -> Int {
        if tail?.isSatisfied == true { return phase + 1 }
        let queue = PieceQueue(
            inputs, open: { [keepsRaw, progress] input in try await Self.open(input, keepsRaw: keepsRaw, progress) },
            onBytes: { [progress, uncounted] lane, bytes in
                if uncounted?.contains(lane) == false { progress.update { $0.bytesRead += bytes } }
            })
        let gate = tail.map { tail in
            OrderedGate<OrderedTail.Parcel>(limit: EngineLimits.queueBytes) { parcel in
                try await tail.take(parcel)
                if tail.isSatisfied { queue.abandon() }
            }
        }
        let firstSplit = inputs.firstIndex { if case .split = $0 { true } else { false } } ?? inputs.count
        let way = Way(phase: phase, lanesFrom: lanesFrom, commonFrom: commonFrom, firstSplit: firstSplit)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<width {
                group.addTask {
                    do {
                        try await self.work(worker, queue, gate, way)
                    } catch {
                        // Others must not wait for what will not come, nor take a failed split for a short one.
                        queue.abandon()
                        gate?.abandon()
                        if error is CancellationError, self.tail?.isSatisfied == true, !Task.isCancelled { return }
                        throw error
                    }
                }
            }
            try await group.waitForAll()
        }
        return phase + 1
    }

    /// Which links the rows of a phase go through.
    private struct Way: Sendable {
        var phase: Int
        var lanesFrom: Int?
        var commonFrom: Int
        /// Inputs before it are streams, whose rows come from a step and not from a source.
        var firstSplit: Int
    }

    private static func open(_ input: SegmentInput, keepsRaw: Bool, _ progress: RunProgress) async throws -> any SplitReader {
        switch input {
        case .stream(let stream, _): return StreamInput(stream)
        case .split(let source, let split, _):
            var request = SourceRequest(source.columns, condition: source.condition, keepsRaw: keepsRaw)
            request.note = { [progress] in progress.note([$0]) }
            return try await source.source.open(split, request)
        }
    }

    private func work(_ worker: Int, _ queue: PieceQueue, _ gate: OrderedGate<OrderedTail.Parcel>?, _ way: Way) async throws {
        while true {
            try await tail?.encodeBlocks()
            let maxOpen = gate?.isCrowded == true ? 1 : width
            let lease = try await queue.next(maxOpen: maxOpen) { input, pieces in try await gate?.end(input: input, pieces: pieces) }
            guard var lease else { break }
            let outlet = Outlet(worker: worker, input: lease.input, piece: lease.number, gate: gate)
            do {
                try await pass(&lease, way, outlet)
                try await gate?.deposit(nil, weight: 0, input: lease.input, piece: lease.number, isLast: true)
            } catch {
                guard let gate, !(error is CancellationError) else { throw error }
                // It counts only if all before it was wanted: a limit may be reached.
                guard let _ = try? await gate.deposit(.failure(error), weight: 0, input: lease.input, piece: lease.number, isLast: true)
                else { throw error }
            }
        }
        try await tail?.encodeBlocks()
    }

    private func pass(_ lease: inout PieceQueue.Lease, _ way: Way, _ outlet: Outlet) async throws {
        var position = BatchPosition(phase: way.phase, input: lease.input, piece: lease.number)
        while let read = try lease.piece.next() {
            try Task.checkCancellation()
            try await pass(read, lease.lane, position, way, outlet)
            position = position.advanced(by: 1)
        }
    }

    /// How the rows of one piece leave the worker.
    private struct Outlet {
        let worker: Int
        let input: Int
        let piece: Int
        let gate: OrderedGate<OrderedTail.Parcel>?
        /// Where rows keep their order, rejects take the same way, so that those behind a reached limit do not count, however early they
        /// were found.
        let collected = CollectedRejects()
    }

    private func pass(_ read: ReadBatch, _ lane: Int, _ position: BatchPosition, _ way: Way, _ outlet: Outlet) async throws {
        let taker: any RejectTaking = outlet.gate == nil ? rejects : outlet.collected
        let read = outlet.gate == nil ? read : read.numbered
        let chains = chains[outlet.worker]
        if outlet.input >= way.firstSplit, uncounted?.contains(lane) == false { count(read, lane) }
        if let members = read.newMembers { progress.update { $0.newMembers.add(members) } }
        if !read.rejects.isEmpty { try taker.take(read.rejects, step: sourceName) }
        if let start = way.lanesFrom {
            try await chains.lanes[lane].forEach(read.batch, at: position, from: start, taker) { batch in
                try await chains.common.forEach(batch, at: position, from: way.commonFrom, taker) {
                    try await deliver($0, position, outlet, taker)
                }
            }
        } else {
            try await chains.common.forEach(read.batch, at: position, from: way.commonFrom, taker) {
                try await deliver($0, position, outlet, taker)
            }
        }
        let groups = outlet.collected.drain()
        if !groups.isEmpty {
            try await outlet.gate?.deposit(
                .rejects(groups), weight: groups.reduce(0) { $0 + $1.byteCount }, input: outlet.input, piece: outlet.piece, isLast: false)
        }
    }

    /// Rows that the reader left out are rows that the first step did not keep.
    private func count(_ read: ReadBatch, _ lane: Int) {
        let rows = Int64(read.batch.rowCount + read.skippedRows)
        let filter = read.skippedRows > 0 ? (segment.lanes[lane].first ?? segment.links.first)?.index : nil
        progress.update { snapshot in
            snapshot.rowsRead += rows
            if let filter { snapshot.steps[filter].rowsIn += Int64(read.skippedRows) }
        }
    }

    private func deliver(_ batch: Batch, _ position: BatchPosition, _ outlet: Outlet, _ taker: any RejectTaking) async throws {
        // What only the branches need in order goes through them first, as far as any task may take it.
        if case .fork(let fork) = end, segment.ordered.isEmpty {
            return try await fork.take(batch, at: position, worker: outlet.worker, taker) { index, rows in
                try await outlet.gate?.deposit(
                    .routed(index, rows, position), weight: rows.byteCount, input: outlet.input, piece: outlet.piece, isLast: false)
            }
        }
        if let gate = outlet.gate, let tail {
            for parcel in try tail.parcels(batch, position, outlet.collected) {
                try await gate.deposit(parcel, weight: parcel.weight, input: outlet.input, piece: outlet.piece, isLast: false)
            }
            return
        }
        try await deliver(batch, position, worker: outlet.worker, taker)
    }

    /// Hands rows on whose order does not matter.
    func deliver(_ batch: Batch, _ position: BatchPosition, worker: Int, _ taker: any RejectTaking) async throws {
        switch end {
        case .writers(let writers): try await writers.write(batch, worker: worker)
        case .parts(let parts, let gathering):
            var rejected: [Reject] = []
            progress.taps.see(batch, .into, ofStep: gathering.index)
            try parts[worker].take(batch, at: position, rejects: &rejected)
            progress.update { [count = rejected.count] snapshot in
                snapshot.steps[gathering.index].rowsIn += Int64(batch.rowCount)
                snapshot.steps[gathering.index].rejected += Int64(count)
            }
            if !rejected.isEmpty { try taker.take(rejected, step: gathering.name) }
        case .table(let parts, let step, _):
            var rejected: [Reject] = []
            try parts[worker].take(batch, at: position, rejects: &rejected)
            if !rejected.isEmpty { try taker.take(rejected, step: step) }
        case .sequence: preconditionFailure("an ordered sink has a gate")
        case .fork: preconditionFailure("a fork takes rows before they are handed on, or in order")
        }
    }
}

/// Rows that a step hands on after its input has ended, with the step's counts.
private final class LateStream: BatchStream {
    private let stream: any BatchStream
    private let link: PlacedLink
    private let progress: RunProgress

    init(_ stream: any BatchStream, _ link: PlacedLink, _ progress: RunProgress) {
        self.stream = stream
        self.link = link
        self.progress = progress
    }

    func next(rejects: inout [Reject]) throws -> Batch? {
        let batch = try stream.next(rejects: &rejects)
        if let batch { progress.taps.see(batch, .out, ofStep: link.index) }
        progress.update { [index = link.index] in $0.steps[index].rowsOut += Int64(batch?.rowCount ?? 0) }
        return batch
    }
}
