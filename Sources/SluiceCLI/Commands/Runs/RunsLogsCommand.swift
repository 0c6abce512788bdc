import ArgumentParser
import SluiceCatalog
import SluiceCore
import SluiceEngine

struct RunsLogsCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "logs", abstract: "Show what a run of a job printed, or all runs of its graph.",
            discussion: """
                Each attempt has a log of its own. Of one that grew beyond 10 MiB the newest parts are kept, of each job as many as its \
                `keep_logs` says, and 2 GiB of all jobs.

                What programs of a pipeline (`exec`, taps and targets of Singer) write on their standard error has a log for each run and \
                step, whoever started the run; those of its ends are the steps source and sink.

                Examples:
                  \(program) runs logs last
                  \(program) runs logs 01JDXA --attempt 1
                  \(program) runs logs 01JDXA --graph
                  \(program) runs logs last --follow
                  \(program) runs logs last --step 2
                  \(program) runs logs last --step source
                """)
    }

    @Argument(help: LastRun.jobFirstHelp) var id = "last"
    @Option(help: "Only this attempt; the last one when absent.") var attempt: Int?
    @Option(help: ArgumentHelp("Only what the program of this step wrote, by its name or number.", valueName: "step")) var step: String?
    @Flag(help: "Of all runs that belong together: jobs after jobs, and elements.") var graph = false
    @Flag(help: "Go on until the run ends.") var follow = false
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if graph, follow || attempt != nil { throw ValidationError("--graph goes with neither --follow nor --attempt") }
        if step != nil, follow || graph || attempt != nil {
            throw ValidationError("--step goes with none of --follow, --graph and --attempt")
        }
    }

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let catalog = try session.requireCatalog(for: "run \(id.quotedForMessage)")
        let run: ScheduledRun
        switch try AnyRun(id, catalog) {
        case .job(let found): run = found
        case .pipeline(let record):
            let steps = try StepLogArchive(home: session.home).logs(of: record.id.text, pipeline: record.pipeline)
            if step != nil || !steps.isEmpty { return try StepLogScreen.report(steps, step: step, run: record.id.text) }
            guard let found = try AnyRun.owner(of: record, catalog) else {
                throw SluiceError(
                    .notFound, "the run \(record.id) of \(record.pipeline) has no log: it printed where it was started",
                    remedy: "`runs show \(record.id)` has its error; runs of jobs have logs, and programs of steps that write any")
            }
            run = found
        }
        if let step {
            return try StepLogScreen.report(
                StepLogArchive(home: session.home).logs(ofJob: run.id.text), step: step, run: run.id.text)
        }
        guard graph else {
            return try await RunLogScreen.report(run, attempt, catalog, session.console, follow: follow, isJSON: output.json)
        }
        let runs = try catalog.readSchedule { try $0.runs(root: run.root, limit: 10_000) }.reversed()
        var blocks: [Report.Block] = []
        var items: [Value] = []
        for run in runs {
            guard let attempt = try catalog.readSchedule({ try $0.attempts(of: run.id) }).last else { continue }
            let text = (try? DiskFiles.read(attempt.log)).map { String(decoding: $0, as: UTF8.self) }
            let name = run.job + (run.element.map { " [\($0)]" } ?? "")
            blocks += [.blank, .line("\(name)  \(ScheduledRunScreen.words(run.state))  \(run.id)", .heading)]
            if let text, !text.isEmpty { blocks.append(.verbatim(text)) }
            items.append(
                .object([
                    "run_id": .string(run.id.text), "job": .string(run.job), "element": .text(run.element),
                    "state": .string(run.state.rawValue), "path": .string(attempt.log), "text": .text(text),
                ]))
        }
        return Report(Array(blocks.dropFirst()), json: .object(["logs": .list(items)]))
    }
}
