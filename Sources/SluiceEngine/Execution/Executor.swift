import SluiceCore
import SluicePipelines

/// Carries out the segments of a plan, one after another; each on all workers.
struct Executor {
    let tree: SegmentTree
    let outputs: [PlannedOutput]
    let run: String
    /// Tasks side by side.
    let width: Int
    let rejects: RejectHandler
    let progress: RunProgress
    let keepsRaw: Bool
    /// Nil for a run over a whole input.
    var epoch: EpochContext?

    /// - Returns: what all writers staged.
    func execute() async throws -> [StagedFile] {
        var staged = try await execute(tree.trunk[...], [])
        for side in tree.sides {
            let rows = CountedSide(side.rows.stream(), side.segments, progress)
            staged += try await execute(side.segments[...], [rows])
        }
        return staged
    }

    /// - Parameter streams: What comes from the segment before.
    private func execute(_ segments: ArraySlice<Segment>, _ streams: [any BatchStream]) async throws -> [StagedFile] {
        guard let planned = segments.first else { preconditionFailure("the last segment of a plan ends in a sink") }
        let segment = try await built(planned)
        let end = try await open(segment)
        let inputs = streams.map { SegmentInput.stream($0, lane: 0) } + segment.splits.map { .split($0.source, $0.split, lane: $0.lane) }
        try await runner(segment, end).run(inputs)
        return try await close(end, then: segments.dropFirst())
    }

    /// Where the rows of a segment end, ready to take them.
    private func open(_ segment: Segment) async throws -> SegmentRunner.End {
        if let gathering = segment.gathering { return .parts(try (0..<width).map { _ in try gathering.step.makePart() }, gathering) }
        switch segment.outlet {
        case .output(let index): return try await open(outputs[index], index, isOrdered: !segment.ordered.isEmpty)
        case .branches(let branches, let match):
            var open: [Fork.Branch] = []
            for branch in branches {
                let first = try await built(branch.segments[0])
                open.append(
                    Fork.Branch(
                        output: branch.output, condition: branch.condition, isOtherwise: branch.isOtherwise,
                        runner: try runner(first, try await self.open(first)), following: branch.segments.dropFirst()))
            }
            var only: [Int: Int] = [:]
            for (input, name) in epoch?.routes ?? [:] { only[input] = open.firstIndex { outputs[$0.output].name == name } }
            return .fork(Fork(open, match: match, only: only, progress: progress))
        }
    }

    private func open(_ output: PlannedOutput, _ index: Int, isOrdered: Bool) async throws -> SegmentRunner.End {
        if let writer = try await output.sink.openOrdered(schema: output.outputSchema, run: run) {
            return .sequence(OrderedOutput(writer, output: index, progress))
        }
        var writers: [any SinkWriter] = []
        let keepsOrder = output.sink.keepsOrder
        for number in 0..<(isOrdered || keepsOrder ? 1 : width) {
            writers.append(try await output.sink.open(schema: output.outputSchema, run: run, writer: number, epoch: epoch?.number))
        }
        return .writers(SharedWriters(writers, keepsOrder: keepsOrder, output: index, progress))
    }

    /// All rows were taken.
    ///
    /// - Parameter following: The segments behind the one that ended so.
    private func close(_ end: SegmentRunner.End, then following: ArraySlice<Segment>) async throws -> [StagedFile] {
        switch end {
        case .parts(let parts, let gathering): return try await execute(following, try gathered(parts, gathering))
        case .sequence(let output): return try output.finish()
        case .writers(let writers): return try await writers.finish()
        case .table: preconditionFailure("what is joined with is no segment of the plan")
        case .fork(let fork):
            var staged: [StagedFile] = []
            for branch in fork.branches { staged += try await close(branch.runner.end, then: branch.following) }
            return staged
        }
    }

    private func gathered(_ parts: [any GatheringPart], _ gathering: Segment.Gathering) throws -> [any BatchStream] {
        let result = try gathering.step.combine(parts)
        if !result.rejects.isEmpty {
            progress.update { [index = gathering.index] in $0.steps[index].rejected += Int64(result.rejects.count) }
            try rejects.take(result.rejects, step: gathering.name)
        }
        return result.streams.map { CountedStream($0, gathering, progress, rejects) }
    }

    /// The segment with what its links join with, which is read now.
    private func built(_ planned: Segment) async throws -> Segment {
        var segment = planned
        for (link, step, source) in planned.builds {
            if !step.isFollowed, let known = epoch?.states.table(ofStep: link.index, notBefore: epoch?.nowMicros ?? 0) {
                segment = segment.replacing(link.index, by: known)
                continue
            }
            let parts = try (0..<width).map { _ in try step.makePart() }
            var reading = Segment()
            let source = try await step.isFollowed ? source : source.renewed(in: epoch)
            reading.splits = try await source.source.splits().map { (source, $0, 0) }
            let runner = try SegmentRunner(
                reading, .table(parts, step: link.name, isCounted: step.isFollowed), width: width, rejects: rejects, progress: progress,
                keepsRaw: step.isFollowed && keepsRaw)
            try await runner.run(reading.splits.map { .split($0.source, $0.split, lane: 0) })
            let probing = try step.combine(parts)
            if let epoch { epoch.states.keep(probing, ofStep: link.index, readAt: epoch.nowMicros) }
            segment = segment.replacing(link.index, by: probing)
        }
        return segment
    }

    private func runner(_ segment: Segment, _ end: SegmentRunner.End) throws -> SegmentRunner {
        try SegmentRunner(segment, end, width: width, rejects: rejects, progress: progress, keepsRaw: keepsRaw)
    }
}

/// The result of a step that needed all rows, with its counts.
private final class CountedStream: BatchStream {
    private let stream: any BatchStream
    private let gathering: Segment.Gathering
    private let progress: RunProgress
    private let handler: RejectHandler

    init(_ stream: any BatchStream, _ gathering: Segment.Gathering, _ progress: RunProgress, _ handler: RejectHandler) {
        self.stream = stream
        self.gathering = gathering
        self.progress = progress
        self.handler = handler
    }

    func next(rejects: inout [Reject]) throws -> Batch? {
        var failed: [Reject] = []
        let batch = try stream.next(rejects: &failed)
        if let batch { progress.taps.see(batch, .out, ofStep: gathering.index) }
        progress.update { [index = gathering.index, count = failed.count] snapshot in
            snapshot.steps[index].rowsOut += Int64(batch?.rowCount ?? 0)
            snapshot.steps[index].rejected += Int64(count)
        }
        if !failed.isEmpty { try handler.take(failed, step: gathering.name) }
        return batch
    }
}

/// Rows that a step put aside, counted where their output begins.
private final class CountedSide: BatchStream {
    private let stream: any BatchStream
    private let output: Int?
    private let progress: RunProgress

    /// - Parameter segments: Those of the output.
    init(_ stream: any BatchStream, _ segments: [Segment], _ progress: RunProgress) {
        self.stream = stream
        self.progress = progress
        output = if case .output(let index)? = segments.last?.outlet { index } else { nil }
    }

    func next(rejects: inout [Reject]) throws -> Batch? {
        let batch = try stream.next(rejects: &rejects)
        if let batch, let output { progress.update { $0.outputs[output].rowsIn += Int64(batch.rowCount) } }
        return batch
    }
}
