package import SluiceCatalog
package import SluiceCore
package import SluiceLog
package import SluicePipelines

/// Keeps one pipeline following its source: a run that fails is begun again, behind what it committed, after a pause that grows.
package struct PipelineSupervisor: Sendable {
    /// What happened to the pipeline.
    package enum Event: Sendable {
        case running
        /// A run failed; the next one begins after the pause.
        case waiting(SluiceError, pause: Duration)
        /// A run failed in a way that no waiting mends.
        case stopped(SluiceError)
    }

    /// What became of all its runs.
    package struct Outcome: Sendable {
        package var pipeline: String
        package var rowsRead: Int64 = 0
        package var rowsWritten: Int64 = 0
        package var rejected: Int64 = 0
        /// Runs that failed and were begun again.
        package var restarts = 0
        /// What ended the last run, where no other was begun after it; nil where it was asked to end.
        package var failure: SluiceError?

        /// - Parameter pipeline: One that has done nothing yet.
        package init(of pipeline: String) { self.pipeline = pipeline }

        mutating func add(_ snapshot: RunProgress.Snapshot) {
            rowsRead += snapshot.rowsRead
            rowsWritten += snapshot.rowsWritten
            rejected += snapshot.rejected
        }
    }

    private let catalog: Catalog
    private let streams: StreamStore
    private let home: String
    private let options: RunOptions
    private let follow: FollowOptions

    package init(catalog: Catalog, streams: StreamStore, home: String, options: RunOptions, follow: FollowOptions) {
        self.catalog = catalog
        self.streams = streams
        self.home = home
        self.options = options
        self.follow = follow
    }

    /// Runs until the task is cancelled, or until the pipeline cannot go on.
    ///
    /// - Parameters:
    ///   - first: Nil where what it needs was away when it was to be planned.
    ///   - replan: Plans the definition anew for a run after a failure: files, tables and streams may have changed.
    @concurrent
    package func run(
        _ name: String, _ first: LogicalPlan?, replan: @Sendable () async throws -> LogicalPlan, tell: @Sendable (Event) -> Void
    ) async -> Outcome {
        let runner = EpochRunner(catalog: catalog, streams: streams, home: home, options: options, follow: follow)
        var outcome = Outcome(of: name)
        var plan = first
        var wasPlanned = first != nil
        var pause = SupervisionLimits.pauses.lowerBound
        while !Task.isCancelled {
            let epoch = epochCount(name)
            let progress = RunProgress()
            var isPlanning = false
            do {
                let current: LogicalPlan
                if let plan {
                    current = plan
                } else {
                    isPlanning = true
                    current = try await replan()
                    (isPlanning, wasPlanned) = (false, true)
                }
                outcome.failure = nil
                tell(.running)
                let publisher = LivePublisher(current, catalog: catalog, home: home, progress: progress, follows: true)
                let summary = try await publisher.during { try await runner.run(current, progress: progress) }
                outcome.add(progress.snapshot)
                // Records have fields that the plan did not know, and another one will.
                guard summary.isCut else { return outcome }
                plan = nil
            } catch {
                outcome.add(progress.snapshot)
                let failure = SluiceError.endingRun(error)
                if Task.isCancelled { return outcome }
                outcome.failure = failure
                // The definition was right before: what keeps it from being planned again is in its inputs, and may be mended there.
                guard isPlanning && wasPlanned || failure.code.category == .run else {
                    tell(.stopped(failure))
                    return outcome
                }
                if epochCount(name) > epoch { pause = SupervisionLimits.pauses.lowerBound }
                tell(.waiting(failure, pause: pause))
                outcome.restarts += 1
                plan = nil
                try? await Task.sleep(for: pause)
                pause = min(pause * 2, SupervisionLimits.pauses.upperBound)
            }
        }
        return outcome
    }

    /// Epochs that the pipeline has committed: a run that adds to them has come forward.
    private func epochCount(_ pipeline: String) -> Int { (try? catalog.pipelineState(pipeline))??.epoch ?? 0 }
}

/// Bounds of supervision.
package enum SupervisionLimits {
    /// After a run that failed: at first, doubled after each that came no further, and at most.
    static let pauses = Duration.seconds(1)...Duration.seconds(60)
    /// Pipelines of one process.
    package static let pipelines = 1_000
}
