import ArgumentParser

/// Commands about streams.
struct StreamCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stream", abstract: "Make, fill, read and change streams.",
        subcommands: [
            StreamCreateCommand.self, StreamListCommand.self, StreamDescribeCommand.self, StreamPutCommand.self, StreamTailCommand.self,
            StreamPeekCommand.self, StreamSplitCommand.self, StreamMergeCommand.self, StreamScaleCommand.self, StreamRetentionCommand.self,
            StreamSetCommand.self, StreamVerifyCommand.self, StreamGroupsCommand.self, StreamLagCommand.self, StreamResetCommand.self,
            StreamDeleteCommand.self,
        ])
}
