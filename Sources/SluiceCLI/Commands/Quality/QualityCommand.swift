import ArgumentParser

/// Commands about rule sets and what came out of them.
struct QualityCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quality", abstract: "Judge tables by rule sets, and look at what came out.",
        subcommands: [
            QualityRunCommand.self, QualityListCommand.self, QualityShowCommand.self, QualityHistoryCommand.self, QualityRulesCommand.self,
        ])
}
