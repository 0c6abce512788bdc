import ArgumentParser
import SluiceCatalog
import SluiceCore
import SluiceEngine
import SluicePipelines

struct BackfillRunCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "run", abstract: "Run a pipeline over a range of the past, unit by unit.",
            discussion: """
                The range is cut into units: partitions of the source, days of its files or of a stream's records. Each unit is a run of its \
                own. What it writes replaces the output's partitions of that time, and nothing else; with --append it is added. The range \
                begins at --from and ends before --to; all times are in UTC.

                The same command goes on where it was stopped or killed: units that are done are not done again, unless --restart says so. \
                What incremental and following runs have read is not touched. The exit code is 1 when a unit failed.

                Examples:
                  \(program) backfill pipelines/daily.yaml --from 2024-03-01 --to 2024-04-01 --dry-run
                  \(program) backfill pipelines/daily.yaml --from 2024-03 --to 2024-04 --parallel 4
                  \(program) backfill pipelines/clicks.yaml --from 2024-03-01 --to 2024-03-08 --append --unit hour
                """)
    }

    @Argument(help: ArgumentHelp("The pipeline's definition.", valueName: "file"), completion: .file(extensions: ["yaml", "yml"]))
    var name: String
    @Option(
        help: ArgumentHelp("Where the range begins: a year, month, day, hour or time, or of a stream a record's number.", valueName: "time")
    )
    var from: BackfillBound
    @Option(help: ArgumentHelp("Where the range ends; what happens at this time is not in it.", valueName: "time")) var to: BackfillBound
    @Option(help: "How long a unit is: hour, day, month or year. Otherwise as long as a partition of the source, or a day.")
    var unit: CalendarUnit?
    @Option(help: "Where the time of files comes from: path or modified. Otherwise partitions, then dates in paths, then last changes.")
    var time: FileTime?
    @Flag(help: "Add the output to what is there, instead of replacing partitions.") var append = false
    @Flag(name: .customLong("dry-run"), help: "Show units, inputs and what would be replaced; do nothing.") var isDryRun = false
    @Option(help: "Units side by side. Otherwise one for each core.") var parallel: Int?
    @Flag(help: "Do units anew that are done.") var restart = false
    @Flag(help: "Keep units that are done, although the definition has changed since.") var keepDone = false
    @Flag(help: "Stop at the first unit that fails.") var failFast = false
    @Option(help: ArgumentHelp("Memory that one step may hold, such as 500MB; 1MiB or more.", valueName: "size")) var memory: ByteCount?
    @Flag(help: "Print nothing but errors.") var quiet = false
    @OptionGroup var parameters: ParameterOptions
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let parallel, !(1...1024).contains(parallel) { throw ValidationError("--parallel takes a number from 1 to 1024") }
        if restart, keepDone { throw ValidationError("choose one of --restart and --keep-done") }
        try memory?.checkStepMemory()
    }

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let definition = try session.definition(name, parameters.given)
        if isDryRun { return try await dryRun(definition, session) }
        return try await Interruption.cancelling {
            let catalog = try session.catalog()
            let backfill = try await plan(definition, session, catalog)
            if !isSilent { for notice in backfill.notices { session.console.notice(notice) } }
            let progress = BackfillProgress(backfill, session.console, isSilent: isSilent)
            let runner = BackfillRunner(catalog: catalog, streams: session.streams, home: session.home, options: options)
            progress.begin(try catalog.backfill(backfill.key), restarts: restart)
            let record = try await runner.run(backfill, manner) { progress.show($0) }
            let screen = BackfillScreen(record: record, basis: backfill.cut.basis)
            let failed = record.count(.failed)
            if failed > 0 { progress.tell(failed, of: record) }
            return Report(quiet ? [] : screen.blocks, json: screen.json, status: failed > 0 ? .failed : .done)
        }
    }

    private func dryRun(_ definition: PipelineDefinition, _ session: Session) async throws -> Report {
        let preview: BackfillPreview
        if let catalog = try session.existingCatalog() {
            preview = try BackfillPreview(try await plan(definition, session, catalog), catalog, restarts: restart)
        } else {
            let scratch = try ScratchDirectory()
            defer { scratch.remove() }
            let catalog = try Catalog(home: scratch.path)
            preview = try BackfillPreview(try await plan(definition, session, catalog), catalog, restarts: restart)
            try catalog.close()
        }
        if !isSilent { for notice in preview.backfill.notices { session.console.notice(notice) } }
        return Report(preview.blocks, json: preview.json)
    }

    private func plan(_ definition: PipelineDefinition, _ session: Session, _ catalog: Catalog) async throws -> BackfillPlan {
        var whole = definition
        // Other rules hold than those for what is read once.
        whole.isIncremental = false
        let now = catalog.clock.nowMicros()
        var context = session.planContext(for: definition, catalog: catalog)
        context.backfill = BackfillRequest(
            range: BackfillRange(from: from, to: to), unit: unit, leastUnit: nil, splitsShards: append, fileTime: time, nowMicros: now)
        let plan = try await Planner.plan(whole, in: context)
        var asked = BackfillOptions(range: BackfillRange(from: from, to: to))
        asked.unit = unit
        asked.fileTime = time
        asked.appends = append
        return try await BackfillPlan.make(plan, asked, nowMicros: now)
    }

    private var isSilent: Bool { quiet || output.json }

    private var options: RunOptions {
        var options = RunOptions()
        if let memory { options.stateBytes = memory.bytes }
        return options
    }

    private var manner: BackfillRunner.Manner {
        var manner = BackfillRunner.Manner()
        if let parallel { manner.width = parallel }
        manner.restarts = restart
        manner.keepsDone = keepDone
        manner.failsFast = failFast
        return manner
    }
}
