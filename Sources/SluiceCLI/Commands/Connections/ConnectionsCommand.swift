import ArgumentParser

struct ConnectionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connections",
        abstract: "How services and databases are reached: settings, and credentials that are encrypted in the state.",
        subcommands: [
            ConnectionsAddCommand.self, ConnectionsTestCommand.self, ConnectionsListCommand.self, ConnectionsRemoveCommand.self,
        ])
}
