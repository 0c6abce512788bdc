import SluiceCatalog
import SluiceCore
import SluiceExpressions
import SluicePipelines
import Synchronization

@testable import SluiceEngine

/// Runs steps piece by piece over rows in memory, with what they keep in files, from which they can be restored after any piece.
final class EpochHarness {
    private let engine: EngineHarness
    private var steps: [(LogicalOperation, Schema)]
    private let sink = MemorySink()
    private var states: StepStates
    private var files: StateFiles
    private var stored: PipelineState?
    private var epoch = 0
    let rejects: RejectHandler

    private let limitBytes: Int
    private let smallBytes: Int
    /// Where values are read while pieces go on; nil: at once.
    private let background: BackgroundWork?
    private let progress = RunProgress()
    /// Bytes that were written beside the files of epochs.
    private(set) var spilledBytes = 0

    /// - Parameters:
    ///   - limitBytes: What each step may hold in memory.
    ///   - smallBytes: Up to which its files are not put together.
    ///   - background: Where values are read while pieces go on; nil: at once.
    init(
        _ steps: [(LogicalOperation, Schema)], limitBytes: Int = 1 << 30, smallBytes: Int = StateLimits.smallBytes,
        background: BackgroundWork? = nil
    ) throws {
        self.background = background
        engine = try EngineHarness()
        self.limitBytes = limitBytes
        self.smallBytes = smallBytes
        self.steps = steps
        let plan = engine.plan(MemorySource(schema: .empty, batches: []), steps, sink: sink)
        states = StepStates(plan, limitBytes: limitBytes)
        files = StateFiles(home: engine.home, pipeline: "test", smallBytes: smallBytes)
        rejects = RejectHandler(
            policy: .deadLetter, file: DeadLetterFile(path: engine.home + "/letters.jsonl"), progress: progress)
    }

    deinit { engine.remove() }

    /// The first of the steps' states.
    var state: any StepState { states.inOrder[0].state }
    /// Rows that were late, or failed.
    var deadLetters: Int64 { progress.snapshot.rejected }
    /// Whether a piece without rows would hand something on.
    func wouldMove(now: Int64 = 0) -> Bool { states.wouldMove(now: now) }
    /// Whether a step does without values that are still being read.
    var isLoading: Bool { states.inOrder.contains { $0.state.isLoading } }
    var fileNames: [String] { (try? DiskFiles.list(engine.home + "/state/test")) ?? [] }
    var fileCount: Int { fileNames.count }

    /// Runs one piece.
    ///
    /// - Parameter batches: Of its only split.
    func run(_ schema: Schema, _ batches: [Batch], now: Int64 = 0) async throws {
        let progress = RunProgress()
        let plan = engine.plan(MemorySource(schema: schema, batches: [batches]), steps, sink: sink)
        progress.update { $0.list(plan) }
        epoch += 1
        files.begin(states, epoch: epoch)
        let context = EpochContext(
            number: epoch, splitNames: ["shard"], openSplits: ["shard"], nowMicros: now, states: states)
        let resources = OperatorResources(
            budget: MemoryBudget(limitBytes: limitBytes), spill: SpillDirectory(path: engine.home + "/spill"))
        var builder = SegmentBuilder(plan: plan, resources: resources, rejects: rejects, progress: progress, width: 3, epoch: context)
        let executor = Executor(
            tree: try await builder.build(), outputs: plan.outputs, run: "\(epoch)", width: 3, rejects: rejects, progress: progress,
            keepsRaw: false, epoch: context)
        _ = try await executor.execute()
        spilledBytes += resources.spill.bytesWritten
        stored = try files.save(states, epoch: epoch)
        files.committed()
    }

    /// As a run that begins anew, of a definition with these steps.
    func restart(_ steps: [(LogicalOperation, Schema)]? = nil) throws {
        let plan = engine.plan(MemorySource(schema: .empty, batches: []), steps ?? self.steps, sink: sink)
        states = StepStates(plan, limitBytes: limitBytes)
        files = StateFiles(home: engine.home, pipeline: "test", smallBytes: smallBytes, readAtOnceBytes: 0)
        try files.restore(stored, to: states, beside: background)
    }

    /// Takes away one of the steps' files, or changes a byte of it.
    func damage(_ isGone: Bool) throws {
        let path = engine.home + "/state/test/" + fileNames[0]
        if isGone { return try DiskFiles.removeTree(path) }
        var bytes = try DiskFiles.read(path)
        bytes[bytes.count / 2] ^= 1
        try DiskFiles.writeAtomically(bytes, to: path)
    }

    /// As a run that begins anew, of a changed definition.
    func change(to steps: [(LogicalOperation, Schema)]) throws {
        self.steps = steps
        try restart()
    }

    /// What was handed on so far, as JSON texts.
    func rows() throws -> [String] {
        _ = try sink.commit(schema: .empty, run: "", staged: [])
        return sink.result?.map(\.json) ?? []
    }

    /// What a run over a whole input hands on.
    static func whole(
        _ steps: [(LogicalOperation, Schema)], _ schema: Schema, _ batches: [Batch], limitBytes: Int? = nil
    ) async throws -> [String] {
        let engine = try EngineHarness()
        defer { engine.remove() }
        return try await engine.rows(MemorySource(schema: schema, batches: [batches]), steps, stateBytes: limitBytes)
    }
}

/// Work beside the pieces that waits until a test lets it be done.
final class HeldWork: Sendable {
    private let held = Mutex<[@Sendable () -> Void]>([])

    var work: BackgroundWork { BackgroundWork { work in self.held.withLock { $0.append(work) } } }

    /// Does what waits.
    func release() {
        let works = held.withLock { held in
            defer { held = [] }
            return held
        }
        for work in works { work() }
    }
}
