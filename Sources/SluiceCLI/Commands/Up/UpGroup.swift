import Logging
import ServiceLifecycle
import SluiceCore
import SluiceEngine
import Synchronization

/// The parts of `up` as a group of services, which end one after another.
///
/// Jobs first: nothing more is started, and what runs may go on for the drain, with the pipelines and the port beside it. Then pipelines, which
/// commit what they have; the port last, because jobs and pipelines may use it. Its requests have what is left of the drain, some seconds at least.
struct UpGroup: Sendable {
    var port: UpServer?
    /// How long jobs and requests may go on.
    var drain: Duration
    /// Works until its task is cancelled; nil where no job may come.
    var schedule: (@Sendable () async throws -> Void)?
    /// Whether there are jobs, for which the group lasts.
    var hasJobs: Bool
    /// Follows pipelines until its task is cancelled, or until none of them can go on; nil where there are none.
    var pipelines: (@Sendable () async -> [PipelineSupervisor.Outcome])?

    /// What the parts leave behind.
    private final class Notes: Sendable {
        let outcomes = Mutex<[PipelineSupervisor.Outcome]>([])
        /// When the end began.
        let ending = Mutex<ContinuousClock.Instant?>(nil)

        /// What is left of a time that runs from the beginning of the end.
        func rest(of time: Duration, least: Duration) -> Duration {
            max(least, ending.withLock { $0 }.map { time - (ContinuousClock.now - $0) } ?? time)
        }
    }

    /// Works until a signal comes, until nothing is left to do, or until the scheduler gives up.
    ///
    /// - Returns: What became of the pipelines.
    /// - Throws: What ended the scheduler.
    @concurrent func run(_ ending: Interruption.Ending) async throws -> [PipelineSupervisor.Outcome] {
        let notes = Notes()
        let services = services(notes)
        guard !services.isEmpty else { return [] }
        // Signals are the program's own: the second one ends it at once.
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services, logger: Logger(label: "sluice.up") { _ in SwiftLogNoOpLogHandler() }))
        ending.set {
            notes.ending.withLock { $0 = .now }
            Task { await group.triggerGracefulShutdown() }
        }
        try await group.run()
        return notes.outcomes.withLock { $0 }
    }

    /// In the order in which they begin; they end in the other one.
    private func services(_ notes: Notes) -> [ServiceGroupConfiguration.ServiceConfiguration] {
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = []
        if let port {
            // It stays for its clients until somebody ends it.
            let part = UpPart("port") { await port.run { notes.rest(of: drain, least: Self.leastDrain) } }
            services.append(.init(service: part, successTerminationBehavior: .ignore))
        }
        if let pipelines {
            let part = UpPart("pipelines") {
                let ended = await pipelines()
                notes.outcomes.withLock { $0 = ended }
            }
            let isAll = port == nil && !hasJobs
            services.append(.init(service: part, successTerminationBehavior: isAll ? .gracefullyShutdownGroup : .ignore))
        }
        if let schedule {
            // Without jobs it is there for those that commands add.
            services.append(
                .init(
                    service: UpPart("scheduler", schedule), successTerminationBehavior: .ignore,
                    failureTerminationBehavior: hasJobs ? .gracefullyShutdownGroup : .ignore))
        }
        return services
    }

    /// For requests that are under way when jobs took all of the drain.
    private static let leastDrain = Duration.seconds(5)
}

/// A part that works until its task is cancelled, and ends what it has begun then.
private struct UpPart: Service, CustomStringConvertible {
    let description: String
    private let body: @Sendable () async throws -> Void

    init(_ description: String, _ body: @escaping @Sendable () async throws -> Void) {
        self.description = description
        self.body = body
    }

    @concurrent func run() async throws { try await cancelWhenGracefulShutdown(body) }
}
