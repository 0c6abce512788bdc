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

    @Argument(help: "The run's id, the beginning of one, or: last.", completion: NameCompletion.runs) var run = "last"
    @Flag(help: "Follow it until it ends; with --json, a line for each change.") var watch = false
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let catalog = try session.requireCatalog(for: "run \(run.quotedForMessage)")
        let found = try AnyRun(run, catalog, prefersJobs: false)
        if watch { try await RunWatch(run: found, catalog: catalog, console: session.console, isJSON: output.json).follow() }
        if watch, output.json { return .streamed(.done) }
        return try RunWatch(run: found, catalog: catalog, console: session.console, isJSON: output.json).look().report
    }
}
