import SluiceCatalog
import SluiceCore
import SluicePipelines

/// A run of several epochs at work: what it has read, what its steps keep, and how an epoch is carried out and committed.
struct EpochWork {
    let plan: LogicalPlan
    let run: RunID
    let catalog: Catalog
    let home: String
    let options: RunOptions
    let progress: RunProgress
    let publisher: Publisher
    private let states: StepStates
    private var files: StateFiles
    /// How far the source was read by committed epochs.
    private(set) var positions: SourcePositions = [:]
    /// Committed epochs of the pipeline, over all runs.
    private var epoch = 0
    private var openSplits: Set<String> = []
    private var outputs: [String] = []
    private var tables: [TableName] = []
    private var deadLetterFile: String?
    private var deadLetters: [DeadLetter] = []
    private var notices: [String] = []
    /// Publications whose records are in their streams, which the next commit strikes off.
    var published: [Int64] = []
    /// The last one that was struck off.
    private(set) var lastPublished: Int64 = 0
    /// Of the epoch at work.
    private var letters: DeadLetterFile?

    init(plan: LogicalPlan, run: RunID, catalog: Catalog, publisher: Publisher, home: String, options: RunOptions, progress: RunProgress) {
        self.plan = plan
        self.run = run
        self.catalog = catalog
        self.home = home
        self.options = options
        self.progress = progress
        self.publisher = publisher
        states = StepStates(plan)
        files = StateFiles(home: home, pipeline: plan.definition.name)
        notices = plan.notices
    }

    var pipeline: String { plan.definition.name }
    /// What the sink's files of the next epoch are called by.
    private var outputName: String { Self.outputName(run, epoch + 1) }
    private var lettersPath: String { "\(home)/dead-letters/\(pipeline)/\(outputName).jsonl" }

