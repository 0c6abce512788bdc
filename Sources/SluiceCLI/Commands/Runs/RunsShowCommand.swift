import ArgumentParser
import SluiceCatalog
import SluiceCore

struct RunsShowCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "show", abstract: "Show one run: counts of every step, inputs, outputs, timings, error.",
            discussion: """
                Of a run of a job: its attempts, its elements, and how far the pipeline is that it runs. --watch follows a run until it \
                ends, whichever process executes it.

                Examples:
                  \(program) runs show
                  \(program) runs show 01JD5Z
                  \(program) runs show 01JD5Z --watch
                """)
    }

    @Argument(help: LastRun.newestHelp, completion: NameCompletion.runs) var run = "last"
    @Flag(help: "Follow it until it ends; with --json, a line for each change.") var watch = false
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let catalog = try session.requireCatalog(for: "run \(run.quotedForMessage)")
        let found = try AnyRun(run, catalog, prefersJobs: false)
        if LastRun.isMeant(run), case .pipeline(let record) = found, let job = try Self.maker(of: record, catalog) {
            session.console.notice(
                "last is a run of the pipeline \(record.pipeline), newer than that of the job \(job.job): `runs show \(job.id)` shows that one"
            )
        }
        if watch { try await RunWatch(run: found, catalog: catalog, console: session.console, isJSON: output.json).follow() }
        if watch, output.json { return .streamed(.done) }
        return try RunWatch(run: found, catalog: catalog, console: session.console, isJSON: output.json).look().report
    }

    /// The newest run of a job, if it was at work when a pipeline's run began: then it may have made it.
    private static func maker(of record: RunRecord, _ catalog: Catalog) throws -> ScheduledRun? {
        let newest = try catalog.readSchedule { try $0.runs(limit: 1).first }
        guard let newest, let started = newest.startedMicros, started <= record.startedMicros,
            newest.endedMicros.map({ record.startedMicros <= $0 }) ?? true
        else { return nil }
        return newest
    }
}
