import ArgumentParser

/// Commands about runs.
struct RunsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs", abstract: "Look at what ran and runs, end it, and do it again.",
        subcommands: [
            RunsListCommand.self, RunsShowCommand.self, RunsLogsCommand.self, RunsCancelCommand.self, RunsRetryCommand.self,
            RunsResumeCommand.self,
        ])
}
