package import SluiceCatalog
import SluiceCore
package import SluicePipelines
package import SluiceLog

/// Runs a plan piece by piece: an epoch reads what is new, and commits its output together with how far it has read and what the steps keep,
/// in one transaction. So a run that is cut off anywhere goes on behind its last epoch, and every row counts once.
package struct EpochRunner: Sendable {
    private let catalog: Catalog
    private let streams: StreamStore
    private let home: String
    private let options: RunOptions
    let follow: FollowOptions
    /// How the run takes part where it shares its source with other processes; nil for a run that is alone with its pipeline.
    private let sharing: MembershipOptions?

    package init(
        catalog: Catalog, streams: StreamStore, home: String, options: RunOptions = RunOptions(), follow: FollowOptions,
        sharing: MembershipOptions? = nil
    ) {
        self.catalog = catalog
        self.streams = streams
        self.home = home
        self.options = options
        self.follow = follow
        self.sharing = sharing
    }

    /// Runs a plan over what no earlier run has read: once, or until the task is cancelled. A following run that is cancelled has succeeded.
    ///
    /// - Throws: `notIncremental`, `notShared`, `alreadyRunning`, `stateMismatch`, the first reject under `on_error: fail`, what reading and
    ///   writing throw. Epochs that were committed stay.
    @concurrent
    package func run(
        _ plan: LogicalPlan, progress: RunProgress = RunProgress(), planning: Duration? = nil
    ) async throws -> RunSummary {
        try sharing == nil ? IncrementalRules.check(plan) : SharingRules.check(plan)
        let name = plan.definition.name
        let lock = try catalog.lock(pipeline: name, isShared: sharing != nil)
        defer { lock.release() }
        let run = try catalog.beginRun(pipeline: name, definitionHash: plan.definition.hash, lineage: plan.storedLineage())
        progress.update { $0.list(plan) }
        progress.log(plan, in: StepLogs(home: home, pipeline: name, run: run.text))
        var work = EpochWork(
            plan: plan, run: run, catalog: catalog,
            publisher: Publisher(catalog: catalog, streams: streams, connectors: plan.connectors, progress: progress),
            home: home, options: options, progress: progress, follows: follow.follows)
        let clock = ContinuousClock()
        let start = clock.now
        do {
            try work.resume()
            try work.noteNewOutputs()
            do {
                try await sharing == nil ? loop(&work) : share(membership(of: plan), &work)
            } catch {
                guard follow.follows, Self.isAskedToEnd(by: error) else { throw error }
                await work.abandonEpoch()
            }
            if !follow.follows { try Task.checkCancellation() }
            try work.finish(planning: planning, working: clock.now - start)
            return work.summary(seconds: (clock.now - start).seconds)
        } catch {
            await work.abandonEpoch()
            let isInterrupted = error is CancellationError || Task.isCancelled
            if !isInterrupted { (plan.source.source as? any ResumableSource)?.noteFailure() }
            let failure =
                isInterrupted
                ? SluiceError(.interrupted, "run \(run) was interrupted; its epochs so far are committed", remedy: "run the pipeline again")
                : SluiceError.endingRun(error)
            try? catalog.failRun(run, failure, report: work.reportOfFailure, interrupted: isInterrupted, quality: progress.takeQuality())
            throw failure
        }
    }

    /// Clients of services say in words of their own that their call was cancelled.
    private static func isAskedToEnd(by error: any Error) -> Bool {
        error is CancellationError || Task.isCancelled && (error as? SluiceError)?.code == .interrupted
    }

    private func membership(of plan: LogicalPlan) throws -> any SourceMembership {
        guard let source = plan.source.source as? any SharedSource, let sharing else {
            preconditionFailure("the rules ask for such a source")
        }
        return try source.membership(of: plan.definition.name, sharing, in: catalog)
    }

    private func loop(_ work: inout EpochWork) async throws {
        let clock = ContinuousClock()
        var delay = RetryDelay()
        let request = SliceRequest(limitBytes: follow.follows ? follow.epochBytes : .max, leavesUnfinished: follow.follows)
        let patience = follow.follows ? nil : PublishLimits.patience
        var attempts = 1
        try await work.publish(patience: patience)
        while true {
            try Task.checkCancellation()
            let begun = clock.now
            let counts = work.progress.snapshot
            let slice: SourceSlice?
            var isCommitted = true
            do {
                slice = try await work.slice(request)
                if let slice {
                    try await work.carryOut(slice)
                } else if work.wouldMove {
                    try await work.carryOutSilence()
                } else {
                    isCommitted = false
                }
            } catch let error as SluiceError where error.isOfReplacedTable && attempts < EngineLimits.tableReadings {
                attempts += 1
                try await work.beginAgain()
                work.progress.update { $0 = counts }
                continue
            } catch let error as SluiceError where error.code == .newFields {
                await work.abandonEpoch()
                work.progress.update { $0 = counts }
                return work.end(before: error)
            } catch let error as SluiceError where follow.follows && error.isRetriable {
                try await work.beginAgain(counts, waitingFor: error)
                try await clock.sleep(for: delay.next())
                continue
            }
            (attempts, delay) = (1, RetryDelay())
            work.progress.update { $0.waiting = nil }
            if isCommitted { try await work.publish(patience: patience) }
            guard let slice else {
                guard follow.follows else { return }
                try work.strikeOffPublished()
                try await clock.sleep(for: follow.pollInterval)
                continue
            }
            if !follow.follows && slice.isLast { return }
            if slice.isLast { try await clock.sleep(until: begun + follow.interval) }
        }
    }
}
