import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluiceEngine
import SluicePipelines

/// The rows of a part of a query, which the engine computes while they are read: what a join looks up, or a union adds.
struct PartSource: Source {
    private let pipeline: EnginePipeline
    private let setting: EngineSetting

    init(_ pipeline: EnginePipeline, _ setting: EngineSetting) {
        self.pipeline = pipeline
        self.setting = setting
    }

    var schema: Schema { pipeline.schema }
    var notices: [String] { pipeline.table.source.notices }
    func splits() async throws -> [SourceSplit] { [SourceSplit(id: "rows", bytes: nil)] }

    func open(_ split: SourceSplit, _ request: SourceRequest) async throws -> any SplitReader {
        let queue = BatchQueue(limitBytes: QueryLimits.waitingBytes)
        let plan = try await plan(request.columns, into: queue)
        return PartReader(queue) { [setting] in
            let runner = ConversionRunner(streams: setting.resolver.streams, options: RunOptions(width: setting.options.width))
            let summary = try await runner.run(plan, deadLetters: "query.dead-letters.jsonl")
            setting.figures.add(summary)
        }
    }

    /// - Parameter columns: Those that are read.
    func plan(_ columns: [String], into queue: BatchQueue = BatchQueue(limitBytes: 0)) async throws -> LogicalPlan {
        let sink = EndDefinition(connector: Self.sinkName, options: OptionValues([]))
        let connectors = setting.connectors(of: pipeline) + [OpenedConnector(name: Self.sinkName, openedSink: QueueSink(queue: queue))]
        return try await setting.plan(pipeline, then: [try wanted(columns)], to: sink, connectors)
    }

    private static let sinkName = "part"

    /// The columns that are read, so that others are not even computed.
    private func wanted(_ columns: [String]) throws -> SQLStep {
        try SQLStep(from: .text("SELECT " + columns.map(SQLQuote.name).joined(separator: ", ") + " FROM input"))
    }
}

/// Starts the work of a part, and reads what it hands on.
private final class PartReader: SplitReader {
    private let queue: BatchQueue
    private let task: Task<Void, Never>

    init(_ queue: BatchQueue, _ work: @escaping @Sendable () async throws -> Void) {
        self.queue = queue
        task = Task.detached {
            do {
                try await work()
                queue.end()
            } catch {
                queue.end(error)
            }
        }
    }

    deinit {
        queue.cancel()
        task.cancel()
    }

    /// Counted where they are read.
    var bytesRead: Int64 { 0 }

    func next() async throws -> (any SplitPiece)? {
        guard let batch = try await queue.next() else { return nil }
        return DeferredBatch { ReadBatch(batch: batch) }
    }
}

/// Hands rows of any task to a queue.
private struct QueueSink: Sink {
    let queue: BatchQueue

    var guarantee: DeliveryGuarantee { .exactlyOnce }
    var summary: String { "another step" }
    var keepsEarlierOutput: Bool { false }
    func check(_ schema: Schema) throws {}
    func open(schema: Schema, run: String, writer: Int) async throws -> any SinkWriter { Writer(queue) }
    func commit(schema: Schema, run: String, staged: [StagedFile]) throws -> OutputCommit { OutputCommit() }
    func discard(run: String) async {}

    private final class Writer: SinkWriter {
        private let queue: BatchQueue

        init(_ queue: BatchQueue) { self.queue = queue }

        var bytesWritten: Int64 { 0 }
        func write(_ batch: Batch) async throws { if batch.rowCount > 0 { try await queue.put(batch) } }
        func finish() async throws -> [StagedFile] { [] }
    }
}
