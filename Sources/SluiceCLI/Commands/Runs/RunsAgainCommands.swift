import ArgumentParser
import SluiceCatalog
import SluiceCore
import SluiceScheduler

struct RunsRetryCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "retry", abstract: "Do a run of a job that did not succeed again, and what runs after it.",
            discussion: """
                Of a tick that is split into elements, those that did not succeed. The exit code is 1 when a run did not succeed.

                Examples:
                  \(program) runs retry last
                  \(program) runs retry 01JDXA --detach
                """)
    }

    @Argument(help: LastRun.failedHelp) var id: String
    @Flag(help: "Do not wait: whoever schedules next runs it.") var detach = false
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        try await RunsAgain.report(id, Session(home: state.directory), detach: detach, isQuiet: output.json) { run, project, ledger in
            [try ScheduleRequests.retry(run, project.job(run.job), ledger)]
        }
    }
}

struct RunsResumeCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "resume", abstract: "Go on with a graph of jobs: from each of its runs on that failed.",
            discussion: """
                The run is any of the graph's. What succeeded is not done again.

                Examples:
                  \(program) runs resume last
                  \(program) runs resume 01JDXA
                """)
    }

    @Argument(help: LastRun.failedHelp) var id: String
    @Flag(help: "Do not wait: whoever schedules next runs it.") var detach = false
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        try await RunsAgain.report(id, Session(home: state.directory), detach: detach, isQuiet: output.json) { run, project, ledger in
            try ScheduleRequests.resumeGraph(of: run, project.set, ledger)
        }
    }
}

/// Runs that are done again.
enum RunsAgain {
    typealias Request = (ScheduledRun, ScheduleProject, ScheduleTransaction) throws -> [ScheduledRun]

    /// - Parameter ask: Makes the new runs, which have one root.
    static func report(_ id: String, _ session: Session, detach: Bool, isQuiet: Bool, _ ask: Request) async throws -> Report {
        let catalog = try session.requireCatalog(for: "run \(id.quotedForMessage)")
        guard case .job(let before) = try AnyRun(LastRun.failed(id, catalog, session.console), catalog) else {
            throw SluiceError(
                .usage, "the run \(id.quotedForMessage) is no run of a job: a person or a program started it",
                remedy: "start it again with `run`; a definition with `incremental: true` goes on behind what it committed")
        }
        let project = try ScheduleProject(session)
        _ = try project.job(before.job)
        let runs = try catalog.changeSchedule { try ask(before, project, $0) }
        guard let first = runs.first else { return Report([.line("There is nothing to do.")], json: .object(["runs": .list([])])) }
        return try await ScheduleWait.report(first, project, detach: detach, isQuiet: isQuiet)
    }
}
