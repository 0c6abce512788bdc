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
        let found = try FlowFiles.find(flow)
        let session = Session(home: home.directory)
        let plan = try await session.plan(session.definition(found.path, parameters.given))
        let catalog = try session.existingCatalog()
        let last = try catalog?.runs(pipeline: found.name, limit: 1).first
        var facts = KeyValueBlock([
            "source": found.source, "pull": found.pull, "trigger": found.trigger, "file": found.path,
            "last run": last.map { "\($0.state.rawValue) \(HumanText.time(micros: $0.startedMicros))" } ?? "never",
        ])
        for destination in found.destinations { facts.add("destination", destination) }
        for window in last?.report.windows ?? [] { facts.add("last window", window.text) }
        guard case .structure(var members) = found.json(last) else { return Report(json: .null) }
        members.append(.init("plan", PlanText.json(plan)))
        return Report(
            [
                .line(found.name, .heading), .pairs(facts), .blank, .line("Becomes this pipeline", .heading),
                .verbatim(CellText.escapedLines(PlanText.text(plan))),
            ], json: .structure(members))
    }
}
