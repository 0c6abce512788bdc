import ArgumentParser
import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceScheduler
import SluiceSchedules

struct ScheduleListCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "list", abstract: "List jobs with their next tick and their last run.",
            discussion: """
                Declarations that are wrong are told, and leave the others in the list; the exit code is 2 then.

                Examples:
                  \(program) schedule list
                  \(program) schedule list --json
                """)
    }

    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let project = try ScheduleProject(session)
        let catalog = try session.existingCatalog()
        var table = TextTable([
            .init("job", isWhole: true, isName: true), .init("kind"), .init("when"), .init("state", isWhole: true),
            .init("next", isWhole: true), .init("last run", isWhole: true),
        ])
        var items: [Value] = []
        for name in project.set.names {
            let job = try project.job(name)
            let last = try catalog?.readSchedule { try $0.runs(job: name, limit: 1).first }
            let next = project.ticks(name, count: 1, after: ScheduleProject.now).first
            let status = project.isPaused(name) ? "paused" : "active"
            table.add([
                name, job.kind, Self.when(job), status, next.map { ScheduleProject.local($0, job.rules.schedule?.zone ?? .utc) } ?? "",
                last.map { ScheduledRunScreen.words($0.state) } ?? "",
            ])
            items.append(
                .object([
                    "job": .string(name), "kind": .string(job.kind), "subject": .string(job.subject), "when": .string(Self.when(job)),
                    "state": .string(status), "next": .time(next.map { $0 * TimeText.microsPerSecond }), "last_run": last?.json ?? .null,
                    "declared_in": .text(project.stored[name]?.declaration == nil ? job.path : nil),
                ]))
        }
        let json = Value.object(["jobs": .list(items), "mistakes": .list(project.mistakes.map(ErrorReport.json))])
        let blocks: [Report.Block] = items.isEmpty ? [.line("No jobs in pipelines/, catalog/ and \(state.directory).")] : [.table(table)]
        return Report(blocks, json: json, status: project.mistakes.isEmpty ? .done : .wrongUsage)
    }

    static func when(_ job: JobDeclaration) -> String {
        var parts = job.rules.summary.isEmpty ? [] : [job.rules.summary]
        if let after = job.rules.after { parts.append("after \(after.isAny ? "any of " : "")\(after.jobs.joined(separator: ", "))") }
        parts += job.rules.events.map { "on \($0.key)" }
        if let each = job.rules.each { parts.append(each.summary) }
        return parts.isEmpty ? "when started" : parts.joined(separator: "; ")
    }
}

struct ScheduleShowCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "show", abstract: "Show a job: what it does, when, and its last runs.",
            discussion: """
                Examples:
                  \(program) schedule show nightly
                """)
    }

    @Argument(help: "The job's name.") var name: String
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let project = try ScheduleProject(session)
        let job = try project.job(name)
        let runs = try session.existingCatalog()?.readSchedule { try $0.runs(job: name, limit: 5) } ?? []
        let zone = job.rules.schedule?.zone ?? .utc
        let next = project.ticks(name, count: 3, after: ScheduleProject.now)
        let rules = job.rules
        var pairs = KeyValueBlock([
            "job": name, "about": job.description, "does": "\(job.kind) \(job.subject)", "when": ScheduleListCommand.when(job),
            "state": project.isPaused(name) ? "paused" : "active",
            "declared in": project.stored[name]?.declaration == nil ? job.path : "the state, by a command",
            "missed ticks": rules.schedule == nil ? nil : "catch up \(rules.catchUp.rawValue)",
            "retries": rules.retries == 0 ? nil : "\(rules.retries), the first after \(TimeSpan(micros: rules.retryDelayMicros))",
            "timeout": rules.timeoutMicros.map { TimeSpan(micros: $0).description },
        ])
        for tick in next { pairs.add("next", ScheduleProject.local(tick, zone)) }
        let json = Value.object([
            "job": .string(name), "kind": .string(job.kind), "subject": .string(job.subject),
            "when": .string(ScheduleListCommand.when(job)),
            "state": .string(project.isPaused(name) ? "paused" : "active"), "timezone": .string(zone.name),
            "next": .list(next.map { .time($0 * TimeText.microsPerSecond) }), "catch_up": .string(rules.catchUp.rawValue),
            "retries": .number(rules.retries), "concurrency": .number(rules.concurrency), "overlap": .string(rules.overlap.rawValue),
            "priority": .number(rules.priority), "runs": .list(runs.map(\.json)),
        ])
        return Report([.pairs(pairs)] + (runs.isEmpty ? [] : [.blank, .table(ScheduledRunScreen.table(runs))]), json: json)
    }
}

struct ScheduleNextCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "next", abstract: "Show the next ticks of a job, of all jobs, or of an expression.",
            discussion: """
                Examples:
                  \(program) schedule next
                  \(program) schedule next nightly --count 10
                  \(program) schedule next --at 'cron(0 6 LW * ? *)' --timezone America/New_York
                """)
    }

    @Argument(help: "The job's name; all jobs when absent.") var name: String?
    @Option(help: ArgumentHelp("An expression in place of a job.", valueName: "expression")) var at: String?
    @Option(help: ArgumentHelp("The zone of the expression's clock; UTC when absent.", valueName: "zone")) var timezone: String?
    @Option(help: "How many ticks.") var count = 5
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...10_000).contains(count) else { throw ValidationError("--count takes a number from 1 to 10000") }
        if at != nil, name != nil { throw ValidationError("give a job or --at") }
        if timezone != nil, at == nil { throw ValidationError("--timezone goes with --at") }
    }

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        if let at {
            let rules = try ScheduleText.rules(at, timezone: timezone)
            let ticks = rules.schedule?.ticks(after: ScheduleProject.now, count: count) ?? []
            return shown(ticks.map { ("", $0, rules) })
        }
        let project = try ScheduleProject(session)
        let jobs = try name.map { [try project.job($0)] } ?? project.set.names.map { try project.job($0) }
        let ticks = jobs.flatMap { job in
            project.ticks(job.name, count: count, after: ScheduleProject.now).map { (job.name, $0, job.rules) }
        }.sorted { ($0.1, $0.0) < ($1.1, $1.0) }
        return shown(Array(ticks.prefix(count)))
    }

    private func shown(_ ticks: [(job: String, tick: Int64, rules: ScheduleDeclaration)]) -> Report {
        let json = Value.object([
            "ticks": .list(
                ticks.map { item in
                    let zone = item.rules.schedule?.zone ?? .utc
                    let begins = item.tick + (item.rules.schedule?.delay(of: item.tick, job: item.job) ?? 0)
                    return .object([
                        "job": item.job.isEmpty ? .null : .string(item.job), "tick": .time(item.tick * TimeText.microsPerSecond),
                        "local": .string(zone.text(of: item.tick)), "timezone": .string(zone.name),
                        "begins": .time(begins * TimeText.microsPerSecond),
                    ])
                })
        ])
        guard !ticks.isEmpty else { return Report([.line("No more ticks.")], json: json) }
        var table = TextTable([.init("tick", isWhole: true), .init("zone"), .init("from now"), .init("job", isWhole: true, isName: true)])
        for item in ticks {
            let zone = item.rules.schedule?.zone ?? .utc
            table.add([ScheduleProject.local(item.tick, zone), zone.name, ScheduleProject.distance(item.tick), item.job])
        }
        return Report([.table(table)], json: json)
    }
}
