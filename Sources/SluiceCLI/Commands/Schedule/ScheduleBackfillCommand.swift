import ArgumentParser
import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceScheduler
import SluiceSchedules

struct ScheduleBackfillCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "backfill", abstract: "Run a job for its ticks of the past.",
            discussion: """
                Ticks whose run succeeded, or goes on, are left alone; --again does those that succeeded once more. The exit code is 1 when a run \
                did not succeed.

                Examples:
                  \(program) schedule backfill nightly --from 2024-03-01 --to 2024-04-01 --dry-run
                  \(program) schedule backfill nightly --from 2024-03-01 --to 2024-04-01 --parallel 4
                """)
    }

    @Argument(help: "The job's name.") var name: String
    @Option(help: ArgumentHelp("The first tick is at this time or behind it.", valueName: "time")) var from: String
    @Option(help: ArgumentHelp("All ticks are before this time; now when absent.", valueName: "time")) var to: String?
    @Option(help: "How many runs side by side.") var parallel = 1
    @Flag(help: "Show which ticks would run; run nothing.") var dryRun = false
    @Flag(help: "Run ticks again that succeeded.") var again = false
    @Flag(help: "Do not wait: whoever schedules next runs them.") var detach = false
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...1_000).contains(parallel) else { throw ValidationError("--parallel takes a number from 1 to 1000") }
    }

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let project = try ScheduleProject(session)
        let job = try project.job(name)
        let zone = job.rules.schedule?.zone ?? .utc
        let begin = try ScheduleText.moment(from, "--from", zone)
        let now = ScheduleProject.now
        // A tick of the future has its own time.
        let end = min(try to.map { try ScheduleText.moment($0, "--to", zone) } ?? now, now)
        guard begin < end else {
            throw SluiceError(
                .usage, "the range from \(from.quotedForMessage) has no time in it that has passed",
                remedy: "choose an earlier --from or a later --to")
        }
        // A look makes no state.
        let steps =
            try session.existingCatalog()?.readSchedule { try ScheduleRequests.backfillPlan(job, begin..<end, again: again, $0) }
            ?? ScheduleRequests.backfillPlan(job, begin..<end, again: again, nil)
        if dryRun { return preview(steps, job, project.set) }
        guard !project.isPaused(name) else {
            throw SluiceError(
                .invalidArgument, "the job \(name.quotedForMessage) is paused, and its runs would wait",
                remedy: "let it run again first: `schedule resume \(name)`")
        }
        let catalog = try session.catalog()
        let ticks = steps.compactMap { step in if case .run(let tick) = step { tick } else { nil } }
        guard !ticks.isEmpty else {
            return Report([.line("All \(steps.count) ticks of this range have their run.")], json: .object(["runs": .list([])]))
        }
        let runs = try catalog.changeSchedule { ledger in
            try ScheduleRequests.backfill(job, ticks, parameters: [:], width: parallel, ledger)
        }
        return try await ScheduleWait.report(runs[0], project, detach: detach, isQuiet: output.json)
    }

    private func preview(_ steps: [ScheduleRequests.BackfillStep], _ job: JobDeclaration, _ set: JobSet) -> Report {
        let zone = job.rules.schedule?.zone ?? .utc
        var table = TextTable([.init("tick", isWhole: true), .init("would", isWhole: true), .init("does")])
        let rows = steps.map { step -> (Int64, String) in
            switch step {
            case .run(let tick): (tick, "run")
            case .done(let tick, let state): (tick, "stay: it \(state.isOver ? "" : "is ")\(ScheduledRunScreen.words(state))")
            }
        }
        for (tick, text) in rows { table.add([ScheduleProject.local(tick, zone), text, text == "run" ? job.preview(of: tick) : ""]) }
        let json = Value.object([
            "ticks": .list(
                rows.map { tick, text in
                    .object([
                        "tick": .time(tick * TimeText.microsPerSecond), "runs": .boolean(text == "run"), "note": .string(text),
                        "does": .string(job.preview(of: tick)),
                    ])
                }), "behind": .texts(set.names(behind: job.name).sorted()),
        ])
        guard !rows.isEmpty else { return Report([.line("The job has no ticks in this range.")], json: json) }
        let count = rows.count { $0.1 == "run" }
        var blocks: [Report.Block] = [.table(table), .blank]
        let behind = set.names(behind: job.name).sorted()
        if let each = job.rules.each { blocks.append(.line("Each tick is split: \(each.summary).")) }
        if !behind.isEmpty { blocks.append(.paragraph("Behind each of them run: \(behind.joined(separator: ", ")).")) }
        blocks.append(.line("\(HumanText.count(count, "run")), \(parallel) side by side; nothing was run."))
        return Report(blocks, json: json)
    }
}
