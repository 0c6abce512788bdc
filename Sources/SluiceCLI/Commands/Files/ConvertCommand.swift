import ArgumentParser
import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluiceEngine
import SluicePipelines
import SluiceLog

struct ConvertCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "convert", abstract: "Convert files from one format to another, without a pipeline.",
            discussion: """
                Formats come from the files' names (data.csv.gz is CSV in gzip), or from --from and --to; the format and compression of \
                inputs also from their content. Several inputs, patterns and directories are united by column name; directories named \
                key=value become columns. "-" is standard input, and as the output standard output; named pipes and <(…) are read as it is. An output that ends in / is a \
                directory of files.

                Rows keep their order. The output appears under its name when it is complete; it is not forced to disk (no fsync), as a \
                copy is not. `\(program) formats` lists the formats and their options.

                Examples:
                  \(program) convert orders.csv orders.parquet
                  \(program) convert 'logs/*.jsonl.gz' errors.csv --where "status >= 500" --select "at, path, status"
                  \(program) convert flights.parquet - --to json --limit 10
                  cat old.txt | \(program) convert - new.csv --from csv --delimiter ';' --encoding cp1252
                  \(program) convert orders.csv out/ --to parquet --partition-by month --compression zstd
                """)
    }

    @Argument(
        help: ArgumentHelp("Inputs (files, patterns, directories or -), and the output last.", valueName: "file"), completion: .file())
    var files: [String]
    @OptionGroup(title: "Formats") var formats: FormatArguments
    @OptionGroup(title: "Rows and columns") var rows: RowArguments
    @OptionGroup(title: "Records that cannot be read") var failures: FailureArguments
    @OptionGroup(title: "Work") var work: WorkArguments
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard files.count >= 2 else {
            throw ValidationError("name at least one input and the output: convert data.csv data.parquet")
        }
        if output.json, files.last == "-" { throw ValidationError("--json prints its document where the output \"-\" would be") }
        if files.last == "-", formats.to == nil { throw ValidationError("standard output has no name that tells a format: add --to csv") }
        try rows.check()
        try failures.check()
        try work.check()
    }

    func report() async throws -> Report {
        let console = Invocation.current.console
        let request = ConversionRequest(self)
        do {
            return try await Interruption.cancelling { try await convert(request, console) }
        } catch let error as SluiceError where error.code == .readerGone && files.last == "-" {
            // `sluice convert … - | head` has all that it wanted.
            return .streamed(.done)
        } catch {
            throw ConversionError(error, request)
        }
    }

    private func convert(_ request: ConversionRequest, _ console: Console) async throws -> Report {
        let spooled = try SpooledInputs(request.inputs, directory: ScratchDirectory.parent)
        let streams = StreamStore(directory: ".sluice/streams")
        let context = PlanContext(
            connectors: .conversion(spooled),
            connection: ConnectorContext(catalog: nil, streams: streams, pipeline: "convert", directory: ".", home: ".sluice"))
        let plan = try await Planner.plan(try request.definition(), in: context)
        let isQuiet = work.quiet || output.json
        if !isQuiet { for notice in plan.notices { console.notice(CommandLineWords.adapted(notice)) } }
        let runner = ConversionRunner(streams: streams, options: work.options)
        let monitor = RunMonitor(console: console, isQuiet: isQuiet, announces: false)
        let progress = RunProgress()
        let summary = try await monitor.watching(progress, of: "convert") {
            try await runner.run(plan, deadLetters: request.deadLetterFile, progress: progress)
        }
        if !isQuiet { for notice in summary.notices { console.notice(CommandLineWords.adapted(notice)) } }
        let result = ConversionResult(summary: summary, plan: plan, output: request.output)
        let status: CommandStatus = failures.strict && summary.report.deadLetters > 0 ? .deadLetters : .done
        if request.output == "-" {
            if !isQuiet { result.note(on: console) }
            return .streamed(status)
        }
        return Report(work.quiet ? [] : result.blocks, json: result.json, status: status)
    }
}
