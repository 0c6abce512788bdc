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
    private let follow: FollowOptions

    package init(catalog: Catalog, streams: StreamStore, home: String, options: RunOptions = RunOptions(), follow: FollowOptions) {
        self.catalog = catalog
        self.streams = streams
        self.home = home
        self.options = options
        self.follow = follow
    }

    /// Runs a plan over what no earlier run has read: once, or until the task is cancelled. A following run that is cancelled has succeeded.
    ///
    /// - Throws: `notIncremental`, `alreadyRunning`, `stateMismatch`, the first reject under `on_error: fail`, what reading and writing throw.
    ///   Epochs that were committed stay.
    @concurrent
    package func run(
        _ plan: LogicalPlan, progress: RunProgress = RunProgress(), planning: Duration? = nil
    ) async throws -> RunSummary {
        try IncrementalRules.check(plan)
        guard let source = plan.source.source as? any IncrementalSource else { preconditionFailure("the rules ask for such a source") }
        let name = plan.definition.name
        let lock = try catalog.lock(pipeline: name)
        defer { lock.release() }
        let run = try catalog.beginRun(pipeline: name, definitionHash: plan.definition.hash)
        progress.update { $0.list(plan.steps) }
        var work = EpochWork(
            plan: plan, run: run, catalog: catalog, publisher: Publisher(catalog: catalog, streams: streams), home: home, options: options,
            progress: progress)
        let clock = ContinuousClock()
        let start = clock.now
        do {
            try work.resume()
            do {
                try await loop(source, &work)
            } catch is CancellationError where follow.follows {
                await work.abandonEpoch()
            }
            if !follow.follows { try Task.checkCancellation() }
            try work.finish(planning: planning, working: clock.now - start)
            return work.summary(seconds: (clock.now - start).seconds)
        } catch {
            await work.abandonEpoch()
            let isInterrupted = error is CancellationError || Task.isCancelled
            let failure =
                isInterrupted
                ? SluiceError(.interrupted, "run \(run) was interrupted; its epochs so far are committed", remedy: "run the pipeline again")
                : SluiceError.endingRun(error)
            try? catalog.failRun(run, failure, report: work.report, interrupted: isInterrupted)
            throw failure
        }
    }

    private func loop(_ source: any IncrementalSource, _ work: inout EpochWork) async throws {
        let clock = ContinuousClock()
        let request = SliceRequest(limitBytes: follow.follows ? follow.epochBytes : .max, leavesUnfinished: follow.follows)
        let patience = follow.follows ? nil : PublishLimits.patience
        try await work.publish(patience: patience)
        while true {
            try Task.checkCancellation()
            let begun = clock.now
            if let slice = try await source.slice(after: work.positions, request) {
                try await work.carryOut(slice)
                try await work.publish(patience: patience)
                if !follow.follows && slice.isLast { return }
                if slice.isLast { try await clock.sleep(until: begun + follow.interval) }
            } else {
                guard follow.follows else { return }
                if work.wouldMove {
                    try await work.carryOutSilence()
                    try await work.publish(patience: patience)
                }
                try work.strikeOffPublished()
                try await clock.sleep(for: follow.pollInterval)
            }
        }
    }
}
