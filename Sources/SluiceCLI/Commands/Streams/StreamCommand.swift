import ArgumentParser

/// Commands about streams.
struct StreamCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stream", abstract: "Look at streams and their records.",
        subcommands: [StreamListCommand.self, StreamDescribeCommand.self, StreamTailCommand.self])
}
