import ArgumentParser
import SluiceCore

struct FlowValidateCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "validate", abstract: "Check flows: keys, fields and types against the entities of their connectors.",
            discussion: """
                Without a name all flows of pipelines/ are checked. All mistakes are shown at once, and nothing is written.

                Examples:
                  \(program) flow validate
                  \(program) flow validate accounts
                """)
    }

    @Argument(help: "Names of flows, or files.", completion: NameCompletion.flows) var flows: [String] = []
    @OptionGroup var parameters: ParameterOptions
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let all = try flows.isEmpty ? FlowFiles.all() : []
        for (flow, next) in zip(all, all.dropFirst()) where flow.name == next.name {
            throw FlowFiles.doubled(all.filter { $0.name == flow.name })
        }
        let files = try flows.isEmpty ? all.compactMap(\.file) : flows.map { try FlowFiles.find($0).file ?? $0 }
        guard !files.isEmpty else {
            throw SluiceError(.notFound, "there are no flows in \(DefinitionSearch.directory)/", remedy: "name a file")
        }
        var words = files
        for value in parameters.values { words += ["--param", value] }
        for file in parameters.files { words += ["--params", file] }
        if let home = home.home { words += ["--home", home] }
        if output.json { words.append("--json") }
        return try await ValidateCommand.parse(words).report()
    }
}
