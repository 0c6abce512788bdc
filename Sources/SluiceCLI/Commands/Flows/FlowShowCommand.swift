import ArgumentParser
import SluiceCatalog
import SluiceCore
import SluicePipelines

struct FlowShowCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "show", abstract: "Show a flow: its ends, the steps that it becomes, and how far it has read.",
            discussion: """
                Example:
                  \(program) flow show accounts
                """)
    }

    @Argument(help: "The flow's name, or its file.", completion: NameCompletion.flows) var flow: String
    @OptionGroup var parameters: ParameterOptions
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let session = Session(home: home.directory)
        let found = try FlowFiles.find(flow, orOfClients: session)
        let last = try session.existingCatalog()?.runs(pipeline: found.pipeline, limit: 1).first
        var facts = KeyValueBlock([
            "source": found.source, "pull": found.pull, "trigger": found.trigger, "file": found.place,
            "last run": last.map { "\($0.stateText) \(HumanText.time(micros: $0.startedMicros))" } ?? "never",
        ])
        for destination in found.destinations { facts.add("destination", destination) }
        for window in last?.report.windows ?? [] { facts.add("last window", window.text) }
        guard case .structure(var members) = found.json(last) else { return Report(json: .null) }
        guard let file = found.file else {
            // Its run is planned by the server, which has the buckets.
            let text = DefinitionText.yaml(found.root)
            members.append(.init("definition", .string(text)))
            return Report(
                [
                    .line(found.name, .heading), .pairs(facts), .blank, .line("As a definition of a project", .heading),
                    .verbatim(CellText.escapedLines(text)),
                ], json: .structure(members))
        }
        let plan = try await session.plan(session.definition(file, parameters.given))
        members.append(.init("plan", PlanText.json(plan)))
        return Report(
            [
                .line(found.name, .heading), .pairs(facts), .blank, .line("Becomes this pipeline", .heading),
                .verbatim(CellText.escapedLines(PlanText.text(plan))),
            ], json: .structure(members))
    }
}
