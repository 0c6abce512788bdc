import ArgumentParser
import Glibc
import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceScheduler

struct RunsCancelCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "cancel", abstract: "End a run, whichever process executes it: softly, and hard when its time for that is over.",
            discussion: """
                A run of a job has the job's `grace` to end by itself; a run of a pipeline that was started by hand has --grace. What a \
                pipeline had not committed is not there. The record says who asked, and why.

                Examples:
                  \(program) runs cancel last
                  \(program) runs cancel 01JDXA --reason 'the source is wrong'
                """)
    }

    @Argument(help: LastRun.openHelp) var id: String
    @Option(help: ArgumentHelp("Why; kept with the run.", valueName: "text")) var reason: String?
    @Option(help: ArgumentHelp("How long a pipeline's run has to end by itself. Default: 10s.", valueName: "time")) var grace: TimeSpan?
    @Flag(help: "Do not wait until it has ended.") var detach = false
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let catalog = try session.requireCatalog(for: "run \(id.quotedForMessage)")
        switch try AnyRun(LastRun.open(id, catalog, takesPipelines: true), catalog) {
        case .job(let run): return try await RunCancelling.cancel(run, reason, session, detach: detach)
        case .pipeline(let record):
            if let run = try AnyRun.owner(of: record, catalog) {
                return try await RunCancelling.cancel(run, reason, session, detach: detach)
            }
            return try await RunCancelling.cancel(record, reason, catalog, grace: grace?.micros ?? 10_000_000, detach: detach)
        }
    }
}

/// Ends runs that other processes execute.
enum RunCancelling {
    /// Who asks: the user, and this process.
    static var author: String {
        let user = getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? "user \(getuid())"
        return "\(user), process \(getpid())"
    }

    /// Ends a run of a job. Where no scheduler is at work, this process ends it.
    static func cancel(_ run: ScheduledRun, _ reason: String?, _ session: Session, detach: Bool) async throws -> Report {
        let catalog = try session.catalog()
        try requireOpen(run)
        let note = RunCancellation(run: run.id, author: author, reason: reason)
        let leads = try catalog.scheduleLeader() != nil
        let asked = try catalog.changeSchedule { ledger in
            guard let current = try ledger.run(run.id), !current.state.isOver else { return run }
            return try ScheduleRequests.cancel(current, note, isLed: leads, ledger)
        }
        let ended = detach || asked.state.isOver ? asked : try await waited(for: asked, session, catalog)
        let text = ended.state.isOver ? "The run \(run.id) is \(ScheduledRunScreen.words(ended.state))." : "The run \(run.id) ends soon."
        return Report(
            [.line(text)] + (ended.reason.map { [.line($0, .dim)] } ?? []), json: .object(["runs": .list([ended.json])]))
    }

    private static func requireOpen(_ run: ScheduledRun) throws(SluiceError) {
        guard run.state.isOver else { return }
        throw SluiceError(.usage, "the run \(run.id) of \(run.job) is over: \(ScheduledRunScreen.words(run.state))")
    }

    /// Until it has ended, or its time for that and some more is over.
    private static func waited(for run: ScheduledRun, _ session: Session, _ catalog: Catalog) async throws -> ScheduledRun {
        let project = try ScheduleProject(session)
        let grace = project.set[run.job]?.rules.graceMicros ?? 0
        let end = ContinuousClock.now + .microseconds(grace) + .seconds(30)
        var options = Scheduler.Options(session)
        (options.root, options.startsNothing) = (run.root, true)
        let service = SchedulerService(catalog: catalog, jobs: project.set, options: options, drainMicros: 0) { _ in }
        let isOver: @Sendable (Bool) throws -> Bool = { _ in
            try ContinuousClock.now > end || catalog.readSchedule { try $0.run(run.id)?.state.isOver ?? true }
        }
        try await Interruption.cancelling { try await service.run(until: isOver) }
        return try catalog.readSchedule { try $0.run(run.id) } ?? run
    }

    /// Ends a pipeline's run that a person or another program started.
    static func cancel(
        _ record: RunRecord, _ reason: String?, _ catalog: Catalog, grace: Int64, detach: Bool
    ) async throws -> Report {
        guard record.state == .running else {
            throw SluiceError(.usage, "the run \(record.id) of \(record.pipeline) is over: \(record.state.rawValue)")
        }
        let others = try catalog.runs(state: .running).filter { $0.process == record.process }
        guard others.count == 1 else {
            throw SluiceError(
                .usage,
                "process \(record.process.processID) executes \(others.count) pipelines: \(others.map(\.pipeline).joined(separator: ", "))",
                remedy: "take the pipeline out of what `up` follows, or end that process as a whole")
        }
        try catalog.changeSchedule { try $0.note(RunCancellation(run: record.id, author: author, reason: reason)) }
        kill(record.process.processID, SIGTERM)
        var isKilled = false
        if !detach {
            isKilled = try await Interruption.cancelling { try await ended(record.process, within: grace) }
        }
        let found = try catalog.run(matching: record.id.text)
        let note = try catalog.readSchedule { try $0.cancellation(of: record.id) }
        let how = isKilled ? ", and killed because it did not listen" : ""
        return Report(
            [.line(found.state == .running ? "The run \(record.id) ends soon." : "The run \(record.id) is \(found.state.rawValue)\(how).")],
            json: .object(["run": found.json, "cancelled_by": .text(note?.author), "killed": .boolean(isKilled)]))
    }

    /// - Returns: Whether the process had to be killed.
    private static func ended(_ process: ProcessIdentity, within grace: Int64) async throws -> Bool {
        let begun = ContinuousClock.now
        var isKilled = false
        while process.isRunning {
            if !isKilled, ContinuousClock.now - begun > .microseconds(grace) {
                kill(process.processID, SIGKILL)
                isKilled = true
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        return isKilled
    }
}
