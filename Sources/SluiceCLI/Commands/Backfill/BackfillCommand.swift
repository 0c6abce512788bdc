import ArgumentParser
import SluiceCore
import SluicePipelines

/// Runs over the past, and looks at them.
struct BackfillCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "backfill", abstract: "Run a pipeline over a range of the past, or look at such runs.",
            discussion: """
                `\(program) backfill FILE …` is short for `\(program) backfill run FILE …`, whose --help has all options.

                Examples:
                  \(program) backfill pipelines/daily.yaml --from 2024-03-01 --to 2024-04-01 --dry-run
                  \(program) backfill pipelines/daily.yaml --from 2024-03-01 --to 2024-04-01
                  \(program) backfill show last
                """,
            subcommands: [BackfillRunCommand.self, BackfillListCommand.self, BackfillShowCommand.self],
            defaultSubcommand: BackfillRunCommand.self)
    }
}

extension BackfillBound: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}

extension CalendarUnit: ExpressibleByArgument {}
extension FileTime: ExpressibleByArgument {}
