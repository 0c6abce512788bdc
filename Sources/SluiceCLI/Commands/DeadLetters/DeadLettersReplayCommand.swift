import ArgumentParser
import SluiceCatalog
import SluiceCore
import SluiceEngine
import SluicePipelines

struct DeadLettersReplayCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "replay", abstract: "Send dead letters through their pipeline again, each once.",
            discussion: """
                The records go through the definition as it is now, into the same outputs. Letters that were replayed are marked; what \
                fails again becomes a letter again, with its history. A pipeline is found by its name in pipelines/, or name its file.

                Examples:
                  \(program) dlq replay late-flights --dry-run
                  \(program) dlq replay pipelines/late-flights.yaml --run 01HQX
                  \(program) dlq replay daily --param day=2024-03-01
                """)
    }

    @Argument(help: "The pipeline, or its definition's file. Otherwise all that have dead letters.") var pipeline: String?
    @Option(help: "Only letters of runs whose id begins so.") var run: String?
    @Flag(help: "Say what would be replayed.") var dryRun = false
    @Flag(help: "Exit with 3 if records failed again or stay letters.") var strict = false
    @OptionGroup var parameters: ParameterOptions
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard pipeline == nil else { return }
        if run != nil { throw ValidationError("--run goes with a pipeline") }
        if !parameters.values.isEmpty || !parameters.files.isEmpty { throw ValidationError("--param and --params go with a pipeline") }
    }

    func report() async throws -> Report {
        let session = Session(home: home.directory)
        return try await Interruption.cancelling {
            let catalog = try session.catalog(publishes: true)
            let search = DefinitionSearch(session: session)
            var definitions: [PipelineDefinition] = []
            if let pipeline {
                definitions = [try search.definition(pipeline, parameters.given)]
                let files = try DeadLettersSelection.files(
                    DeadLetterArchive(home: session.home), definitions[0].name, run, knownIn: session)
                if files.isEmpty { definitions = [] }
            } else {
                let files = try DeadLetterArchive(home: session.home).files().filter { $0.replayedBy == nil }
                definitions = try Set(files.map(\.pipeline)).sorted().map { try search.definition($0) }
            }
            var summaries: [ReplaySummary] = []
            for definition in definitions {
                let rereads = definition.replacesOutput(session.connectors)
                let adding = definition.appending(session.connectors)
                let plan = try await Planner.plan(adding, in: session.planContext(for: definition, catalog: catalog))
                let runner = ReplayRunner(catalog: catalog, streams: session.streams, home: session.home)
                summaries.append(try await runner.run(plan, rereads: rereads, run: run, isDry: dryRun))
            }
            let isWhole = summaries.allSatisfy { $0.failed == 0 && $0.kept.isEmpty }
            return Report(blocks(summaries), json: json(summaries), status: strict && !isWhole ? .deadLetters : .done)
        }
    }

    private func blocks(_ summaries: [ReplaySummary]) -> [Report.Block] {
        guard summaries.contains(where: { $0.replayed > 0 || !$0.kept.isEmpty }) else { return [.line("No dead letters to replay.")] }
        var table = TextTable([
            .init("pipeline", isWhole: true), .init(dryRun ? "would be replayed" : "replayed", .right), .init("failed again", .right),
            .init("stay", .right), .init("run", isWhole: true),
        ])
        for summary in summaries {
            let stay = summary.kept.values.reduce(0, +)
            table.add([
                summary.pipeline, HumanText.grouped(Int64(summary.replayed)), HumanText.grouped(Int64(summary.failed)),
                HumanText.grouped(Int64(stay)), summary.run?.run.text ?? "",
            ])
        }
        var blocks: [Report.Block] = [.table(table)]
        for summary in summaries {
            for (reason, count) in summary.kept.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                blocks.append(
                    .paragraph(
                        "\(summary.pipeline): kept \(HumanText.count(Int64(count), "letter")) (\(reason.rawValue)): \(reason.text)",
                        indent: 0))
            }
            for letter in summary.run?.deadLetters ?? [] {
                blocks.append(.line("  \(letter.location?.description ?? "?")  \(letter.code): \(letter.message)"))
            }
        }
        return blocks
    }

    private func json(_ summaries: [ReplaySummary]) -> Value {
        .object([
            "dry_run": .boolean(dryRun),
            "pipelines": .list(
                summaries.map { summary in
                    .object([
                        "pipeline": .string(summary.pipeline), "replayed": .number(summary.replayed),
                        "failed_again": .number(summary.failed),
                        "kept": .list(
                            summary.kept.sorted { $0.key.rawValue < $1.key.rawValue }.map { reason, count in
                                .object([
                                    "reason": .string(reason.rawValue), "letters": .number(count), "explanation": .string(reason.text),
                                ])
                            }),
                        "runs": .texts(summary.files.map(\.run)), "run_id": .text(summary.run?.run.text),
                        "rows_written": .number(Int(summary.run?.report.rowsOut ?? 0)),
                        "dead_letter_file": .text(summary.run?.report.deadLetterFile),
                    ])
                }),
        ])
    }
}
