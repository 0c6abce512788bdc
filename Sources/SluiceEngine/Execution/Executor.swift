import SluiceCore
import SluicePipelines

/// Carries out the segments of a plan, one after another; each on all workers.
struct Executor {
    let segments: [Segment]
    let sink: any Sink
    let outputSchema: Schema
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
        var streams: [any BatchStream] = []
        for planned in segments {
            let segment = try await built(planned)
            let inputs =
                streams.map { SegmentInput.stream($0, lane: 0) } + segment.splits.map { .split($0.source, $0.split, lane: $0.lane) }
            if let gathering = segment.gathering {
                streams = try await gather(segment, inputs, gathering)
            } else {
                return try await write(segment, inputs)
            }
        }
        preconditionFailure("the last segment of a plan ends in its sink")
    }

    /// The segment with what its links join with, which is read now.
    private func built(_ planned: Segment) async throws -> Segment {
        var segment = planned
        for (link, step, source) in planned.builds {
            if let known = epoch?.states.table(ofStep: link.index, notBefore: epoch?.nowMicros ?? 0) {
                segment = segment.replacing(link.index, by: known)
                continue
            }
            let parts = try (0..<width).map { _ in try step.makePart() }
            var reading = Segment()
            let source = try await source.renewed(in: epoch)
            reading.splits = try await source.source.splits().map { (source, $0, 0) }
            let runner = try SegmentRunner(
                reading, .table(parts, step: link.name), width: width, rejects: rejects, progress: progress, keepsRaw: false)
            try await runner.run(reading.splits.map { .split($0.source, $0.split, lane: 0) })
            let probing = try step.combine(parts)
            if let epoch { epoch.states.keep(probing, ofStep: link.index, readAt: epoch.nowMicros) }
            segment = segment.replacing(link.index, by: probing)
        }
        return segment
    }

    private func gather(
        _ segment: Segment, _ inputs: [SegmentInput], _ gathering: Segment.Gathering
    ) async throws -> [any BatchStream] {
        let parts = try (0..<width).map { _ in try gathering.step.makePart() }
        try await runner(segment, .parts(parts, gathering)).run(inputs)
        let result = try gathering.step.combine(parts)
        if !result.rejects.isEmpty {
            progress.update { [index = gathering.index] in $0.steps[index].rejected += Int64(result.rejects.count) }
            try rejects.take(result.rejects, step: gathering.name)
        }
        return result.streams.map { CountedStream($0, gathering, progress, rejects) }
    }

    private func write(_ segment: Segment, _ inputs: [SegmentInput]) async throws -> [StagedFile] {
        if let writer = try await sink.openOrdered(schema: outputSchema, run: run) {
            try await runner(segment, .sequence(writer)).run(inputs)
            let staged = try writer.finish()
            progress.update { $0.bytesWritten = writer.bytesWritten }
            return staged
        }
        var writers: [any SinkWriter] = []
        for number in 0..<(segment.ordered.isEmpty ? width : 1) {
            writers.append(try await sink.open(schema: outputSchema, run: run, writer: number))
        }
        let shared = SharedWriters(writers, progress)
        try await runner(segment, .writers(shared)).run(inputs)
        return try await shared.finish()
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
        progress.update { [index = gathering.index, count = failed.count] snapshot in
            snapshot.steps[index].rowsOut += Int64(batch?.rowCount ?? 0)
            snapshot.steps[index].rejected += Int64(count)
        }
        if !failed.isEmpty { try handler.take(failed, step: gathering.name) }
        return batch
    }
}

/// Writers of a sink that keeps no order, one a worker, with their counts. Each writer is used by one task at a time.
final class SharedWriters: @unchecked Sendable {
    private let writers: [any SinkWriter]
    private let progress: RunProgress

    init(_ writers: [any SinkWriter], _ progress: RunProgress) {
        self.writers = writers
        self.progress = progress
    }

    func write(_ batch: Batch, worker: Int) async throws {
        let writer = writers[worker]
        let before = writer.bytesWritten
        try await writer.write(batch)
        report(rows: batch.rowCount, bytes: writer.bytesWritten - before)
    }

    func finish() async throws -> [StagedFile] {
        var staged: [StagedFile] = []
        for writer in writers {
            let before = writer.bytesWritten
            staged += try await writer.finish()
            report(rows: 0, bytes: writer.bytesWritten - before)
        }
        return staged
    }

    private func report(rows: Int, bytes: Int64) {
        progress.update { snapshot in
            snapshot.rowsWritten += Int64(rows)
            snapshot.bytesWritten += bytes
        }
    }
}