    private static func outputName(_ run: RunID, _ epoch: Int) -> String {
        let digits = String(epoch)
        return "\(run)-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }

    private var spillPath: String { "\(home)/tmp/\(run)" }

    private func staging(ofEpoch number: Int) -> [String] {
        let name = Self.outputName(run, number)
        return plan.sink.stagingPaths(run: name) + ["\(home)/dead-letters/\(pipeline)/\(name).jsonl.part", spillPath]
    }

    /// Whether the silence of splits ends windows.
    var wouldMove: Bool { states.wouldMove(now: catalog.clock.nowMicros()) }

    var report: RunReport {
        var report = RunReport(progress.snapshot, of: plan)
        report.outputs = outputs
        report.deadLetterFile = deadLetterFile
        return report
    }

    // MARK: Begin and end

    /// Goes on behind the last committed epoch.
    mutating func resume() throws {
        let state = try catalog.pipelineState(pipeline)
        epoch = state?.epoch ?? 0
        try files.restore(state, to: states)
        for bookmark in try catalog.bookmarks(pipeline: pipeline) { positions[ExactText(bookmark.source)] = bookmark.position }
        try catalog.stage(staging(ofEpoch: epoch + 1), run: run)
    }

    /// Ends the run with success.
    mutating func finish(planning: Duration?, working: Duration) throws {
        if let owed = try catalog.nextPublication(of: pipeline, after: published.last ?? lastPublished) {
            notices.append("records wait to be put into stream \"\(owed.publication.stream)\"; the pipeline's next run does it")
        }
        var report = report
        report.timings =
            (planning.map { [.init("plan", micros: Int64($0.seconds * 1e6))] } ?? [])
            + [.init("read, transform and commit", micros: Int64(working.seconds * 1e6))]
        try catalog.commit(OutputCommit(), run: run, report: report, RunProgressCommit(published: published))
        forgetPublished()
    }

    /// What was published is struck off.
    mutating func forgetPublished() {
        lastPublished = published.last ?? lastPublished
        published = []
    }

    /// Drops what an epoch that does not come to its end has staged.
    func abandonEpoch() async {
        letters?.discard()
        await plan.sink.discard(run: outputName)
    }

    func summary(seconds: Double) -> RunSummary {
        RunSummary(
            run: run, pipeline: pipeline, report: report, seconds: seconds, tables: tables, target: plan.sink.summary,
            errorPolicy: plan.definition.onError.rawValue, deadLetters: deadLetters,
            notices: notices + progress.snapshot.lateNotices)
    }

    // MARK: Epochs

    mutating func carryOut(_ slice: SourceSlice) async throws {
        for notice in slice.notices where !notices.contains(notice) { notices.append(notice) }
        openSplits = slice.openSplits
        try await carryOut(slice.source, reached: slice.reached)
    }

    /// An epoch without rows, in which windows end because nothing comes.
    mutating func carryOutSilence() async throws {
        try await carryOut(NoRows(schema: plan.source.source.schema), reached: { [:] })
    }

    private mutating func carryOut(_ source: any Source, reached: @Sendable () -> SourcePositions) async throws {
        let letters = DeadLetterFile(path: lettersPath)
        self.letters = letters
        let rejects = RejectHandler(policy: plan.definition.onError, file: letters, progress: progress)
        files.begin(states, epoch: epoch + 1)
        let staged = try await execute(source, rejects)
        deadLetters += rejects.shown.prefix(max(0, EngineLimits.shownDeadLetters - deadLetters.count))
        try Task.checkCancellation()
        try commit(staged.filter { $0.rowCount > 0 }, letters, reached())
        self.letters = nil
    }

    private func execute(_ source: any Source, _ rejects: RejectHandler) async throws -> [StagedFile] {
        var slice = plan
        slice.source.source = source
        let context = EpochContext(
            number: epoch + 1, splitNames: try await source.splits().map(\.id), openSplits: openSplits,
            nowMicros: catalog.clock.nowMicros(), states: states)
        let resources = OperatorResources(budget: MemoryBudget(limitBytes: options.stateBytes), spill: SpillDirectory(path: spillPath))
        defer { try? DiskFiles.removeTree(spillPath) }
        var builder = SegmentBuilder(
            plan: slice, resources: resources, rejects: rejects, progress: progress, width: options.width, epoch: context)
        let executor = Executor(
            segments: try await builder.build(), sink: plan.sink, outputSchema: plan.outputSchema, run: outputName, width: options.width,
            rejects: rejects, progress: progress, keepsRaw: plan.definition.onError != .skip, epoch: context)
        return try await executor.execute()
    }

    private mutating func commit(_ staged: [StagedFile], _ letters: DeadLetterFile, _ reached: SourcePositions) throws {
        var output = staged.isEmpty ? OutputCommit() : try plan.sink.commit(schema: plan.outputSchema, run: outputName, staged: staged)
        output.removals += plan.sink.stagingPaths(run: outputName).filter { DiskFiles.kind(of: $0) != nil }
        if try letters.close() {
            output.renames.append(.init(staged: letters.stagedPath, final: letters.path))
            deadLetterFile = letters.path
        }
        let state = try files.save(states, epoch: epoch + 1)
        outputs = Array((outputs + staged.map(\.finalPath).filter { !$0.isEmpty }).suffix(RunLimits.listedOutputs))
        for table in output.tables where !tables.contains(table.definition.name) { tables.append(table.definition.name) }
        let bookmarks = reached.map { Bookmark(pipeline: pipeline, source: $0.key.text, position: $0.value, run: run) }
        try catalog.commit(
            output, run: run, report: report,
            RunProgressCommit(
                bookmarks: bookmarks, state: state, published: published, isLast: false, nextStaging: staging(ofEpoch: epoch + 2)))
        forgetPublished()
        files.committed()
        positions.merge(reached) { $1 }
        epoch += 1
    }
}

/// A source that has nothing.
private struct NoRows: Source {
    let schema: Schema
    var notices: [String] { [] }

    func splits() async throws -> [SourceSplit] { [] }

    func open(_ split: SourceSplit, _ request: SourceRequest) async throws -> any SplitReader {
        throw SluiceError(.notFound, "there is no split \(split.id.quotedForMessage)")
    }
}

/// Bounds of what a run's record holds.
enum RunLimits {
    /// Files that the record of a run of several epochs names, the newest.
    static let listedOutputs = 100
}
