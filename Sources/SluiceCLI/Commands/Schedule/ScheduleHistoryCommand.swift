import ArgumentParser
import Glibc
import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceScheduler
import SluiceSchedules

struct ScheduleHistoryCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "history", abstract: "List runs of jobs, the newest first, or show one with its attempts.",
            discussion: """
                Examples:
                  \(program) schedule history
                  \(program) schedule history nightly --state failed
                  \(program) schedule history --run last
                """)
    }

    @Argument(help: "Only runs of this job.") var name: String?
    @Option(help: ArgumentHelp("Only runs in this state.", valueName: "state")) var state: ScheduledRunState?
    @Option(help: ArgumentHelp("One run, with its attempts.", valueName: "run")) var run: String?
    @Option(help: "How many.") var limit = 20
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...100_000).contains(limit) else { throw ValidationError("--limit takes a number from 1 to 100000") }
    }

    func report() async throws -> Report {
        let session = Session(home: home.directory)
        if let run { return try shown(run, session.requireCatalog(for: "run \(run.quotedForMessage) of a job")) }
        let runs = try session.existingCatalog()?.readSchedule { try $0.runs(job: name, state: state, limit: limit) } ?? []
        let json = Value.object(["runs": .list(runs.map(\.json))])
        guard !runs.isEmpty else { return Report([.line("No runs of jobs in \(home.directory).")], json: json) }
        return Report([.table(ScheduledRunScreen.table(runs))], json: json)
    }

    private func shown(_ text: String, _ catalog: Catalog) throws -> Report {
        let run = try catalog.scheduledRun(matching: text)
        let attempts = try catalog.readSchedule { try $0.attempts(of: run.id) }
        guard case .structure(let members) = run.json else { return Report(json: run.json) }
        let json = Value.structure(members + [.init("attempt_list", .list(attempts.map(\.json)))])
        let pairs = KeyValueBlock([
            "run": run.id.text, "job": run.job, "tick": HumanText.time(micros: run.logical * TimeText.microsPerSecond),
            "cause": run.cause.rawValue, "state": ScheduledRunScreen.words(run.state), "reason": run.reason,
            "parameters": run.parameters.isEmpty
                ? nil : run.parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " "),
        ])
        var table = TextTable([
            .init("attempt", .right), .init("state", isWhole: true), .init("started", isWhole: true), .init("took", .right),
            .init("exit code", .right), .init("process", .right), .init("reason"),
        ])
        for attempt in attempts {
            let took = attempt.endedMicros.map { HumanText.duration(seconds: Double($0 - attempt.startedMicros) * 1e-6) } ?? ""
            table.add([
                String(attempt.number), ScheduledRunScreen.words(attempt.state), HumanText.time(micros: attempt.startedMicros), took,
                attempt.exitCode.map(String.init) ?? "", String(attempt.process.processID), attempt.reason ?? "",
            ])
        }
        return Report([.pairs(pairs)] + (attempts.isEmpty ? [] : [.blank, .table(table)]), json: json)
    }
}

extension ScheduledRunState: ExpressibleByArgument {}

struct ScheduleLogsCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "logs", abstract: "Show what a run printed.",
            discussion: """
                Examples:
                  \(program) schedule logs last
                  \(program) schedule logs 01JDXA --attempt 1
                  \(program) schedule logs last --follow
                """)
    }

    @Argument(help: ArgumentHelp("The run: its id or how that begins, or last.", valueName: "run")) var id: String
    @Option(help: "Only this attempt; the last one when absent.") var attempt: Int?
    @Flag(help: "Go on until the run ends.") var follow = false
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let catalog = try session.requireCatalog(for: "run \(id.quotedForMessage) of a job")
        let run = try catalog.scheduledRun(matching: id)
        let attempts = try catalog.readSchedule { try $0.attempts(of: run.id) }
        guard let wanted = attempt == nil ? attempts.last : attempts.first(where: { $0.number == attempt }) else {
            throw SluiceError(
                .notFound, attempts.isEmpty ? "the run \(run.id) has not begun yet" : "the run \(run.id) has no attempt \(attempt ?? 0)",
                remedy: run.reason)
        }
        if output.json || !follow {
            guard let bytes = try? DiskFiles.read(wanted.log) else {
                throw SluiceError(
                    .notFound, "the log \(wanted.log.quotedForMessage) is not there any more",
                    remedy: "`keep_logs` says of how many runs logs are kept")
            }
            let text = String(decoding: bytes, as: UTF8.self)
            return Report(
                text.isEmpty ? [] : [.verbatim(text)],
                json: .object([
                    "run_id": .string(run.id.text), "attempt": .number(wanted.number), "path": .string(wanted.log), "text": .string(text),
                ]))
        }
        try await Interruption.cancelling { try await Self.follow(wanted, run, catalog, session.console) }
        return .streamed(.done)
    }

    private static func follow(_ attempt: RunAttempt, _ run: ScheduledRun, _ catalog: Catalog, _ console: Console) async throws {
        var shown = 0
        while !Task.isCancelled {
            let isOver = try catalog.readSchedule { try $0.run(run.id)?.state.isOver ?? true }
            let bytes = (try? DiskFiles.read(attempt.log)) ?? []
            // A log that was cut begins anew.
            if bytes.count < shown { shown = 0 }
            console.out.write(String(decoding: bytes[shown...], as: UTF8.self))
            shown = bytes.count
            if isOver { return }
            try? await Task.sleep(for: .milliseconds(200))
        }
    }
}

struct ScheduleCancelCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "cancel", abstract: "End a run: softly, and hard when its time for that is over.",
            discussion: """
                Examples:
                  \(program) schedule cancel last
                """)
    }

    @Argument(help: ArgumentHelp("The run: its id or how that begins, or last.", valueName: "run")) var id: String
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let catalog = try session.requireCatalog(for: "run \(id.quotedForMessage) of a job")
        var run = try catalog.scheduledRun(matching: id)
        guard !run.state.isOver else {
            throw SluiceError(.usage, "the run \(run.id) of \(run.job) is over: \(ScheduledRunScreen.words(run.state))")
        }
        let leads = try catalog.scheduleLeader() != nil
        run = try catalog.changeSchedule { ledger in
            guard var current = try ledger.run(run.id), !current.state.isOver else { return run }
            current.isCancelled = true
            // Nobody is there to end a run that waits.
            if !leads, current.state != .running {
                (current.state, current.reason, current.endedMicros) = (.cancelled, "it was cancelled before it ran", ledger.now)
            }
            try ledger.update(current)
            return current
        }
        let text = run.state.isOver ? "The run \(run.id) is cancelled." : "The run \(run.id) ends soon."
        return Report([.line(text)], json: .object(["runs": .list([run.json])]))
    }
}
