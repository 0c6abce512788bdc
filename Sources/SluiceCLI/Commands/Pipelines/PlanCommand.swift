import ArgumentParser
import SluiceCore
import SluicePipelines

struct PlanCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "plan", abstract: "Show what a run would read, do and write, with every column's type.",
            discussion: """
                Nothing is run and nothing is written.

                Example:
                  \(program) plan pipelines/delayed-flights.yaml
                """)
    }

    @Argument(help: ArgumentHelp("The pipeline's definition.", valueName: "file"), completion: .file(extensions: ["yaml", "yml"]))
    var name: String
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let plan = try await session.plan(session.definition(name))
        return Report([.verbatim(CellText.escapedLines(PlanText.text(plan)))], json: PlanText.json(plan))
    }
}
