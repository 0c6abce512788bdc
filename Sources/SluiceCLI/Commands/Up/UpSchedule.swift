import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceScheduler
import SluiceSchedules
import Synchronization

/// The scheduler beside following pipelines: its jobs, and those that take their place.
final class UpSchedule: Sendable {
    /// Folders whose jobs it runs; none where files alone were named.
    let folders: [String]
    private let session: Session
    private let state: Mutex<State>

    private struct State {
        var jobs: JobSet
        /// What is wrong with declarations that were left out.
        var mistakes: [SluiceError]
        /// Puts other jobs in place once the scheduler works.
        var put: (@Sendable (JobSet) -> Void)?
    }

    /// - Parameter names: What a person named to follow, an empty list for the project; nil: no jobs.
    init(_ names: [String]?, _ session: Session) throws {
        let named = (names ?? []).filter { DiskFiles.kind(of: $0) == .directory }.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        if let names, names.isEmpty {
            folders = JobSet.folders
        } else {
            folders = named.isEmpty ? [] : named + (named.contains("catalog") ? [] : ["catalog"])
        }
        self.session = session
        var (jobs, mistakes) = (JobSet(), [SluiceError]())
        if !folders.isEmpty {
            (jobs, mistakes) = JobSet.read(folders: folders, stored: try Self.stored(session)) { _ = try session.definition($0) }
        }
        state = Mutex(State(jobs: jobs, mistakes: mistakes))
    }

    var jobs: JobSet { state.withLock { $0.jobs } }
    var mistakes: [SluiceError] { state.withLock { $0.mistakes } }
    var isEmpty: Bool { jobs.names.isEmpty }

    private static func stored(_ session: Session) throws -> JobRows {
        try session.existingCatalog()?.readSchedule { try $0.jobRows() } ?? JobRows()
    }

    /// Works until the task is cancelled.
    ///
    /// - Parameters:
    ///   - webhooks: The port at which callers make jobs run; nil: none.
    ///   - port: Values of `RunVariables.port`.
    func run(
        _ catalog: Catalog, slots: Int?, drain: TimeSpan?, webhooks: Int?, port: [String: String], isQuiet: Bool
    ) async throws {
        if folders.isEmpty { return }
        var options = Scheduler.Options(session)
        options.port = port
        options.hasWholeProject = folders == JobSet.folders
        if let slots { options.slots = slots }
        let console = session.console
        let jobs = jobs
        let hooks = try webhooks.map { try UpWebhooks(port: $0, jobs: jobs, catalog) }
        let events = UpEvents(session: session)
        let service = SchedulerService(
            catalog: catalog, jobs: jobs, options: options, drainMicros: drain?.micros ?? Self.drainMicros,
            probe: { try await events.sight(of: $0) }
        ) { event in
            if case .warning(let text) = event { return console.warning(text) }
            if !isQuiet { ScheduleEvents.show(event, on: console) }
        }
        state.withLock { state in
            state.put = { jobs in
                service.reload(jobs)
                hooks?.reload(jobs)
            }
        }
        if !isQuiet, !isEmpty { console.err.writeLine("scheduler: \(HumanText.count(jobs.names.count, "job"))") }
        for notice in jobs.missingFiles.prefix(Self.shownNotices) { console.warning(notice) }
        if let hooks, !isQuiet { console.err.writeLine(hooks.summary) }
        try await service.run()
    }

    static let drainMicros: Int64 = 30_000_000
    /// Files of jobs that are not there, of which a person reads.
    private static let shownNotices = 20

    /// Reads the declarations again and puts their jobs in place; of those that are wrong now the jobs from before stay.
    func reload() throws {
        if folders.isEmpty { return }
        let (jobs, mistakes) = JobSet.read(folders: folders, stored: try Self.stored(session), keeping: self.jobs) { [session] path in
            _ = try session.definition(path)
        }
        let put = state.withLock { state in
            (state.jobs, state.mistakes) = (jobs, mistakes)
            return state.put
        }
        put?(jobs)
        for notice in jobs.missingFiles.prefix(Self.shownNotices) { session.console.warning(notice) }
    }
}
