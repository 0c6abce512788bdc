import ArgumentParser

/// Jobs, their ticks and their runs.
struct ScheduleCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "schedule", abstract: "Run pipelines and commands by the clock, each tick once.",
            discussion: """
                Jobs are pipelines with a `schedule`, files with a `job` in pipelines/ or catalog/, and what `\(program) schedule add` adds. \
                `\(program) up` runs them.

                Examples:
                  \(program) schedule add nightly --at '30 2 * * *' --timezone Europe/Berlin --pipeline pipelines/orders.yaml
                  \(program) schedule list
                  \(program) schedule next nightly
                  \(program) schedule run nightly
                  \(program) schedule history nightly
                """,
            subcommands: [
                ScheduleAddCommand.self, ScheduleLoadCommand.self, ScheduleListCommand.self, ScheduleShowCommand.self,
                ScheduleNextCommand.self,
                SchedulePauseCommand.self, ScheduleResumeCommand.self, ScheduleRunCommand.self, ScheduleRetryCommand.self,
                ScheduleBackfillCommand.self, ScheduleHistoryCommand.self, ScheduleLogsCommand.self, ScheduleCancelCommand.self,
                ScheduleRemoveCommand.self, ScheduleDeliverCommand.self,
            ])
    }
}

/// Jobs as a whole: a list, and pictures.
struct JobCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "job", abstract: "List jobs, draw which run after which, and take over those of AWS Glue.",
            discussion: """
                Without a subcommand it lists them, as `\(program) schedule list` does.

                Examples:
                  \(program) jobs
                  \(program) job graph
                  \(program) job graph --format mermaid
                  \(program) job import workflow.json --dry-run
                """,
            subcommands: [ScheduleListCommand.self, JobGraphCommand.self, JobImportCommand.self],
            defaultSubcommand: ScheduleListCommand.self, aliases: ["jobs"])
    }
}
