import ArgumentParser
import SluiceCatalog
import SluiceCore

struct RunsListCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "list", abstract: "List runs, the newest first.",
            discussion: """
                Examples:
                  \(program) runs list
                  \(program) runs list --pipeline delayed-flights --state failed --limit 5
                  \(program) runs list --job nightly
                  \(program) runs list --jobs --state failed
                """)
    }

    enum State: String, ExpressibleByArgument, CaseIterable, Sendable {
        case running, succeeded, failed, interrupted
        case queued, retrying, cancelled, skipped
        case timedOut = "timed_out"

        /// As runs of pipelines have it; nil where only those of jobs do.
        var recorded: RunState? { RunState(rawValue: rawValue) }
        /// As runs of jobs have it; nil where only those of pipelines do.
        var scheduled: ScheduledRunState? { ScheduledRunState(rawValue: rawValue) }
    }

    /// Enough of an id to find the run by: its time in milliseconds, and some of what is random.
    private static let shownCharacters = 12

    @Option(help: "Only runs of this pipeline.") var pipeline: String?
    @Option(help: "Only runs in this state; queued, retrying, cancelled, skipped and timed_out are of jobs, interrupted is of pipelines.")
    var state: State?
    @Flag(help: "Runs of jobs, instead of those of pipelines.") var jobs = false
    @Option(help: ArgumentHelp("Only runs of this job.", valueName: "name")) var job: String?
    @Option(help: "How many runs to list at most.") var limit = 20
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...100_000).contains(limit) else { throw ValidationError("--limit takes a number from 1 to 100000") }
        if isOfJobs, pipeline != nil || state == .interrupted {
            throw ValidationError("--pipeline and --state interrupted are for runs of pipelines")
        }
    }

    /// A state that only jobs have says enough.
    private var isOfJobs: Bool { jobs || job != nil || state.map { $0.recorded == nil } ?? false }

    func report() async throws -> Report {
        let catalog = try Session(home: home.directory).existingCatalog()
        if isOfJobs { return try jobRuns(catalog) }
        let runs = try catalog?.runs(pipeline: pipeline, state: state?.recorded, limit: limit) ?? []
        let json = Value.object(["runs": .list(runs.map(\.json))])
        if runs.isEmpty {
            let isFiltered = pipeline != nil || state != nil
            let what = isFiltered ? "No such runs of pipelines" : "No runs of pipelines"
            let hasJobs = try catalog?.readSchedule { try !$0.runs(limit: 1).isEmpty } ?? false
            let hint = hasJobs ? "there are runs of jobs: `\(Invocation.current.programName) runs list --jobs`" : Session.noState
            return Report([.line("\(what) in \(home.directory)."), .line(hint, .dim)], json: json)
        }
        var table = TextTable([
            .init("run", isWhole: true), .init("pipeline"), .init("state", isWhole: true), .init("started", isWhole: true),
            .init("took", .right, isWhole: true), .init("written", .right, isWhole: true), .init("dead", .right, isWhole: true),
        ])
        for run in runs {
            table.add([
                String(run.id.text.prefix(Self.shownCharacters)), run.pipeline, run.stateText,
                HumanText.time(micros: run.startedMicros, hasSeconds: false),
                run.durationMicros.map { HumanText.duration(seconds: Double($0) / 1e6) } ?? "",
                HumanText.short(Double(run.report.rowsOut)), HumanText.short(Double(run.report.deadLetters)),
            ])
        }
        return Report([.table(table)], json: json)
    }

    private func jobRuns(_ catalog: Catalog?) throws -> Report {
        let runs = try catalog?.readSchedule { try $0.runs(job: job, state: state?.scheduled, limit: limit) } ?? []
        let json = Value.object(["runs": .list(runs.map(\.json))])
        guard !runs.isEmpty else {
            // A name that is mistyped has no runs either.
            if let job { _ = try ScheduleProject(Session(home: home.directory)).job(job) }
            let what = job != nil || state != nil ? "No such runs of jobs" : "No runs of jobs"
            return Report([.line("\(what) in \(home.directory).")], json: json)
        }
        return Report([.table(ScheduledRunScreen.table(runs))], json: json)
    }
}
