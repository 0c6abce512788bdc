import SluiceCatalog
import SluiceCore
import SluicePipelines
import Synchronization
import Testing

@testable import SluiceEngine

/// Rows of a table that another run replaces a few times before its files are open.
private final class ReplacedSource: IncrementalSource {
    let memory: MemorySource
    private let failures: Mutex<Int>
    /// How often a split was opened.
    let openings = Mutex(0)

    init(_ memory: MemorySource, failures: Int) {
        self.memory = memory
        self.failures = Mutex(failures)
    }

    var schema: Schema { memory.schema }
    var notices: [String] { [] }

    func splits() async throws -> [SourceSplit] { try await memory.splits() }

    func open(_ split: SourceSplit, _ request: SourceRequest) async throws -> any SplitReader {
        openings.withLock { $0 += 1 }
        let fails = failures.withLock { left in
            defer { left = max(0, left - 1) }
            return left > 0
        }
        if fails { throw SluiceError(.tableChanged, "table t was replaced", isRetriable: true) }
        return try await memory.open(split, request)
    }

    func slice(after positions: SourcePositions, _ request: SliceRequest) async throws -> SourceSlice? {
        guard positions.isEmpty else { return nil }
        return SourceSlice(source: self, openSplits: [], isLast: true, reached: { [ExactText("all"): [1]] })
    }
}

@Suite("A table that is replaced while its files are opened")
struct ReplacedTableTests {
    @Test("the run begins to read again, and has each row once", arguments: [false, true])
    func again(_ isIncremental: Bool) async throws {
        let harness = try EngineHarness()
        defer { harness.remove() }
        let source = ReplacedSource(try EngineHarness.source([[[(1, "a"), (3, "b")]]]), failures: 3)
        let sink = MemorySink()
        let summary = try await run(source, sink, harness, isIncremental)
        #expect(summary.report.rowsIn == 2 && summary.report.rowsOut == 2)
        // An epoch asks a sink without staged files for no commit.
        if isIncremental { _ = try sink.commit(schema: .empty, run: "", staged: []) }
        #expect(sink.result?.count == 2)
        #expect(source.openings.withLock { $0 } == 4)
    }

    @Test("a run that is always too late ends with that error", arguments: [false, true])
    func never(_ isIncremental: Bool) async throws {
        let harness = try EngineHarness()
        defer { harness.remove() }
        let source = ReplacedSource(try EngineHarness.source([[[(1, "a")]]]), failures: .max)
        await #expect {
            _ = try await run(source, MemorySink(), harness, isIncremental)
        } throws: {
            ($0 as? SluiceError)?.code == .tableChanged
        }
        #expect(source.openings.withLock { $0 } == EngineLimits.tableReadings)
        #expect(try harness.catalog.runs().map(\.state) == [.failed])
    }

    private func run(
        _ source: ReplacedSource, _ sink: MemorySink, _ harness: EngineHarness, _ isIncremental: Bool
    ) async throws -> RunSummary {
        var plan = harness.plan(source.memory, [], sink: sink)
        plan.source.source = source
        let options = RunOptions(width: 2)
        if isIncremental {
            let runner = EpochRunner(
                catalog: harness.catalog, streams: harness.streams, home: harness.home, options: options,
                follow: FollowOptions(follows: false))
            return try await runner.run(plan)
        }
        return try await PipelineRunner(catalog: harness.catalog, streams: harness.streams, home: harness.home, options: options).run(plan)
    }
}
