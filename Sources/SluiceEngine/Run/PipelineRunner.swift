import Crypto
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
    /// - Throws: `alreadyRunning`, the first reject under `on_error: fail`, what reading and writing throw, `CancellationError` as `interrupted`.
    ///   Nothing of the run is visible then, and the run's record names the error.
    @concurrent
    package func run(
        _ plan: LogicalPlan, progress: RunProgress = RunProgress(), planning: Duration? = nil
    ) async throws -> RunSummary {
        let definition = plan.definition
        let lock = try catalog.lock(pipeline: definition.name)
        defer { lock.release() }
        let publisher = Publisher(catalog: catalog, streams: streams)
        try await publisher.finish(definition.name)
        let run = try catalog.beginRun(pipeline: definition.name, definitionHash: definition.hash)
        let letters = DeadLetterFile(path: "\(home)/dead-letters/\(definition.name)/\(run).jsonl")
        let work = RunWork(
            plan: plan, run: run, options: options, streams: streams, progress: progress,
            rejects: RejectHandler(policy: definition.onError, file: letters, progress: progress),
            spillPath: "\(home)/tmp/\(run)")
        let clock = ContinuousClock()
        let start = clock.now
        var summary: RunSummary
        do {
            try catalog.stage(plan.sink.stagingPaths(run: run.text) + [letters.stagedPath, work.spillPath], run: run)
            let staged = try await work.execute()
            let worked = clock.now
            var output = try plan.sink.commit(schema: plan.outputSchema, run: run.text, staged: staged)
            var report = work.report
            if try letters.close() {
                output.renames.append(.init(staged: letters.stagedPath, final: letters.path))
                report.deadLetterFile = letters.path
            }
            report.outputs = staged.map(\.finalPath).filter { !$0.isEmpty }
            try Task.checkCancellation()
            report.timings = Self.timings(planning, start, worked, clock.now)
            try catalog.commit(output, run: run, report: report)
            summary = RunSummary(
                run: run, pipeline: definition.name, report: report, seconds: (clock.now - start).seconds,
                tables: output.tables.map(\.definition.name), target: plan.sink.summary, errorPolicy: definition.onError.rawValue,
                deadLetters: work.rejects.shown, notices: plan.notices + progress.snapshot.lateNotices)
        } catch {
            letters.discard()
            await plan.sink.discard(run: run.text)
            let isInterrupted = error is CancellationError || Task.isCancelled
            let failure = isInterrupted ? Self.interruption(run) : SluiceError.endingRun(error)
            try? catalog.failRun(run, failure, report: work.report, interrupted: isInterrupted)
            throw failure
        }
        do {
            try await publisher.finish(definition.name)
        } catch is CancellationError {
            throw Self.unpublished(run)
        }
        summary.seconds = (clock.now - start).seconds
        return summary
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
    /// What ended a run, whatever it was.
    static func endingRun(_ error: any Error) -> SluiceError {
        error as? SluiceError ?? SluiceError(.jobFailed, "\(error)", underlying: error)
    }
}

extension PipelineDefinition {
    /// SHA-256 of its text, in hexadecimal.
    var hash: String {
        SHA256.hash(data: Array(text.utf8)).map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
