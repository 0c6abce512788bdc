import ArgumentParser
import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceScheduler
import SluiceSchedules

struct StatusCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "status", abstract: "Show what runs, what waits and what comes next.",
            discussion: """
                Examples:
                  \(program) status
                  \(program) status --json
                """)
    }

    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    /// Lines of each list.
    private static let shown = 10

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let catalog = try session.existingCatalog()
        let leader = try catalog?.scheduleLeader()
        var open = try catalog?.readSchedule { try $0.openRuns() } ?? []
        let pipelines = try catalog?.runs(state: .running) ?? []
        let project = try ScheduleProject(session)
        let waits = WaitReason(open, project.set)
        for index in open.indices { open[index].reason = open[index].reason ?? waits.text(open[index]) }
        let next = project.set.names.compactMap { name in
            project.ticks(name, count: 1, after: ScheduleProject.now).first.map { (job: name, tick: $0) }
        }.sorted { ($0.tick, $0.job) < ($1.tick, $1.job) }
        var blocks: [Report.Block] = [
            .pairs(
                KeyValueBlock([
                    "scheduler": leader.map(Self.text) ?? "none is at work",
                    "jobs":
                        "\(project.set.names.count)\(project.set.names.isEmpty ? "" : ", \(project.set.names.count(where: project.isPaused)) paused")",
                ]))
        ]
        if !open.isEmpty {
            blocks += [.blank, .line("Runs of jobs", .heading), .table(ScheduledRunScreen.table(Array(open.prefix(Self.shown))))]
        }
        if open.count > Self.shown { blocks.append(.line("… \(open.count - Self.shown) more", .dim)) }
        if !pipelines.isEmpty {
            var table = TextTable([
                .init("pipeline", isWhole: true, isName: true), .init("run", isWhole: true), .init("since", isWhole: true),
                .init("process", .right),
            ])
            for run in pipelines.prefix(Self.shown) {
                table.add([run.pipeline, run.id.text, HumanText.time(micros: run.startedMicros), String(run.process.processID)])
            }
            blocks += [.blank, .line("Pipelines that run", .heading), .table(table)]
        }
        if !next.isEmpty {
            var table = TextTable([.init("next tick", isWhole: true), .init("from now"), .init("job", isWhole: true, isName: true)])
            for item in next.prefix(Self.shown) {
                let zone = project.set.schedule(of: item.job)?.zone ?? .utc
                table.add([ScheduleProject.local(item.tick, zone), ScheduleProject.distance(item.tick), item.job])
            }
            blocks += [.blank, .table(table)]
        }
        if next.count > Self.shown { blocks.append(.line("… \(next.count - Self.shown) more", .dim)) }
        if !project.mistakes.isEmpty {
            let count = HumanText.count(project.mistakes.count, "mistake")
            blocks += [.blank, .paragraph("\(count) in definitions: `up` goes on with what it read before, or starts without them.")]
        }
        let json = Value.object([
            "mistakes": .list(project.mistakes.map(ErrorReport.json)),
            "scheduler": leader.map { leader in
                .object([
                    "process_id": .number(leader.process.processID), "since": .time(leader.sinceMicros),
                    "drains_until": .time(leader.drainsUntilMicros),
                ])
            } ?? .null,
            "runs": .list(open.map(\.json)),
            "pipelines": .list(
                pipelines.map {
                    .object(["pipeline": .string($0.pipeline), "run_id": .string($0.id.text), "started_at": .time($0.startedMicros)])
                }),
            "next": .list(next.map { .object(["job": .string($0.job), "tick": .time($0.tick * TimeText.microsPerSecond)]) }),
        ])
        return Report(blocks, json: json)
    }

    private static func text(_ leader: ScheduleLeader) -> String {
        let head = "process \(leader.process.processID), since \(HumanText.time(micros: leader.sinceMicros))"
        guard let end = leader.drainsUntilMicros else { return head }
        let rest = max(0, end - WallClock.system.nowMicros())
        return head + "; it starts nothing more, "
            + (rest == 0
                ? "and has asked what runs to end"
                : "and asks what runs to end in \(HumanText.duration(seconds: Double(rest) / Double(TimeText.microsPerSecond)))")
    }
}
