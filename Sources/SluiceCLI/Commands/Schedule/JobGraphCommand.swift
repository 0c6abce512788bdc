import ArgumentParser
import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceScheduler
import SluiceSchedules

struct JobGraphCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "graph", abstract: "Draw jobs and which of them run after which.",
            discussion: """
                Examples:
                  \(program) job graph
                  \(program) job graph report --format svg > jobs.svg
                """)
    }

    enum Format: String, CaseIterable, ExpressibleByArgument { case text, mermaid, svg }

    @Argument(help: "Only this job, those before it and those behind it.") var name: String?
    @Option(help: "As text, mermaid or svg.") var format = Format.text
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let project = try ScheduleProject(Session(home: state.directory))
        if let name { _ = try project.job(name) }
        let graph = JobGraph(project.set, around: name)
        let json = Value.object([
            "jobs": .list(
                try graph.names.map { name in
                    let job = try project.job(name)
                    return .object([
                        "job": .string(name), "kind": .string(job.kind), "after": .texts(job.rules.after?.jobs ?? []),
                        "when": .string(job.rules.after?.isAny == true ? "any" : "all"),
                        "states": .texts(job.rules.after?.states.sorted() ?? []),
                    ])
                })
        ])
        guard !graph.names.isEmpty else { return Report([.line("No jobs.")], json: json) }
        switch format {
        case .text: return Report([.drawing(graph.lines)], json: json)
        case .mermaid: return Report([.verbatim(graph.mermaid)], json: json)
        case .svg: return Report([.verbatim(graph.svg)], json: json)
        }
    }
}
