package import SluiceCatalog
package import SluiceCore
package import SluicePipelines
package import SluiceLog

/// Sends kept dead letters through a plan again, into the same outputs: each once, whatever kills it.
///
/// A replay is a run of one epoch. Its transaction makes the rows visible, names what failed again, and marks the files of letters as replayed
/// by renaming them.
package struct ReplayRunner: Sendable {
    private let catalog: Catalog
    private let streams: StreamStore
    private let home: String
    private let options: RunOptions

    package init(catalog: Catalog, streams: StreamStore, home: String, options: RunOptions = RunOptions()) {
        self.catalog = catalog
        self.streams = streams
        self.home = home
        self.options = options
    }

    /// What was found in the letters before any of them is replayed.
    private struct Survey {
        var replayed = 0
        var kept: [ReplayFate.Reason: Int] = [:]
        var history = LetterHistory()
        var undecodable: Set<LetterRuns.Group> = []
        /// Routes that some letters may enter alone, and nil for all of them.
        var outputs: [String?] = []
        /// Steps at which rows begin.
        var steps: Set<String> = []
    }

    /// - Parameters:
    ///   - plan: Of the current definition, with sinks that add to what is there.
    ///   - rereads: Whether each run reads the whole input and replaces its output: then only the last one's letters are missing in it.
    ///   - run: Only letters of runs that begin so.
    ///   - isDry: Says what would be done.
    /// - Throws: `notIncremental`, `notReplayable`, `alreadyRunning`, `stateMismatch`, and what reading and writing throw. The letters are as
    ///   they were then.
    @concurrent
    package func run(
        _ plan: LogicalPlan, rereads: Bool, run: String? = nil, isDry: Bool = false, progress: RunProgress = RunProgress()
    ) async throws -> ReplaySummary {
        let name = plan.definition.name
        let remedy = Self.remedy(plan.definition, rereads)
        try IncrementalRules.checkSteps(plan, for: .replay(remedy: remedy))
        guard let source = plan.source.source as? any ReplayableSource else {
            throw SluiceError(
                .notReplayable, "the source of pipeline \(name.quotedForMessage) cannot decode single records again",
                at: plan.definition.source.location, remedy: remedy)
        }
        let lock = try isDry ? nil : catalog.lock(pipeline: name)
        defer { lock?.release() }
        let keepsState = try catalog.pipelineState(name) != nil
        try checkState(plan, keepsState, remedy)
        var plan = plan
        plan.stream = nil
        let waiting = try waiting(name, run, rereads)
        let rules = ReplayRules(plan)
        let survey = try await survey(waiting.files, rules, source, plan.source.columns)
        var summary = ReplaySummary(pipeline: name, replayed: survey.replayed, kept: survey.kept, files: waiting.files)
        if waiting.superseded > 0 { summary.kept[.superseded] = waiting.superseded }
        guard !isDry, survey.replayed > 0 else { return summary }
        let letters = LetterSource(
            original: source, files: waiting.files, rules: rules, outputs: survey.outputs, undecodable: survey.undecodable)
        let routes = survey.outputs.enumerated().compactMap { index, output in output.map { (index, $0) } }
        var entries: [Int: PlannedSource] = [:]
        for step in survey.steps {
            guard let entry = rules.entry(ofStep: step) else { continue }
            entries[entry.index] = RowLetterSource(step: step, schema: entry.schema, files: waiting.files, rules: rules).planned
        }
        let part = ReplayPart(
            files: waiting.files, history: survey.history, routes: Dictionary(uniqueKeysWithValues: routes), entries: entries,
            keepsState: keepsState
        ) { letter in rules.fate(of: letter) != .row && !survey.outputs.contains { letters.takes(letter, for: $0) } }
        summary.run = try await carryOut(plan, letters, part, progress)
        return summary
    }

    private func carryOut(
        _ plan: LogicalPlan, _ letters: LetterSource, _ part: ReplayPart, _ progress: RunProgress
    ) async throws -> RunSummary {
        let run = try catalog.beginRun(pipeline: plan.definition.name, definitionHash: plan.definition.hash)
        progress.update { $0.list(plan) }
        var work = EpochWork(
            plan: plan, run: run, catalog: catalog, publisher: Publisher(catalog: catalog, streams: streams, connectors: plan.connectors),
            home: home, options: options, progress: progress)
        work.replay = part
        let clock = ContinuousClock()
        let start = clock.now
        do {
            try work.resume()
            try await work.publish(patience: PublishLimits.patience)
            try await work.carryOut(letters, reached: { [:] })
            try await work.publish(patience: PublishLimits.patience)
            try work.finish(planning: nil, working: clock.now - start)
            return work.summary(seconds: (clock.now - start).seconds)
        } catch {
            await work.abandonEpoch()
            let isInterrupted = error is CancellationError || Task.isCancelled
            let failure =
                isInterrupted
                ? SluiceError(.interrupted, "run \(run) was interrupted", remedy: "replay again: what it has done is marked")
                : SluiceError.endingRun(error)
            try? catalog.failRun(run, failure, report: work.report, interrupted: isInterrupted)
            throw failure
        }
    }

    /// A run over the whole input forgets at its end what its windows and keys were; rows that come behind it have none to go with.
    private func checkState(_ plan: LogicalPlan, _ keepsState: Bool, _ remedy: String) throws(SluiceError) {
        guard !keepsState, let step = plan.allSteps.first(where: { $0.operation.remembers }) else { return }
        throw SluiceError(
            .notReplayable, "what step \"\(step.name)\" kept of other rows was forgotten when the run ended", at: step.location,
            remedy: remedy)
    }

    /// What helps where letters cannot be replayed: their records come once more with the whole input, and with them all others. So the
    /// cause has to be gone, and the rows that are in the output must not come to lie beside the new ones.
    private static func remedy(_ definition: PipelineDefinition, _ rereads: Bool) -> String {
        let cause = "put right what the letters say (`dlq show \(definition.name)`), in the input or the definition"
        if rereads { return "\(cause), and run the pipeline again: it reads its whole input and replaces its output" }
        let again = definition.isIncremental ? "run the pipeline with --reset" : "run the pipeline again"
        return "\(cause), empty the output, and \(again): it reads its whole input, and adds to the output what is there already"
    }

    /// Files of letters that wait for a replay, and how many letters others have that must not be replayed.
    private func waiting(_ name: String, _ run: String?, _ rereads: Bool) throws -> (files: [DeadLetterArchive.File], superseded: Int) {
        let files = try DeadLetterArchive(home: home).files(of: name, run: run).filter { $0.replayedBy == nil }
        guard rereads else { return (files, 0) }
        let last = try catalog.runs(pipeline: name, state: .succeeded, limit: 1).first?.id.text ?? ""
        let current = files.filter { $0.run == last || $0.run.hasPrefix(last + "-") }
        return (current, files.reduce(0) { $0 + $1.letters } - current.reduce(0) { $0 + $1.letters })
    }

    private func survey(
        _ files: [DeadLetterArchive.File], _ rules: ReplayRules, _ source: any ReplayableSource, _ columns: [String]
    ) async throws -> Survey {
        var survey = Survey()
        var decodable: Set<LetterRuns.Group> = []
        let cursor = LetterCursor(files)
        while let (letter, file, _) = try cursor.letter() {
            try Task.checkCancellation()
            switch rules.fate(of: letter) {
            case .keep(let reason): survey.kept[reason, default: 0] += 1
            case .row:
                survey.replayed += 1
                survey.history.add(letter, in: file.run)
                survey.steps.insert(letter.step)
            case .replay(let output):
                guard let location = letter.location, let group = LetterRuns.Group(letter) else { continue }
                if !decodable.contains(group), !survey.undecodable.contains(group) {
                    let decoder = try await source.decoder(ofRecordsAt: location, letter.header, columns: columns)
                    if decoder == nil { survey.undecodable.insert(group) } else { decodable.insert(group) }
                }
                guard decodable.contains(group) else {
                    survey.kept[.undecodable, default: 0] += 1
                    continue
                }
                survey.replayed += 1
                survey.history.add(letter, in: file.run)
                if !survey.outputs.contains(output) { survey.outputs.append(output) }
            }
        }
        return survey
    }
}

extension LogicalOperation {
    /// Whether what becomes of a row depends on rows before it.
    fileprivate var remembers: Bool {
        switch self {
        case .window, .deduplicateWithin: true
        case .join(let join): join.interval != nil
        case .relationalize: numbersRows
        default: false
        }
    }
}

extension SluiceError.Code {
    package static let notReplayable = Self("not-replayable", .definition)
}
