import ArgumentParser

struct SecretsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secrets", abstract: "Passwords and keys, encrypted in the state, that definitions name as ${secret:NAME}.",
        subcommands: [SecretsSetCommand.self, SecretsListCommand.self, SecretsRemoveCommand.self])
}
