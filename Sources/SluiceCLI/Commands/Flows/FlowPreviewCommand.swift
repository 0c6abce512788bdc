import ArgumentParser
import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluiceEngine
import SluicePipelines

struct FlowPreviewCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "preview", abstract: "Show the first rows of a flow behind its mapping, for each destination; nothing is written.",
            discussion: """
                The first records of the entity are read (--sample), whatever earlier runs have read. There is no run record.

                Example:
                  \(program) flow preview accounts --limit 5
                """)
    }

    @Argument(help: "The flow's name, or its file.", completion: NameCompletion.flows) var flow: String
    @Option(help: "Rows to show of each destination.") var limit = 10
    @Option(help: ArgumentHelp("Records of the source to read.", valueName: "count")) var sample = 1_000
    @OptionGroup var parameters: ParameterOptions
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...100_000).contains(limit) else { throw ValidationError("--limit takes a number from 1 to 100000") }
        guard (1...1_000_000).contains(sample) else { throw ValidationError("--sample takes a number from 1 to 1000000") }
    }

    func report() async throws -> Report {
        let found = try FlowFiles.find(flow)
        var plans = 1
        while true {
            do {
                return try await preview(found)
            } catch let error as SluiceError where error.code == .newFields && plans < RunCommand.mostPlans {
                // The fields are known now; the next plan shows them.
                plans += 1
            }
        }
    }

    private func preview(_ found: FlowFiles.Flow) async throws -> Report {
        let session = Session(home: home.directory)
        let definition = try session.definition(found.file ?? found.name, parameters.given)
        var plan = try await session.plan(definition)
        plan.source.source = SampledSource(plan.source.source, rows: sample)
        let collected = plan.outputs.indices.map { _ in CollectedRows() }
        plan.steps.removeAll { $0.isOfSink }
        let before = plan.steps.last?.outputSchema ?? plan.source.schema
        for index in plan.outputs.indices {
            plan.outputs[index].steps.removeAll { $0.isOfSink }
            plan.outputs[index].sink = collected[index].sink
            if plan.outputs[index].name == nil { plan.outputs[index].inputSchema = before }
            plan.outputs[index].outputSchema = plan.outputs[index].steps.last?.outputSchema ?? plan.outputs[index].inputSchema
        }
        let runner = ConversionRunner(streams: session.streams, options: RunOptions(width: 1))
        let summary = try await Interruption.cancelling { [plan] in
            let scratch = try ScratchDirectory()
            defer { scratch.remove() }
            return try await runner.run(plan, deadLetters: scratch.path + "/letters")
        }
        return report(found, plan, collected, rejected: summary.report.deadLetters)
    }

    private func report(_ found: FlowFiles.Flow, _ plan: LogicalPlan, _ collected: [CollectedRows], rejected: Int64) -> Report {
        var blocks: [Report.Block] = []
        var outputs: [Value] = []
        for (output, rows) in zip(plan.outputs, collected) {
            // The mark of removed records leads to their removal, and no destination gets it.
            let mark = output.outputSchema.names.firstIndex(of: FlowPull.deletionColumn)
            let fields = output.outputSchema.fields.enumerated().filter { $0.offset != mark }
            var table = TextTable(fields.map { TextTable.Column($0.element.name, $0.element.type.alignment) })
            var items: [Value] = []
            for batch in rows.rows {
                for row in 0..<batch.rowCount where items.count < limit && mark.map({ batch.columns[$0][row] }) != .boolean(true) {
                    let values = fields.map { batch.columns[$0.offset][row] }
                    table.add(values.map(\.cell))
                    items.append(.structure(zip(fields, values).map { .init($0.element.name, $1) }))
                }
            }
            if !blocks.isEmpty { blocks.append(.blank) }
            if let name = output.name { blocks.append(.line(name, .heading)) }
            blocks.append(.table(table))
            let columns = fields.map { Value.object(["name": .string($0.element.name), "type": .string("\($0.element.type)")]) }
            outputs.append(.object(["destination": .text(output.name), "columns": .list(columns), "rows": .list(items)]))
        }
        if rejected > 0 {
            blocks += [.blank, .line("\(HumanText.count(rejected, "record")) of the sample could not be processed", .warning)]
        }
        return Report(
            blocks, json: .object(["flow": .string(found.name), "outputs": .list(outputs), "rejected": .integer(rejected)]))
    }
}
