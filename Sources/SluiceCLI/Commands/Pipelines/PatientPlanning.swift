import SluiceCatalog
import SluiceCore
import SluiceEngine
import SluicePipelines

/// Plans a definition for a run. Where the run follows its source, what cannot be reached for the moment is waited for, as it is later in the run.
struct PatientPlanning: Sendable {
    typealias Planned = (plan: LogicalPlan, duration: Duration)

    let definition: PipelineDefinition
    let session: Session
    let catalog: Catalog
    let monitor: RunMonitor

    /// - Returns: The plan and how long it took.
    func once() async throws -> Planned {
        let begun = ContinuousClock.now
        let plan = try await Planner.plan(definition, in: session.planContext(for: definition, catalog: catalog))
        return (plan, ContinuousClock.now - begun)
    }

    /// Plans, as often as it takes until what is away is back; `sluice top` and the log say what it is.
    ///
    /// - Throws: what no waiting mends; `StoppedWaiting`.
    func waiting() async throws -> Planned {
        let reason: String
        do {
            return try await once()
        } catch {
            guard !Task.isCancelled, let passing = DefinitionErrors.passingReason(error) else { throw error }
            reason = passing
        }
        let progress = RunProgress()
        progress.tell(waitingFor: reason)
        var monitor = monitor
        monitor.announces = false
        let publisher = LivePublisher(waiting: definition.name, catalog: catalog, home: session.home, progress: progress)
        return try await monitor.watching(progress, of: definition.name) {
            try await publisher.during { try await again(reason, progress) }
        }
    }

    private func again(_ first: String, _ progress: RunProgress) async throws -> Planned {
        var delay = RetryDelay()
        var reason = first
        while true {
            do {
                try await Task.sleep(for: delay.next())
                return try await once()
            } catch {
                if Task.isCancelled { throw StoppedWaiting(pipeline: definition.name, reason: reason) }
                guard let passing = DefinitionErrors.passingReason(error) else { throw error }
                reason = passing
                progress.tell(waitingFor: reason)
            }
        }
    }
}

/// A following run was asked to end while it waited to begin: a good end, of which no run is recorded.
struct StoppedWaiting: Error {
    let pipeline: String
    /// What it waited for.
    let reason: String

    func report(isQuiet: Bool) -> Report {
        Report(
            isQuiet ? [] : [.line("\(pipeline) was stopped before it began; it waited: \(reason)")],
            json: .object([
                "pipeline": .string(pipeline), "run": .null, "state": .string("stopped"), "waiting": .string(KnownSecrets.masked(reason)),
            ]))
    }
}
