import ArgumentParser

struct ConnectionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connections",
        abstract: "How services and databases are reached: settings, and credentials that are encrypted in the state.",
        subcommands: [
            ConnectionsAddCommand.self, ConnectionsTestCommand.self, ConnectionsListCommand.self, ConnectionsRemoveCommand.self,
        ])

    /// What to do where there is no connection yet.
    static let noState = "make one with `sluice connections add`, or say with --home or SLUICE_HOME where the state is"
}
