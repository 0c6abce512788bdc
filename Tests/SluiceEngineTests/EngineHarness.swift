import Glibc
import SluiceCatalog
import SluiceCore
import SluiceExpressions
import SluicePipelines
import SluiceLog
import Synchronization

@testable import SluiceEngine

/// A source of given rows, in given splits, that can fail or wait on the way.
struct MemorySource: Source {
    var schema: Schema
    /// Split by split, batch by batch.
    var batches: [[Batch]]
    var notices: [String] = []
    var rejects: [Reject] = []
    /// Thrown instead of the end of the last split.
    var failure: SluiceError?
    /// The source never ends: for cancellation.
    var isEndless = false

    func splits() async throws -> [SourceSplit] { batches.indices.map { SourceSplit(id: "split-\($0)", bytes: 10) } }

    func open(_ split: SourceSplit, _ request: SourceRequest) async throws -> any SplitReader {
        let index = Int(split.id.dropFirst(6))!
        return Reader(source: self, index: index)
    }

    private final class Reader: SplitReader {
        let source: MemorySource
        let index: Int
        private let place = Mutex(0)
        var bytesRead: Int64 { 10 }

        init(source: MemorySource, index: Int) {
            self.source = source
            self.index = index
        }

        func next() async throws -> (any SplitPiece)? {
            await Task.yield()
            let batches = source.batches[index]
            let isLast = index == source.batches.count - 1
            return try place.withLock { next in
                if next == batches.count {
                    if isLast, source.isEndless { next = 0 }
                    if isLast, let failure = source.failure { throw failure }
                    if next == batches.count { return nil }
                }
                defer { next += 1 }
                let read = ReadBatch(batch: batches[next], rejects: isLast && next == 0 ? source.rejects : [])
                return DeferredBatch { read }
            }
        }
    }
}

/// A sink that keeps what it is given.
final class MemorySink: Sink {
    private let rows = Mutex<[Value]>([])
    private let committed = Mutex<[Value]?>(nil)
    let failure: SluiceError?

    init(failure: SluiceError? = nil) { self.failure = failure }

    var guarantee: DeliveryGuarantee { .exactlyOnce }
    var summary: String { "memory" }
    /// Nil until a run committed.
    var result: [Value]? { committed.withLock { $0 } }

    func check(_ schema: Schema) throws {}
    func open(schema: Schema, run: String, writer: Int) async throws -> any SinkWriter { Writer(sink: self) }
    func openOrdered(schema: Schema, run: String) async throws -> (any OrderedSinkWriter)? { OrderedWriter(sink: self) }
    func discard(run: String) async {}
    func commit(schema: Schema, run: String, staged: [StagedFile]) throws -> OutputCommit {
        committed.withLock { $0 = rows.withLock { $0 } }
        return OutputCommit()
    }

    private final class OrderedWriter: OrderedSinkWriter {
        let sink: MemorySink
        init(sink: MemorySink) { self.sink = sink }
        var bytesWritten: Int64 { 0 }
        let makesBlockOfEachBatch = false
        func collect(_ batch: Batch) throws -> [SinkBlock] { [SinkBlock([batch])] }
        func rest() throws -> [SinkBlock] { [] }
        func encode(_ block: SinkBlock) throws -> EncodedSinkBlock {
            if let failure = sink.failure { throw failure }
            let rows = block.batches.flatMap { batch in (0..<batch.rowCount).map { batch.row($0) } }
            return EncodedSinkBlock(rows, rowCount: rows.count, byteCount: 1)
        }
        func append(_ block: EncodedSinkBlock) throws { sink.rows.withLock { $0 += block.content as! [Value] } }
        func finish() throws -> [StagedFile] { [] }
    }

    private final class Writer: SinkWriter {
        let sink: MemorySink
        init(sink: MemorySink) { self.sink = sink }
        var bytesWritten: Int64 { 0 }
        func write(_ batch: Batch) async throws {
            if let failure = sink.failure { throw failure }
            sink.rows.withLock { $0 += (0..<batch.rowCount).map { batch.row($0) } }
        }
        func finish() async throws -> [StagedFile] { [] }
    }
}

/// Builds plans over rows given as values, runs them, and cleans up.
struct EngineHarness {
    let home: String
    let catalog: Catalog
    let streams: StreamStore

    init() throws {
        var template = Array("/tmp/sluice-engine-XXXXXX".utf8CString)
        home = String(cString: mkdtemp(&template)!)
        catalog = try Catalog(home: home)
        streams = StreamStore(directory: home + "/streams")
    }

    func remove() { try? DiskFiles.removeTree(home) }

    /// A source of integer and text rows: `splits[s][b]` are the rows of one batch.
    static func source(_ splits: [[[(Int64?, String?)]]]) throws -> MemorySource {
        let schema = try Schema([Field("n", .int64), Field("t", .string)])
        var line: Int64 = 0
        let batches = try splits.map { split in
            try split.map { rows in
                let columns = [
                    try ColumnBuilder.column(.int64, rows.map { $0.0.map { .integer($0) } ?? .null }),
                    try ColumnBuilder.column(.string, rows.map { $0.1.map { .string($0) } ?? .null }),
                ]
                defer { line += Int64(rows.count) }
                let origin = Origin(.file(path: "in.csv"), .dense(first: line + 1, count: rows.count))
                return Batch(schema, columns, rowCount: rows.count, origin: origin)
            }
        }
        return MemorySource(schema: schema, batches: batches)
    }

    func plan(
        _ source: MemorySource, _ steps: [(LogicalOperation, Schema)], sink: MemorySink, onError: ErrorPolicy = .fail, name: String = "test"
    ) -> LogicalPlan {
        let end = EndDefinition(connector: "memory", options: OptionValues([]))
        let definition = PipelineDefinition(name: name, source: end, sink: end, onError: onError, text: "test", directory: ".")
        return LogicalPlan(
            definition: definition, source: Self.planned(source), stream: nil,
            steps: steps.enumerated().map { index, step in
                PlannedStep(name: "\(index + 1) step", operation: step.0, outputSchema: step.1, summary: "", location: nil)
            },
            sink: sink, outputSchema: steps.last?.1 ?? source.schema, notices: [])
    }

    static func planned(_ source: MemorySource) -> PlannedSource {
        PlannedSource(source: source, columns: source.schema.names, schema: source.schema, summary: "memory")
    }

    /// Runs a plan and returns its rows as JSON texts, in the order of arrival.
    func rows(_ source: MemorySource, _ steps: [(LogicalOperation, Schema)], width: Int = 3, stateBytes: Int? = nil) async throws
        -> [String]
    {
        let sink = MemorySink()
        let options = RunOptions(width: width, stateBytes: stateBytes ?? EngineLimits.stateBytes)
        let runner = PipelineRunner(catalog: catalog, streams: streams, home: home, options: options)
        _ = try await runner.run(plan(source, steps, sink: sink))
        return sink.result?.map(\.json) ?? []
    }
}
