import ArgumentParser
import SluiceCatalog
import SluiceCore
import SluiceEngine
import SluicePipelines
import SluiceScheduler

struct UpCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "up",
            abstract: "Keep pipelines following their sources, run jobs by the clock, and serve clients of AWS, in one process.",
            discussion: """
                All definitions are checked before the first one runs; what is away then is waited for. A run that fails is begun again behind what it committed, after a \
                second at first and after a minute at most; the others go on meanwhile. Ctrl-C or SIGTERM ends all of them well.

                Of a folder, the definitions with `incremental: true` are followed, and those with a `schedule` run as jobs, as do the jobs \
                of catalog/ and those that `\(program) schedule add` added. Without a name the folder is pipelines/.

                SIGTERM lets runs of jobs go on for a time (--drain) and then ends them; SIGHUP reads the definitions of jobs again, and keeps \
                the old ones where the new ones are wrong.

                A port of this machine, 4566, takes clients of AWS services: `aws --endpoint-url http://localhost:4566 kinesis list-streams`.

                Examples:
                  \(program) up
                  \(program) up --port 0 --no-schedule
                  \(program) up pipelines/
                  \(program) up clicks.yaml orders.yaml --every 10s
                """)
    }

    @Argument(help: ArgumentHelp("Definitions, or folders of them.", valueName: "file"), completion: .file(extensions: ["yaml", "yml"]))
    var names: [String] = []
    @Option(help: ArgumentHelp("How often output becomes visible. Default: 1s.", valueName: "time")) var every: TimeSpan?
    @Option(help: "Tasks side by side, of each pipeline. Otherwise one for each core.") var jobs: Int?
    @Option(help: ArgumentHelp("Memory that one step may hold, such as 500MB; 1MiB or more.", valueName: "size")) var memory: ByteCount?
    @Option(help: "How many runs of jobs run side by side. Default: 16.") var slots: Int?
    @Option(help: ArgumentHelp("How long runs of jobs may go on behind SIGTERM. Default: 30s.", valueName: "time")) var drain: TimeSpan?
    @Option(
        help: ArgumentHelp(
            "Take calls for jobs that wait for webhooks, on this port of the loopback address (0: a free one).", valueName: "port"))
    var webhooks: Int?
    @Flag(help: "Run no jobs; clients of Glue are refused runs.") var noSchedule = false
    @Flag(help: "Print nothing but what fails, and the result.") var quiet = false
    @OptionGroup(title: "Server options") var server: ServerOptions
    @OptionGroup var parameters: ParameterOptions
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let jobs, !(1...1024).contains(jobs) { throw ValidationError("--jobs takes a number from 1 to 1024") }
        if let slots, !(1...10_000).contains(slots) { throw ValidationError("--slots takes a number from 1 to 10000") }
        if let webhooks, !(0...65_535).contains(webhooks) { throw ValidationError("--webhooks takes a port from 0 to 65535") }
        try memory?.checkStepMemory()
    }

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let isServing = try server.listening() != nil
        // Without a name it is the project: pipelines/ and catalog/, of which either may be missing.
        let names = self.names.isEmpty ? ["pipelines"].filter { DiskFiles.kind(of: $0) == .directory } : self.names
        let schedule = try UpSchedule(noSchedule ? nil : self.names, session)
        let definitions = try UpDefinitions(
            names, session, parameters.given, beside: schedule, mayBeNone: isServing && self.names.isEmpty
        ).all
        let outcomes = try await Interruption.ending { ending in
            let port = try await UpServer.start(
                server, session, folders: schedule.folders.isEmpty ? JobSet.folders : schedule.folders,
                isNeeded: definitions.isEmpty && schedule.isEmpty, runsJobs: !schedule.folders.isEmpty, isQuiet: quiet || output.json)
            let catalog = try session.catalog(publishes: true)
            for outcome in try await PublicationRecovery.run(catalog, session.streams, session.connectors) {
                RecoveryNotices.show(outcome, on: session.console)
            }
            let plans = try await plans(definitions, session, catalog)
            // Calls that are to be taken are as good as jobs: without a scheduler there is nobody to take them.
            let hasJobs = !schedule.isEmpty || webhooks != nil && !schedule.folders.isEmpty
            var group = UpGroup(
                port: port, drain: .microseconds(drain?.micros ?? UpSchedule.drainMicros), hasJobs: hasJobs)
            if !schedule.folders.isEmpty {
                group.schedule = { [isQuiet = quiet || output.json] in
                    do {
                        try await schedule.run(
                            catalog, slots: slots, drain: drain, webhooks: webhooks, port: port?.signs ?? [:], isQuiet: isQuiet)
                    } catch {
                        // The rest goes on without it.
                        if !hasJobs { session.console.warning("the scheduler has ended, and runs nothing that is added: \(error)") }
                        throw error
                    }
                }
            }
            if !plans.isEmpty { group.pipelines = { await run(plans, session, catalog) } }
            return try await group.run(ending)
        }
        return Self.report(outcomes)
    }

    /// A definition that was checked; without a plan where what it reads or writes was away.
    private typealias Planned = (definition: PipelineDefinition, plan: LogicalPlan?)

    /// - Throws: `DefinitionErrors` with the mistakes of all definitions.
    private func plans(_ definitions: [PipelineDefinition], _ session: Session, _ catalog: Catalog) async throws -> [Planned] {
        var plans: [Planned] = []
        var mistakes: [SluiceError] = []
        for definition in definitions {
            do {
                let plan = try await Planner.plan(definition, in: session.planContext(for: definition, catalog: catalog))
                try IncrementalRules.check(plan)
                if !quiet && !output.json { for notice in plan.notices { session.console.notice("\(definition.name): \(notice)") } }
                plans.append((definition, plan))
            } catch {
                if DefinitionErrors.passingReason(error) != nil {
                    plans.append((definition, nil))
                    continue
                }
                guard let errors = DefinitionErrors.list(error) else { throw error }
                mistakes += errors
            }
        }
        guard mistakes.isEmpty else { throw DefinitionErrors(mistakes) }
        return plans
    }

    private func run(_ plans: [Planned], _ session: Session, _ catalog: Catalog) async -> [PipelineSupervisor.Outcome] {
        var follow = FollowOptions(follows: true)
        if let every { follow.interval = .microseconds(every.micros) }
        var options = RunOptions()
        if let jobs { options.width = jobs }
        if let memory { options.stateBytes = memory.bytes }
        let supervisor = PipelineSupervisor(
            catalog: catalog, streams: session.streams, home: session.home, options: options, follow: follow)
        return await withTaskGroup(of: (Int, PipelineSupervisor.Outcome).self) { [isQuiet = quiet || output.json] group in
            for (index, (definition, plan)) in plans.enumerated() {
                group.addTask {
                    let outcome = await supervisor.run(definition.name, plan) {
                        try await Planner.plan(definition, in: session.planContext(for: definition, catalog: catalog))
                    } tell: { event in
                        Self.show(event, definition.name, on: session.console, isQuiet: isQuiet)
                    }
                    return (index, outcome)
                }
            }
            return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private static func show(_ event: PipelineSupervisor.Event, _ pipeline: String, on console: Console, isQuiet: Bool) {
        switch event {
        case .running:
            if !isQuiet { console.err.writeLine("\(pipeline): running") }
        case .waiting(let failure, let pause):
            console.warning("\(pipeline): waits \(HumanText.duration(seconds: Double(pause.components.seconds))) after \(failure.oneLine)")
        case .stopped(let failure):
            console.warning("\(pipeline): stopped: \(failure.oneLine)")
        }
    }

    private static func report(_ outcomes: [PipelineSupervisor.Outcome]) -> Report {
        var table = TextTable([
            .init("pipeline", isWhole: true), .init("state"), .init("rows in", .right), .init("rows out", .right),
            .init("dead letters", .right), .init("restarts", .right),
        ])
        for outcome in outcomes {
            table.add([
                outcome.pipeline, outcome.failure == nil ? "ended" : "stopped", HumanText.grouped(outcome.rowsRead),
                HumanText.grouped(outcome.rowsWritten), HumanText.grouped(outcome.rejected), HumanText.grouped(Int64(outcome.restarts)),
            ])
        }
        let json = Value.object([
            "pipelines": .list(
                outcomes.map { outcome in
                    .object([
                        "pipeline": .string(outcome.pipeline), "state": .string(outcome.failure == nil ? "ended" : "stopped"),
                        "rows_in": .integer(outcome.rowsRead), "rows_out": .integer(outcome.rowsWritten),
                        "dead_letters": .integer(outcome.rejected), "restarts": .integer(Int64(outcome.restarts)),
                        "error": outcome.failure.map(ErrorReport.json) ?? .null,
                    ])
                })
        ])
        return Report(
            outcomes.isEmpty ? [] : [.table(table)], json: json, status: outcomes.contains { $0.failure != nil } ? .failed : .done)
    }
}

extension SluiceError {
    /// Place, message and remedy in one line.
    fileprivate var oneLine: String {
        (location.map { "\($0): " } ?? "") + "\(code): \(message)" + (remedy.map { "; \($0)" } ?? "")
    }
}
