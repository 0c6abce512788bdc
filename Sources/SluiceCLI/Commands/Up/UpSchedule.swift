import Dispatch
import Glibc
import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceScheduler
import SluiceSchedules

/// The scheduler beside following pipelines: its jobs, and how it learns of changed definitions.
struct UpSchedule: Sendable {
    /// Folders whose jobs it runs; none where files alone were named.
    let folders: [String]
    let jobs: JobSet
    private let session: Session

    /// - Parameter names: What a person named to follow, an empty list for the project; nil: no jobs.
    /// - Throws: The mistakes of all jobs.
    init(_ names: [String]?, _ session: Session) throws {
        let named = (names ?? []).filter { DiskFiles.kind(of: $0) == .directory }.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        if let names, names.isEmpty {
            folders = JobSet.folders
        } else {
            folders = named.isEmpty ? [] : named + (named.contains("catalog") ? [] : ["catalog"])
        }
        self.session = session
        jobs = try Self.load(folders, session)
    }

    var isEmpty: Bool { jobs.names.isEmpty }

    private static func load(_ folders: [String], _ session: Session) throws -> JobSet {
        if folders.isEmpty { return JobSet() }
        return try JobSet.load(folders: folders, stored: session.existingCatalog()?.readSchedule { try $0.jobs() } ?? [])
    }

    /// Works until the task is cancelled; SIGHUP reads the definitions again.
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
        if let slots { options.slots = slots }
        let console = session.console
        let hooks = try webhooks.map { try UpWebhooks(port: $0, jobs: jobs, catalog) }
        let events = UpEvents(session: session)
        let service = SchedulerService(
            catalog: catalog, jobs: jobs, options: options, drainMicros: drain?.micros ?? Self.drainMicros,
            probe: { try await events.sight(of: $0) }
        ) { event in
            if case .warning(let text) = event { return console.warning(text) }
            if !isQuiet { ScheduleEvents.show(event, on: console) }
        }
        let watch = HangupWatch { reload(service, hooks, console) }
        defer { watch.end() }
        if !isQuiet, !isEmpty { console.err.writeLine("scheduler: \(HumanText.count(jobs.names.count, "job"))") }
        for notice in jobs.missingFiles.prefix(Self.shownNotices) { console.warning(notice) }
        if let hooks, !isQuiet { console.err.writeLine(hooks.summary) }
        try await service.run()
    }

    static let drainMicros: Int64 = 30_000_000
    /// Files of jobs that are not there, of which a person reads.
    private static let shownNotices = 20

    /// Definitions that are wrong leave those before in place.
    private func reload(_ service: SchedulerService, _ hooks: UpWebhooks?, _ console: Console) {
        do {
            let jobs = try Self.load(folders, session)
            service.reload(jobs)
            hooks?.reload(jobs)
            console.notice("read the definitions again: \(HumanText.count(jobs.names.count, "job"))")
            for notice in jobs.missingFiles.prefix(Self.shownNotices) { console.warning(notice) }
        } catch {
            ScheduleProject.warn(of: DefinitionErrors.list(error) ?? [], on: console)
            console.warning("the definitions from before stay in place")
        }
    }
}

/// Calls a closure on each SIGHUP, from `init` to `end`.
private final class HangupWatch {
    private let source: any DispatchSourceSignal

    init(_ body: @escaping @Sendable () -> Void) {
        signal(SIGHUP, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: .global())
        source.setEventHandler(handler: body)
        source.resume()
    }

    func end() {
        source.cancel()
        signal(SIGHUP, SIG_DFL)
    }
}
