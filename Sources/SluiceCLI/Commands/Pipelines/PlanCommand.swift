import ArgumentParser
import SluiceCore
import SluicePipelines

struct PlanCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "plan", abstract: "Show what a run would read, do and write, with every column's type.",
            discussion: """
                Nothing is run and nothing is written. With --graph the plan is drawn, with the columns at every edge: as a Mermaid flow \
                chart for Markdown, or as an SVG picture.

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
        if let graph {
            let text = graph.text(PlanGraph(plan))
            return Report(
                [.verbatim(text)],
                json: .object(["pipeline": .string(plan.definition.name), "format": .string(graph.rawValue), "graph": .string(text)]))
        }
        return Report([.verbatim(CellText.escapedLines(PlanText.text(plan)))], json: PlanText.json(plan))
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
