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
    /// Whether the run waits for more when it has read everything.
    let follows: Bool
    private var states: StepStates
    private var joint: JointSource
    private var files: StateFiles
    /// How far the source was read by committed epochs.
    private(set) var positions: SourcePositions = [:]
    /// Rows and bytes that committed epochs have written.
    private var written: (rows: Int64, bytes: Int64) = (0, 0)
    /// Committed epochs of the pipeline, over all runs.
    private var epoch = 0
    private var openSplits: Set<String> = []
    private var outputs: [String] = []
    private var tables: [TableName] = []
    private var deadLetterFile: String?
    private var deadLetters: [DeadLetter] = []
    private var notices: [String] = []
    /// Whether the source has more, which another plan reads.
    private var isCut = false
    /// What was read of sources with a cursor.
    private var windows: [RunReport.Window] = []
    /// Publications whose records are in their streams, which the next commit strikes off.
    var published: [Int64] = []
    /// The last one that was struck off.
    private(set) var lastPublished: Int64 = 0
    /// Of the epoch at work.
    private var letters: DeadLetterFile?
    /// Of a process that shares the source with others; what its commits may move is checked by them.
    var membership: (any SourceMembership)?
    /// What is replayed; nil for a run over new input.
    var replay: ReplayPart?

    init(
        plan: LogicalPlan, run: RunID, catalog: Catalog, publisher: Publisher, home: String, options: RunOptions, progress: RunProgress,
        follows: Bool = false
    ) {
        self.follows = follows
        self.plan = plan
        self.run = run
        self.catalog = catalog
        self.home = home
        self.options = options
        self.progress = progress
        self.publisher = publisher
        states = StepStates(plan, limitBytes: options.stateBytes)
        joint = JointSource(plan)
        files = StateFiles(home: home, pipeline: plan.definition.name)
        notices = plan.notices
    }

    var pipeline: String { plan.definition.name }
    /// What the sink's files of the next epoch are called by.
    var outputName: String { Self.outputName(run, epoch + 1) }
    /// Those that are replayed were told of when they failed first.
    private func lettersFile(ofEpoch number: Int) -> DeadLetterFile {
        DeadLetterFile(
            path: "\(home)/dead-letters/\(pipeline)/\(Self.outputName(run, number)).jsonl",
            prefix: replay == nil ? plan.definition.errorPrefix : nil, place: replay == nil ? plan.letterPlace : nil)
    }

    private static func outputName(_ run: RunID, _ epoch: Int) -> String {
        let digits = String(epoch)
        return "\(run)-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }

    private var spillPath: String { "\(home)/tmp/\(run)" }

    private func staging(ofEpoch number: Int) -> [String] {
        let name = Self.outputName(run, number)
        return plan.stagingPaths(run: name) + lettersFile(ofEpoch: number).stagedPaths + [spillPath]
    }

    /// Whether the silence of splits ends windows.
    var wouldMove: Bool { states.wouldMove(now: catalog.clock.nowMicros()) }

    var report: RunReport {
        var report = RunReport(progress.snapshot, of: plan)
        report.outputs = outputs
        report.deadLetterFile = deadLetterFile
        report.windows = windows.isEmpty ? nil : windows
        report.notices = told.isEmpty ? nil : told
        return report
    }

    /// Of a run that ends in the middle of an epoch: what that one has written, nobody sees.
    var reportOfFailure: RunReport {
        var report = report
        (report.rowsOut, report.bytesOut) = written
        return report
    }

    /// What a person should know so far.
    private var told: [String] { notices + progress.snapshot.lateNotices.filter { !notices.contains($0) } }

    // MARK: Begin and end

    /// Goes on behind the last committed epoch.
    mutating func resume() throws {
        let state = try catalog.pipelineState(pipeline)
        epoch = state?.epoch ?? 0
        try files.restore(state, to: states, beside: follows ? .queue : nil)
        openSplits = states.openSplits
        joint.resume(openSplits)
        try lookUpPositions()
        try catalog.stage(staging(ofEpoch: epoch + 1), run: run)
    }

    /// Drops what an epoch did that did not come to its end, also in what the steps keep, and goes on behind the last committed one.
    mutating func beginAgain() async throws {
        await abandonEpoch()
        letters = nil
        states = StepStates(plan, limitBytes: options.stateBytes)
        joint = JointSource(plan)
        files = StateFiles(home: home, pipeline: pipeline)
        try resume()
    }

    /// The same where a source or a sink cannot be reached for the moment.
    ///
    /// - Parameter counts: As they were before the epoch.
    mutating func beginAgain(_ counts: RunProgress.Snapshot, waitingFor error: SluiceError) async throws {
        try await beginAgain()
        progress.update { snapshot in
            snapshot = counts
            snapshot.waiting = error.message
        }
    }

    /// Takes over how far the source was read, as other processes may have moved it.
    mutating func lookUpPositions() throws {
        for bookmark in try catalog.bookmarks(pipeline: pipeline) { positions[ExactText(bookmark.source)] = bookmark.position }
    }

    /// Ends the run with success.
    mutating func finish(planning: Duration?, working: Duration) throws {
        if let owed = try catalog.nextPublication(of: pipeline, after: published.last ?? lastPublished) {
            notices.append("records wait to be put into \(owed.publication.target); the pipeline's next run does it")
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

    /// The run ends before records that need another plan; what is before them is committed.
    mutating func end(before error: SluiceError) {
        isCut = true
        notices.append("\(error.message); another plan goes on there, and reads them")
    }

    /// Drops what an epoch that does not come to its end has staged.
    func abandonEpoch() async {
        await letters?.discard()
        await plan.discard(run: outputName)
    }

    func summary(seconds: Double) -> RunSummary {
        var summary = RunSummary(
            run: run, pipeline: pipeline, report: report, seconds: seconds, tables: tables, target: plan.target,
            errorPolicy: plan.definition.onError.rawValue, deadLetters: deadLetters, notices: told)
        summary.isCut = isCut
        return summary
    }

    // MARK: Epochs

    /// What is new in all sources; those that are ahead of others in time wait for these.
    func slice(_ request: SliceRequest) async throws -> SourceSlice? {
        var request = request
        request.note = { [progress] in progress.note([$0]) }
        return try await joint.slice(after: positions, request, ahead: request.leavesUnfinished ? states.stepsAhead : [])
    }

    mutating func carryOut(_ slice: SourceSlice) async throws {
        for notice in slice.notices where !notices.contains(notice) { notices.append(notice) }
        openSplits = slice.openSplits
        let before = windows
        do {
            try await carryOut(slice.source, slice.followed, reached: slice.reached, windows: slice.windows)
        } catch {
            windows = before
            throw error
        }
    }

    /// An epoch without rows, in which windows end because nothing comes.
    mutating func carryOutSilence() async throws {
        try await carryOut(NoRows(schema: plan.source.source.schema), [:], reached: { [:] })
    }

    /// One epoch of any source.
    ///
    /// - Parameter followed: What other steps read of their sources, by their index.
    mutating func carryOut(
        _ source: any Source, _ followed: [Int: any Source] = [:], reached: @Sendable () -> SourcePositions,
        windows: @Sendable () -> [RunReport.Window] = { [] }
    ) async throws {
        let letters = lettersFile(ofEpoch: epoch + 1)
        self.letters = letters
        let rejects = RejectHandler(
            policy: replay == nil ? plan.definition.onError : .deadLetter, limits: replay == nil ? plan.definition.errorLimits : nil,
            file: letters, progress: progress, rules: ReplayRules(plan), headers: LetterHeaders(plan, source), history: replay?.history)
        try replay?.keep(in: letters)
        files.begin(states, epoch: epoch + 1)
        let before = progress.snapshot.steps.map(\.rowsOut)
        var staged = try await execute(source, followed, rejects)
        let unchanged = await takeBackUnchanged(&staged, before: before)
        try rejects.checkShare(isWhole: !follows)
        deadLetters += rejects.shown.prefix(max(0, EngineLimits.shownDeadLetters - deadLetters.count))
        try Task.checkCancellation()
        let places = reached()
        for window in windows() { self.windows.add(window) }
        let checkpoints = try await membership?.checkpoints(at: places) ?? []
        try commit(staged.filter { $0.rowCount > 0 }, unchanged, letters, places, checkpoints)
        await membership?.committed()
        self.letters = nil
    }

    private func execute(_ source: any Source, _ followed: [Int: any Source], _ rejects: RejectHandler) async throws -> [StagedFile] {
        let slice = joint.reading(source, followed, plan)
        var context = EpochContext(
            number: epoch + 1, splitNames: try await source.splits().map(\.id), openSplits: openSplits,
            nowMicros: catalog.clock.nowMicros(), states: states)
        try await joint.addSplits(of: slice, to: &context)
        if let replay {
            context.isReplay = true
            context.routes = replay.routes
            context.entries = replay.entries
        }
        let resources = OperatorResources(budget: MemoryBudget(limitBytes: options.stateBytes), spill: SpillDirectory(path: spillPath))
        defer { try? DiskFiles.removeTree(spillPath) }
        var builder = SegmentBuilder(
            plan: slice, resources: resources, rejects: rejects, progress: progress, width: options.width, epoch: context)
        let executor = Executor(
            tree: try await builder.build(), outputs: plan.outputs, run: outputName, width: options.width, rejects: rejects,
            progress: progress, keepsRaw: replay != nil || plan.definition.onError != .skip, epoch: context)
        return try await executor.execute()
    }

    private mutating func commit(
        _ staged: [StagedFile], _ unchanged: Set<Int>, _ letters: DeadLetterFile, _ reached: SourcePositions,
        _ checkpoints: [StoredCheckpoint]
    ) throws {
        let kept = try letters.close()
        var output = try plan.commit(run: outputName, staged: staged, needsRows: true, unchanged: unchanged)
        output.quality = progress.takeQuality()
        output.removals += plan.stagingPaths(run: outputName).filter { DiskFiles.kind(of: $0) != nil }
        if let kept {
            output.add(kept)
            deadLetterFile = letters.path
        }
        if let replay { output.renames += replay.marks(run.text) }
        let state = try replay?.keepsState == false ? nil : files.save(states, epoch: epoch + 1)
        outputs = Array((outputs + staged.map(\.finalPath).filter { !$0.isEmpty }).suffix(RunLimits.listedOutputs))
        for table in output.tables where !tables.contains(table.definition.name) { tables.append(table.definition.name) }
        let bookmarks = reached.map { Bookmark(pipeline: pipeline, source: $0.key.text, position: $0.value, run: run) }
        try catalog.commit(
            output, run: run, report: report,
            RunProgressCommit(
                bookmarks: bookmarks, checkpoints: checkpoints, state: membership == nil ? state : nil, published: published,
                isLast: false, nextStaging: staging(ofEpoch: epoch + 2)))
        forgetPublished()
        files.committed()
        positions.merge(reached) { $1 }
        epoch += 1
        written = (report.rowsOut, report.bytesOut)
    }
}

extension [RunReport.Window] {
    /// Widens the window of the same source, or adds one.
    fileprivate mutating func add(_ window: RunReport.Window) {
        guard let index = firstIndex(where: { $0.source == window.source }) else {
            if count < RunLimits.listedWindows { append(window) }
            return
        }
        self[index].to = window.to ?? self[index].to
    }
}
