import ArgumentParser

/// Commands about records that could not be processed.
struct DeadLettersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dlq", abstract: "Look at records that could not be processed, replay them, and remove them.",
        subcommands: [DeadLettersListCommand.self, DeadLettersShowCommand.self, DeadLettersReplayCommand.self, DeadLettersDropCommand.self])
}
