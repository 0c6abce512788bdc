package import SluiceCatalog
import SluiceCore
package import SluicePipelines
package import SluiceLog

/// Runs plans: to the end of their input, with one commit at the end.
///
/// A run is alone with its pipeline (a lock), staged output becomes visible by the catalog's commit or not at all, and whatever happens the
/// run's record says so.
package struct PipelineRunner: Sendable {
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

    /// Runs a plan to the end of its input.
    ///
    /// - Parameters:
    ///   - progress: live counts, for whoever shows them.
    ///   - planning: how long the plan took, for the run's record.
    ///   - holdsLock: the caller has the pipeline's lock.
    /// - Throws: `alreadyRunning`, the first reject under `on_error: fail`, what reading and writing throw, `CancellationError` as `interrupted`.
    ///   Nothing of the run is visible then, and the run's record names the error.
    @concurrent
    package func run(
        _ plan: LogicalPlan, progress: RunProgress = RunProgress(), planning: Duration? = nil, holdsLock: Bool = false
    ) async throws -> RunSummary {
        var plan = plan
        let resumable = plan.stream == nil ? (plan.source.source as? any ResumableSource) : nil
        if let resumable { plan.source.source = resumable.keeping() }
        let definition = plan.definition
        let lock = holdsLock ? nil : try catalog.lock(pipeline: definition.name)
        defer { lock?.release() }
        let publisher = Publisher(catalog: catalog, streams: streams, connectors: plan.connectors, progress: progress)
        try await publisher.finish(definition.name)
        let run = try catalog.beginRun(pipeline: definition.name, definitionHash: definition.hash, lineage: plan.storedLineage())
        let letters = DeadLetterFile(
            path: "\(home)/dead-letters/\(definition.name)/\(run).jsonl", prefix: definition.errorPrefix, place: plan.letterPlace)
        progress.log(plan, in: StepLogs(home: home, pipeline: definition.name, run: run.text))
        var work = self.work(plan, run, letters, progress)
        let clock = ContinuousClock()
        let start = clock.now
        var summary: RunSummary
        do {
            try catalog.stage(plan.stagingPaths(run: run.text) + letters.stagedPaths + [work.spillPath], run: run)
            let staged = try await carryOut(&work, letters)
            let worked = clock.now
            try work.rejects.checkShare(isWhole: true)
            let kept = try letters.close()
            var output = try plan.commit(run: run.text, staged: staged)
            var report = work.report
            if let kept {
                output.add(kept)
                report.deadLetterFile = letters.path
            }
            report.outputs = staged.map(\.finalPath).filter { !$0.isEmpty }
            try Task.checkCancellation()
            output.quality = progress.takeQuality()
            report.timings = Self.timings(planning, start, worked, clock.now)
            try catalog.commit(output, run: run, report: report)
            resumable?.forgetKept()
            summary = RunSummary(
                run: run, pipeline: definition.name, report: report, seconds: (clock.now - start).seconds,
                tables: output.tables.map(\.definition.name), target: plan.target, errorPolicy: definition.onError.rawValue,
                deadLetters: work.rejects.shown, notices: plan.notices + progress.snapshot.lateNotices)
        } catch {
            await letters.discard()
            await plan.discard(run: run.text)
            let isInterrupted = error is CancellationError || Task.isCancelled
            if !isInterrupted { resumable?.noteFailure() }
            let failure = isInterrupted ? Self.interruption(run) : SluiceError.endingRun(error)
            var report = work.report
            // Nothing of it is visible.
            (report.rowsOut, report.bytesOut) = (0, 0)
            try? catalog.failRun(run, failure, report: report, interrupted: isInterrupted, quality: progress.takeQuality())
            throw failure
        }
        do {
            try await publisher.finish(definition.name)
        } catch is CancellationError {
            throw Self.unpublished(run)
        }
        summary.notices = plan.notices + progress.snapshot.lateNotices.filter { !plan.notices.contains($0) }
        summary.seconds = (clock.now - start).seconds
        return summary
    }

    private func work(_ plan: LogicalPlan, _ run: RunID, _ letters: DeadLetterFile, _ progress: RunProgress) -> RunWork {
        let definition = plan.definition
        return RunWork(
            plan: plan, run: run, options: options, streams: streams, progress: progress,
            rejects: RejectHandler(
                policy: definition.onError, limits: definition.errorLimits, file: letters, progress: progress, rules: ReplayRules(plan),
                headers: LetterHeaders(plan)),
            spillPath: "\(home)/tmp/\(run)")
    }

    /// Carries work out, from the beginning again where a table is replaced before its files are open: nothing is visible yet.
    private func carryOut(_ work: inout RunWork, _ letters: DeadLetterFile) async throws -> [StagedFile] {
        var attempts = 1
        let counts = work.progress.snapshot
        while true {
            do {
                return try await work.execute()
            } catch let error as SluiceError
                where error.isOfReplacedTable && work.plan.stream == nil && attempts < EngineLimits.tableReadings
            {
                attempts += 1
                await letters.discard()
                await work.plan.discard(run: work.run.text)
                work.progress.update { $0 = counts }
                work = self.work(work.plan, work.run, letters, work.progress)
            }
        }
    }

    private static func unpublished(_ run: RunID) -> SluiceError {
        SluiceError(
            .interrupted, "run \(run) was interrupted while its records went into their stream",
            remedy: "the run is committed; the pipeline's next run puts the rest there")
    }

    /// Parts of the run, in order; the commit itself is what the whole run took beside them.
    private static func timings(
        _ planning: Duration?, _ start: ContinuousClock.Instant, _ worked: ContinuousClock.Instant, _ now: ContinuousClock.Instant
    ) -> [RunReport.Timing] {
        func timing(_ name: String, _ duration: Duration) -> RunReport.Timing { .init(name, micros: Int64(duration.seconds * 1e6)) }
        return (planning.map { [timing("plan", $0)] } ?? [])
            + [timing("read, transform and stage", worked - start), timing("prepare the commit", now - worked)]
    }

    private static func interruption(_ run: RunID) -> SluiceError {
        SluiceError(.interrupted, "run \(run) was interrupted; nothing of it is visible", remedy: "run the pipeline again")
    }
}

extension SluiceError {
    /// Whether files of a table were gone before they were open, because another run had replaced them.
    var isOfReplacedTable: Bool { code == .tableChanged && isRetriable }

    /// What ended a run, whatever it was.
    static func endingRun(_ error: any Error) -> SluiceError {
        DefinitionErrors.list(error)?.first ?? SluiceError(.jobFailed, "\(error)", underlying: error)
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
