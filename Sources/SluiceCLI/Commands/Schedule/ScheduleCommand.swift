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

/// Pictures of jobs.
struct JobCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "job", abstract: "Draw which jobs run after which, and take over those of AWS Glue.",
            discussion: """
                Examples:
                  \(program) job graph
                  \(program) job graph --format mermaid
                  \(program) job import workflow.json --dry-run
                """,
            subcommands: [JobGraphCommand.self, JobImportCommand.self])
    }
}
