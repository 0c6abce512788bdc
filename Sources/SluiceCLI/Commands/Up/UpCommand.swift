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
                All definitions are checked before the first one runs: those that are wrong are told and left out, what is away is waited for. A run that fails is begun again behind what it committed, after a \
                second at first and after a minute at most; the others go on meanwhile. Ctrl-C or SIGTERM ends all of them well.

                Of a folder, the definitions with `incremental: true` are followed, and those with a `schedule` run as jobs, as do the jobs \
                of catalog/ and those that `\(program) schedule add` added. Without a name the folder is pipelines/.

                SIGTERM lets runs of jobs go on for a time (--drain) and then ends them; SIGHUP reads the definitions again, and keeps \
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
        let schedule = try UpSchedule(noSchedule ? nil : self.names, session)
        let definitions = try read(session, beside: schedule)
        try needsWork(definitions, schedule, isServing: isServing)
        let outcomes = try await Interruption.ending { [definitions] ending in
            var definitions = definitions
            let port = try await UpServer.start(
                server, session, folders: schedule.folders.isEmpty ? JobSet.folders : schedule.folders,
                isNeeded: definitions.all.isEmpty && schedule.isEmpty, runsJobs: !schedule.folders.isEmpty, isQuiet: quiet || output.json)
            let catalog = try session.catalog(publishes: true)
            for outcome in try await PublicationRecovery.run(catalog, session.streams, session.connectors) {
                RecoveryNotices.show(outcome, on: session.console)
            }
            let plans = try await plans(&definitions, session, catalog)
            let mistakes = schedule.mistakes + definitions.mistakes
            // What is left of a project of which nothing is right is no work.
            guard !plans.isEmpty || !schedule.isEmpty || mistakes.isEmpty else { throw DefinitionErrors(mistakes.unique) }
            ScheduleProject.warn(of: mistakes.unique, on: session.console)
            let pipelines = followed(session, catalog)
            let watch = HangupWatch()
            defer { watch.end() }
            let signals = watch.signals
            async let _: Void = reload(at: signals, schedule, pipelines, plans)
            async let _: Void = StartCode.drop(after: .seconds(1))
            let group = group(port, schedule, pipelines, plans, catalog, session)
            return try await group.run(ending)
        }
        return UpPipelines.report(outcomes)
    }

    /// Without a name it is the project: pipelines/ and catalog/, of which either may be missing.
    private var places: [String] { names.isEmpty ? ["pipelines"].filter { DiskFiles.kind(of: $0) == .directory } : names }

    private func read(_ session: Session, beside schedule: UpSchedule) throws -> UpDefinitions {
        try UpDefinitions(places, session, parameters.given, beside: schedule)
    }

    /// - Throws: The mistakes of definitions where none is right; `usage` where there is none.
    private func needsWork(_ definitions: UpDefinitions, _ schedule: UpSchedule, isServing: Bool) throws {
        guard definitions.all.isEmpty, schedule.isEmpty else { return }
        let mistakes = schedule.mistakes + definitions.mistakes
        guard mistakes.isEmpty else { throw DefinitionErrors(mistakes.unique) }
        guard !isServing || !names.isEmpty else { return }
        throw SluiceError(
            .usage,
            "there is no definition with `incremental: true` and no job in "
                + (places.isEmpty ? "pipelines/ and catalog/" : places.map(\.quotedForMessage).joined(separator: ", ")),
            remedy: "add it to the definitions that shall follow their sources, or name their files; a `schedule` makes a job")
    }

    private func plans(_ definitions: inout UpDefinitions, _ session: Session, _ catalog: Catalog) async throws -> [UpPipelines.Planned] {
        try await definitions.plans(session, catalog) { pipeline, notice in
            if !quiet && !output.json { session.console.notice("\(pipeline): \(notice)") }
        }
    }

    private func followed(_ session: Session, _ catalog: Catalog) -> UpPipelines {
        var follow = FollowOptions(follows: true)
        if let every { follow.interval = .microseconds(every.micros) }
        var options = RunOptions()
        if let jobs { options.width = jobs }
        if let memory { options.stateBytes = memory.bytes }
        return UpPipelines(session, catalog, options: options, follow: follow, isQuiet: quiet || output.json)
    }

    private func group(
        _ port: UpServer?, _ schedule: UpSchedule, _ pipelines: UpPipelines, _ plans: [UpPipelines.Planned], _ catalog: Catalog,
        _ session: Session
    ) -> UpGroup {
        // Calls that are to be taken are as good as jobs: without a scheduler there is nobody to take them.
        let hasJobs = !schedule.isEmpty || webhooks != nil && !schedule.folders.isEmpty
        var group = UpGroup(port: port, drain: .microseconds(drain?.micros ?? UpSchedule.drainMicros), hasJobs: hasJobs)
        if !schedule.folders.isEmpty {
            group.schedule = { [isQuiet = quiet || output.json] in
                do {
                    try await schedule.run(
                        catalog, slots: slots, drain: drain, webhooks: webhooks, port: port?.signs ?? [:], isQuiet: isQuiet)
                } catch {
                    // The rest goes on without it.
                    if !hasJobs {
                        session.console.warning("the scheduler has ended, and runs nothing that is added: \(ErrorLine.text(error))")
                    }
                    throw error
                }
            }
        }
        let lasts = port != nil || hasJobs
        if !plans.isEmpty || lasts { group.pipelines = { await pipelines.run(plans, lasts: lasts) } }
        return group
    }

    /// Reads definitions again at each SIGHUP; those that are wrong stay as they were.
    private func reload(at signals: AsyncStream<Void>, _ schedule: UpSchedule, _ pipelines: UpPipelines, _ first: [UpPipelines.Planned])
        async
    {
        let session = pipelines.session
        let console = session.console
        var current = first
        for await _ in signals {
            do {
                try schedule.reload()
                var definitions = try read(session, beside: schedule)
                let plans = try await plans(&definitions, session, pipelines.catalog)
                let broken = Set(definitions.mistakes.compactMap { if case .file(let path, _, _)? = $0.location { path } else { nil } })
                let kept = current.filter { old in
                    old.definition.path.map(broken.contains) == true && !plans.contains { $0.definition.name == old.definition.name }
                }
                current = plans + kept
                pipelines.replace(with: current)
                let mistakes = (schedule.mistakes + definitions.mistakes).unique
                ScheduleProject.warn(of: mistakes, on: console)
                let count = "\(HumanText.count(schedule.jobs.names.count, "job")), \(HumanText.count(current.count, "pipeline"))"
                console.notice(
                    "read the definitions again: \(count)" + (mistakes.isEmpty ? "" : "; what is wrong stays as it was before"))
            } catch {
                ScheduleProject.warn(of: DefinitionErrors.list(error) ?? [], on: console)
                console.warning("the definitions from before stay in place")
            }
        }
    }
}

extension [SluiceError] {
    /// Each mistake once: a file may be read as a job and as a pipeline.
    fileprivate var unique: [SluiceError] {
        var told: Set<String> = []
        return filter { told.insert("\($0.location.map { "\($0)" } ?? "") \($0.message)").inserted }
    }
}
