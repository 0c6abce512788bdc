import ArgumentParser

/// Commands about runs.
struct RunsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs", abstract: "Look at what ran, and how it went.", subcommands: [RunsListCommand.self, RunsShowCommand.self])
}
