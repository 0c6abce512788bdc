import ArgumentParser
import SluiceCore
import SluiceEngine
import SluicePipelines

struct PlanCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "plan", abstract: "Show what a run would read, do and write, with every column's type.",
            discussion: """
                Nothing is run and nothing is written. Behind the steps stands the physical plan: the stages of a run, what tasks exchange \
                between them and by which key, what each step keeps, and how each sink comes by its guarantee. With --graph the plan is \
                drawn, with the columns at every edge: as a Mermaid flow chart for Markdown, or as an SVG picture.

                Examples:
                  \(program) plan pipelines/delayed-flights.yaml
                  \(program) plan pipelines/delayed-flights.yaml --graph svg > plan.svg
                """)
    }

    @Argument(help: ArgumentHelp("The pipeline's definition.", valueName: "file"), completion: .file(extensions: ["yaml", "yml"]))
    var name: String
    @Option(help: ArgumentHelp("Draw the plan: mermaid or svg.", valueName: "format")) var graph: GraphFormat?
    @OptionGroup var parameters: ParameterOptions
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let plan = try await session.plan(session.definition(name, parameters.given))
        let physical = await PhysicalPlan(plan)
        if let graph {
            let text = graph.text(PlanGraph(plan, notes: PhysicalPlanText.notes(physical)))
            return Report(
                [.verbatim(text)],
                json: .object(["pipeline": .string(plan.definition.name), "format": .string(graph.rawValue), "graph": .string(text)]))
        }
        guard case .structure(var members) = PlanText.json(plan) else { preconditionFailure("a plan is one object") }
        members.append(.init("physical", PhysicalPlanText.json(physical)))
        let text = PlanText.text(plan) + "\n" + PhysicalPlanText.text(physical)
        return Report([.verbatim(CellText.escapedLines(text))], json: .structure(members))
    }
}

/// How a plan is drawn.
enum GraphFormat: String, CaseIterable, ExpressibleByArgument, Sendable {
    case mermaid, svg

    func text(_ graph: PlanGraph) -> String {
        switch self {
        case .mermaid: MermaidText.text(graph)
        case .svg: SVGText.text(graph)
        }
    }
}
