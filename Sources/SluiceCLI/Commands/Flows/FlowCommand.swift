import ArgumentParser

/// Flows between services and tables.
struct FlowCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "flow", abstract: "Move records between services, tables and files: definitions with `flow` in pipelines/.",
            discussion: """
                A flow is a pipeline whose ends are connectors. It is run by its name, goes on behind what it has committed, and remembers \
                which window each run pulled.

                Examples:
                  \(program) flow list
                  \(program) flow preview accounts
                  \(program) flow run accounts
                  \(program) flow history accounts
                """,
            subcommands: [
                FlowListCommand.self, FlowShowCommand.self, FlowRunCommand.self, FlowResumeCommand.self, FlowCancelCommand.self,
                FlowHistoryCommand.self, FlowPreviewCommand.self, FlowValidateCommand.self,
            ])
    }
}
