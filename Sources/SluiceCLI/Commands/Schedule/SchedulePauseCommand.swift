import ArgumentParser
import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceScheduler
import SluiceSchedules

struct SchedulePauseCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "pause", abstract: "Make no runs of a job until it is resumed.",
            discussion: """
                Ticks that pass meanwhile have no run, and runs that wait go on waiting, but for those that were asked for by hand; a run that is \
                going on goes on.

                Examples:
                  \(program) schedule pause nightly
                """)
    }

    @Argument(help: "The job's name.") var name: String
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report { try SchedulePause.set(true, name, Session(home: state.directory)) }
}

struct ScheduleResumeCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "resume", abstract: "Let a paused job run again, from its next tick on.",
            discussion: """
                Examples:
                  \(program) schedule resume nightly
                """)
    }

    @Argument(help: "The job's name.") var name: String
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report { try SchedulePause.set(false, name, Session(home: state.directory)) }
}

private enum SchedulePause {
    static func set(_ isPaused: Bool, _ name: String, _ session: Session) throws -> Report {
        let project = try ScheduleProject(session)
        let job = try project.job(name)
        try session.catalog().changeSchedule { ledger in
            let now = ledger.now / TimeText.microsPerSecond
            var row =
                try ledger.job(name)
                ?? StoredJob(
                    name: name, declaration: nil, schedule: job.rules.scheduleText, isPaused: job.rules.startsPaused, cursor: now,
                    createdMicros: ledger.now)
            if row.isPaused, !isPaused { row.cursor = max(row.cursor, now) }
            row.isPaused = isPaused
            try ledger.put(row)
        }
        let text = isPaused ? "The job \(name) is paused." : "The job \(name) runs again from its next tick on."
        return Report([.line(text)], json: .object(["job": .string(name), "state": .string(isPaused ? "paused" : "active")]))
    }
}

struct ScheduleRemoveCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "remove", abstract: "Remove a job that `schedule add` added; its history stays.",
            discussion: """
                Runs of it that wait are cancelled; one that is at work goes on.

                Examples:
                  \(program) schedule remove nightly
                """)
    }

    @Argument(help: "The job's name.") var name: String
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let project = try ScheduleProject(session)
        guard project.stored[name]?.declaration != nil else {
            let job = try project.job(name)
            throw SluiceError(
                .usage, "the job \(name.quotedForMessage) is declared in \(job.path ?? "a file")", at: job.location,
                remedy: "remove it there; `schedule pause` stops it for a time")
        }
        if let follower = project.set.followers[name]?.first {
            throw SluiceError(
                .usage, "the job \(follower.quotedForMessage) runs after \(name.quotedForMessage)",
                remedy: "remove or change that one first")
        }
        let catalog = try session.catalog()
        let isLed = try catalog.scheduleLeader() != nil
        let cancelled = try catalog.changeSchedule { ledger in
            try ScheduleRequests.remove(name, author: RunCancelling.author, isLed: isLed, ledger)
        }
        let runs = cancelled.isEmpty ? "" : " \(HumanText.count(cancelled.count, "run")) that waited for it will not be done."
        return Report(
            [.line("Removed the job \(name).\(runs)")],
            json: .object([
                "job": .string(name), "removed": .boolean(true), "cancelled": .texts(cancelled.map(\.id.text)),
            ]))
    }
}
