import ArgumentParser
import SluiceCore

/// `sluice` itself: only a place for the commands.
struct RootCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: Invocation.current.programName,
            abstract: "Data pipelines over files, streams and tables, on one machine.",
            discussion: """
                Begin with `\(Invocation.current.programName) init my-project`: a small project that runs, and a test in it to repair.

                The state (catalog, streams, tables) is in the directory that --home or SLUICE_HOME names, otherwise in .sluice.
                Results are printed on standard output; progress, notices and errors on standard error.
                Exit codes: 0 done, 1 failed, 2 arguments or definition wrong, 3 dead letters under --strict, 130 interrupted.
                """,
            version: "sluice \(Release.version)",
            groupedSubcommands: [
                CommandGroup(
                    name: "Pipelines",
                    subcommands: [
                        InitCommand.self, RunCommand.self, UpCommand.self, BackfillCommand.self, ValidateCommand.self, PlanCommand.self,
                        TestCommand.self, TapCommand.self, TopCommand.self, FlowCommand.self,
                    ]),
                CommandGroup(name: "Scheduling", subcommands: [ScheduleCommand.self, JobCommand.self, StatusCommand.self]),
                CommandGroup(name: "Files", subcommands: [QueryCommand.self, ConvertCommand.self, InspectCommand.self]),
                CommandGroup(
                    name: "State",
                    subcommands: [
                        CrawlCommand.self, CatalogCommand.self, StreamCommand.self, RunsCommand.self, LineageCommand.self,
                        QualityCommand.self, SchemaCommand.self, BookmarksCommand.self, DeadLettersCommand.self, SecretsCommand.self,
                        ConnectionsCommand.self, DoctorCommand.self,
                    ]),
                CommandGroup(
                    name: "Reference",
                    subcommands: [
                        FunctionsCommand.self, ConnectorsCommand.self, MockCommand.self, FormatsCommand.self, CompletionsCommand.self,
                    ]),
            ])
    }
}
