import ArgumentParser
import SluiceCatalog
import SluiceCore
import SluiceEngine
import SluicePipelines

struct RunCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "run", abstract: "Run a pipeline: to the end of its input, over what is new, or for ever.",
            discussion: """
                What a run writes becomes visible at its end, all at once, or not at all. Ctrl-C stops a run and leaves earlier output \
                untouched; pressed twice it does not wait.

                A pipeline with `incremental: true` reads only what no earlier run has read. With --follow a run waits for more when it \
                has read everything, and makes its output visible piece by piece; Ctrl-C ends it, and the next run goes on behind the \
                last piece. A source or a sink that cannot be reached, at the start or later, is waited for.

                With --follow --share several processes run one pipeline that reads a stream: each has some of the shards, and they are \
                handed over when one starts, stops or dies.

                Examples:
                  \(program) run pipelines/delayed-flights.yaml
                  \(program) run pipelines/delayed-flights.yaml --show
                  \(program) run pipelines/clicks.yaml --strict --json
                  \(program) run pipelines/daily.yaml --param day=2024-03-01
                  \(program) run pipelines/clicks.yaml --follow --every 10s
                  \(program) run pipelines/clicks.yaml --follow --share
                """)
    }

    @Argument(help: ArgumentHelp("The pipeline's definition.", valueName: "file"), completion: .file(extensions: ["yaml", "yml"]))
    var name: String
    @Flag(help: "Read what is new, wait for more, and go on until stopped.") var follow = false
    @Option(help: ArgumentHelp("With --follow: how often output becomes visible. Default: 1s.", valueName: "time")) var every: TimeSpan?
    @OptionGroup var sharing: SharingOptions
    @Flag(help: "Forget what earlier runs have read and kept, and begin anew.") var reset = false
    @Option(help: "Tasks side by side. Otherwise one for each core.") var jobs: Int?
    @Option(help: ArgumentHelp("Memory that one step may hold, such as 500MB; 1MiB or more.", valueName: "size")) var memory: ByteCount?
    @Flag(help: "Exit with 3 if records became dead letters or were skipped.") var strict = false
    @Flag(help: "Show the first rows of the tables that were written.") var show = false
    @Flag(help: "Print nothing but errors, and rows that --show asks for.") var quiet = false
    @OptionGroup var parameters: ParameterOptions
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        try sharing.check(follow: follow, reset: reset)
        if every != nil, !follow { throw ValidationError("--every goes with --follow") }
        if let jobs, !(1...1024).contains(jobs) { throw ValidationError("--jobs takes a number from 1 to 1024") }
        try memory?.checkStepMemory()
    }

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let definition = try session.definition(name, parameters.given)
        let monitor = RunMonitor(console: session.console, isQuiet: quiet || output.json, tellsNotices: follow)
        return try await Interruption.cancelling {
            let catalog = try session.catalog(publishes: true)
            for outcome in try await PublicationRecovery.run(catalog, session.streams, session.connectors) {
                RecoveryNotices.show(outcome, on: session.console)
            }
            var plans = 1
            var earlier: [RunRecord] = []
            while true {
                do {
                    let ran = try await run(definition, monitor, catalog, session, resets: reset && plans == 1)
                    guard ran.summary.isCut, follow || plans < Self.mostPlans else {
                        return try await result(ran.summary, behind: earlier, stream: ran.stream, session: session, catalog: catalog)
                    }
                    earlier.append(try catalog.run(matching: ran.summary.run.text))
                } catch let error as RunError where error.isOfNewFields && plans < Self.mostPlans {
                    if let run = error.run { earlier.append(try catalog.run(matching: run.text)) }
                    if !quiet && !output.json { session.console.notice(error.newFieldsNotice) }
                } catch let stop as StoppedWaiting {
                    return stop.report(isQuiet: quiet)
                }
                plans += 1
            }
        }
    }

    /// How often a run is planned anew because records have fields that were not known.
    static let mostPlans = 20

    /// One run with a plan of its own.
    private func run(
        _ definition: PipelineDefinition, _ monitor: RunMonitor, _ catalog: Catalog, _ session: Session, resets: Bool
    ) async throws -> (summary: RunSummary, stream: String?) {
        let planner = PatientPlanning(definition: definition, session: session, catalog: catalog, monitor: monitor)
        let (plan, planning) = try await follow ? planner.waiting() : planner.once()
        if !quiet && !output.json { for notice in plan.notices { session.console.notice(notice) } }
        let progress = RunProgress()
        if resets { try catalog.forgetProgress(of: definition.name) }
        let started = catalog.clock.nowMicros()
        let summary: RunSummary
        do {
            summary = try await monitor.watching(progress, of: definition.name) {
                let publisher = LivePublisher(
                    plan, catalog: catalog, home: session.home, progress: progress, follows: follow)
                return try await publisher.during { try await carryOut(plan, progress, planning, catalog, session) }
            }
        } catch {
            throw RunError(error, of: definition.name, since: started, catalog: catalog)
        }
        if !quiet && !output.json {
            for notice in summary.notices where !plan.notices.contains(notice) && !monitor.told.contains(notice) {
                session.console.notice(notice)
            }
        }
        return (summary, plan.stream?.name)
    }

    private func carryOut(
        _ plan: LogicalPlan, _ progress: RunProgress, _ planning: Duration, _ catalog: Catalog, _ session: Session
    ) async throws -> RunSummary {
        async let _: Void = StartCode.drop(after: StartCode.untilRun)
        guard follow || plan.definition.isIncremental else {
            let runner = PipelineRunner(catalog: catalog, streams: session.streams, home: session.home, options: options)
            return try await runner.run(plan, progress: progress, planning: planning)
        }
        var how = FollowOptions(follows: follow)
        if let every { how.interval = .microseconds(every.micros) }
        let runner = EpochRunner(
            catalog: catalog, streams: session.streams, home: session.home, options: options, follow: how, sharing: sharing.membership)
        return try await runner.run(plan, progress: progress, planning: planning)
    }

    private var options: RunOptions {
        var options = RunOptions()
        if let jobs { options.width = jobs }
        if let memory { options.stateBytes = memory.bytes }
        return options
    }

    private func result(
        _ summary: RunSummary, behind earlier: [RunRecord], stream: String?, session: Session, catalog: Catalog
    ) async throws -> Report {
        var result = RunResult(
            record: try catalog.run(matching: summary.run.text), summary: summary, stream: stream, homeOption: homeOption)
        result.earlier = earlier
        for table in summary.tables { result.tables.append(try catalog.table(table)) }
        if show {
            for table in summary.tables {
                result.previews.append(try await TablePreview(of: table, limit: RunResult.previewRows, session: session, catalog: catalog))
            }
        }
        let status: CommandStatus = strict && result.allRejected > 0 ? .deadLetters : .done
        if status == .deadLetters && !quiet && !output.json {
            session.console.warning("not every record could be processed; under --strict the exit code is \(status.rawValue)")
        }
        return Report(quiet ? result.previewBlocks : result.blocks, json: result.json, status: status)
    }

    /// What commands that look at the same state need.
    private var homeOption: String { state.home.map { " --home " + ShellText.quoted($0) } ?? "" }
}
