import ArgumentParser
import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceScheduler
import SluiceSchedules

struct ScheduleHistoryCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "history", abstract: "List runs of jobs, the newest first, or show one with its attempts.",
            discussion: """
                Examples:
                  \(program) schedule history
                  \(program) schedule history nightly --state failed
                  \(program) schedule history --run last
                """)
    }

    @Argument(help: "Only runs of this job.") var name: String?
    @Option(help: ArgumentHelp("Only runs in this state.", valueName: "state")) var state: ScheduledRunState?
    @Option(
        help: ArgumentHelp("One run, with its attempts: its id, how that begins, or last: the newest of any job.", valueName: "run"))
    var run: String?
    @Option(help: "How many.") var limit = 20
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...100_000).contains(limit) else { throw ValidationError("--limit takes a number from 1 to 100000") }
    }

    func report() async throws -> Report {
        let session = Session(home: home.directory)
        if let run {
            let catalog = try session.requireCatalog(for: "run \(run.quotedForMessage) of a job")
            return try JobRunScreen(try catalog.scheduledRun(matching: run), catalog).report
        }
        let runs = try session.existingCatalog()?.readSchedule { try $0.runs(job: name, state: state, limit: limit) } ?? []
        let json = Value.object(["runs": .list(runs.map(\.json))])
        guard !runs.isEmpty else {
            // A name that is mistyped has no runs either.
            if let name { _ = try ScheduleProject(session).job(name) }
            return Report([.line("No \(name == nil && state == nil ? "" : "such ")runs of jobs in \(home.directory).")], json: json)
        }
        return Report([.table(ScheduledRunScreen.table(runs))], json: json)
    }
}

extension ScheduledRunState: ExpressibleByArgument {}

struct ScheduleLogsCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "logs", abstract: "Show what a run printed.",
            discussion: """
                Examples:
                  \(program) schedule logs last
                  \(program) schedule logs 01JDXA --attempt 1
                  \(program) schedule logs last --follow
                """)
    }

    @Argument(help: LastRun.jobHelp) var id: String
    @Option(help: "Only this attempt; the last one when absent.") var attempt: Int?
    @Flag(help: "Go on until the run ends.") var follow = false
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let catalog = try session.requireCatalog(for: "run \(id.quotedForMessage) of a job")
        let run = try catalog.scheduledRun(matching: id)
        return try await RunLogScreen.report(run, attempt, catalog, session.console, follow: follow, isJSON: output.json)
    }
}

struct ScheduleCancelCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "cancel", abstract: "End a run: softly, and hard when its time for that is over.",
            discussion: """
                Examples:
                  \(program) schedule cancel last
                """)
    }

    @Argument(help: LastRun.openHelp) var id: String
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let catalog = try session.requireCatalog(for: "run \(id.quotedForMessage) of a job")
        let run = try catalog.scheduledRun(matching: LastRun.open(id, catalog, takesPipelines: false))
        return try await RunCancelling.cancel(run, nil, session, detach: false)
    }
}
