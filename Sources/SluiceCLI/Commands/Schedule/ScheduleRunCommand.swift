import ArgumentParser
import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceScheduler
import SluiceSchedules

struct ScheduleRunCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "run", abstract: "Run a job now, and the jobs that run after it.",
            discussion: """
                Where `\(program) up` is at work it runs the job; otherwise this command does, and ends with it. The exit code is 1 when a run \
                did not succeed; one behind others whose condition was not met is left out of that.

                Examples:
                  \(program) schedule run nightly
                  \(program) schedule run nightly --param day=2024-03-01
                  \(program) schedule run nightly --detach
                """)
    }

    @Argument(help: "The job's name.") var name: String
    @Option(
        name: .customLong("param"), help: ArgumentHelp("A value for a parameter; may be given several times.", valueName: "name=value"))
    var parameters: [String] = []
    @Flag(help: "Do not wait: whoever schedules next runs it.") var detach = false
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard parameters.allSatisfy({ ($0.firstIndex(of: "=") ?? $0.startIndex) > $0.startIndex }) else {
            throw ValidationError("--param takes a name and a value, such as --param day=2024-03-01")
        }
    }

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let project = try ScheduleProject(session)
        let job = try project.job(name)
        let given = Dictionary(
            parameters.map { text in
                let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                return (String(parts[0]), String(parts[1]))
            }, uniquingKeysWith: { $1 })
        // Whoever waits for the run's end needs no sync for its beginning.
        let run = try session.catalog().changeSchedule(isSynced: detach) { ledger in
            try ScheduleRequests.add(job, .manual, parameters: given, ledger)
        }
        return try await ScheduleWait.report(run, project, detach: detach, isQuiet: output.json)
    }
}

struct ScheduleRetryCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "retry", abstract: "Do a run that did not succeed again, and what runs after it.",
            discussion: """
                Of a graph of jobs only the part from the failed run on is done. The exit code is 1 when a run did not succeed.

                Examples:
                  \(program) schedule retry last
                  \(program) schedule retry 01JDXA
                """)
    }

    @Argument(help: LastRun.failedHelp) var id: String
    @Flag(help: "Do not wait: whoever schedules next runs it.") var detach = false
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let catalog = try session.requireCatalog(for: "run \(id.quotedForMessage) of a job")
        let project = try ScheduleProject(session)
        let before = try catalog.scheduledRun(matching: LastRun.failed(id, catalog, session.console))
        let job = try project.job(before.job)
        let run = try catalog.changeSchedule(isSynced: detach) { try ScheduleRequests.retry(before, job, $0) }
        return try await ScheduleWait.report(run, project, detach: detach, isQuiet: output.json)
    }
}

/// Waits for a run and all that go back to it.
enum ScheduleWait {
    /// - Parameter detach: Only say that it was asked for.
    static func report(_ run: ScheduledRun, _ project: ScheduleProject, detach: Bool, isQuiet: Bool) async throws -> Report {
        let catalog = try project.session.catalog()
        if detach {
            let leads = try catalog.scheduleLeader() != nil
            let text = leads ? "The run \(run.id) begins soon." : "The run \(run.id) waits for `up`."
            return Report([.line(text)], json: .object(["runs": .list([run.json])]))
        }
        // Runs by hand come one behind the other: the next one finds the log of the database.
        Invocation.current.openState?.hold(catalog)
        var options = Scheduler.Options(project.session)
        options.root = run.root
        let console = project.session.console
        let service = SchedulerService(catalog: catalog, jobs: project.set, options: options, drainMicros: 0) { event in
            if !isQuiet { ScheduleEvents.show(event, on: console) }
        }
        let isOver: @Sendable (Bool) throws -> Bool = { _ in
            try catalog.readSchedule { ledger in
                try ledger.run(run.id)?.state.isOver == true && ledger.runs(root: run.root, limit: .max).allSatisfy(\.state.isOver)
            }
        }
        try await Interruption.cancelling { try await service.run(until: isOver) }
        let runs = Array(try catalog.readSchedule { try $0.runs(root: run.root, limit: .max) }.reversed())
        var blocks: [Report.Block] = [.table(ScheduledRunScreen.table(Array(runs.suffix(shownRuns))))]
        if runs.count > shownRuns { blocks.insert(.line("… \(runs.count - shownRuns) before them", .dim), at: 0) }
        return Report(
            blocks + ScheduledRunScreen.failures(runs), json: .object(["runs": .list(runs.map(\.json))]),
            status: runs.contains { !$0.state.isOver } ? .interrupted : ScheduledRunScreen.status(runs))
    }

    /// Runs that a table has; the newest.
    private static let shownRuns = 1_000
}

/// What a scheduler tells while it works.
enum ScheduleEvents {
    static func show(_ event: Scheduler.Event, on console: Console) {
        switch event {
        case .leads: break
        case .follows(let leader): console.notice("process \(leader.process.processID) schedules; this one waits beside it")
        case .started(let run): console.err.writeLine("\(name(run)): run \(run.id) started, attempt \(run.attempts)")
        case .retries(let run):
            let pause = max(0, run.notBeforeMicros - WallClock.system.nowMicros())
            console.err.writeLine(
                "\(name(run)): run \(run.id) is tried again in \(HumanText.duration(seconds: Double(pause) * 1e-6))\(reason(run))")
        case .ended(let run):
            console.err.writeLine("\(name(run)): run \(run.id) \(ScheduledRunScreen.words(run.state))\(reason(run))")
        case .drains(let running, let micros):
            let what = micros > 0 ? "may go on for \(TimeSpan(micros: micros))" : "asked to end"
            console.err.writeLine("scheduler: ends; \(HumanText.count(running, "run")) \(what)")
        case .warning(let text): console.warning(text)
        }
    }

    private static func name(_ run: ScheduledRun) -> String { run.job + (run.element.map { " [\($0)]" } ?? "") }
    private static func reason(_ run: ScheduledRun) -> String { run.reason.map { ": \($0)" } ?? "" }
}
