import ArgumentParser
import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceScheduler
import SluiceSchedules

struct ScheduleAddCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "add", abstract: "Add a job to the state.",
            discussion: """
                --at takes a cron expression of five fields, six with seconds, AWS's form in cron(…), rate(…), or at(…) for once. All other \
                keys of a schedule are for files: see docs/scheduling.md.

                Examples:
                  \(program) schedule add nightly --at '30 2 * * *' --timezone Europe/Berlin --pipeline pipelines/orders.yaml
                  \(program) schedule add tidy --at 'rate(15 minutes)' --command './tidy.sh {logical_date}' --retries 2
                  \(program) schedule add report --after nightly --command ./report.sh
                """)
    }

    @Argument(help: "The job's name.") var name: String
    @Option(help: ArgumentHelp("When; may be given several times.", valueName: "expression")) var at: [String] = []
    @Option(help: ArgumentHelp("The zone of its clock; UTC when absent.", valueName: "zone")) var timezone: String?
    @Option(help: ArgumentHelp("Run when this job has succeeded; may be given several times.", valueName: "job")) var after: [String] = []
    @Option(help: ArgumentHelp("A definition that runs.", valueName: "file"), completion: .file(extensions: ["yaml", "yml"]))
    var pipeline: String?
    @Option(help: ArgumentHelp("A declared crawler that crawls.", valueName: "name")) var crawler: String?
    @Option(help: ArgumentHelp("A table that is judged by its rule sets.", valueName: "table")) var quality: String?
    @Option(help: ArgumentHelp("A definition that runs over the time since the tick before.", valueName: "file")) var backfill: String?
    @Option(help: ArgumentHelp("A line for the shell.", valueName: "line")) var command: String?
    @Option(
        name: .customLong("param"), help: ArgumentHelp("A value for a parameter; may be given several times.", valueName: "name=value"))
    var parameters: [String] = []
    @Option(help: "How often a run that failed is tried again.") var retries: Int?
    @Option(help: ArgumentHelp("How long an attempt may take, such as 30m.", valueName: "time")) var timeout: String?
    @Option(help: ArgumentHelp("What happens to missed ticks: last, all or none.", valueName: "policy")) var catchUp: String?
    @Flag(help: "Begin paused.") var paused = false
    @Flag(help: "Take the place of a job of this name that was added before.") var replace = false
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let text = declaration
        for expression in at { _ = try ScheduleText.expression(expression) }
        let job: JobDeclaration
        do {
            job = try JobDeclaration(text: text, path: "<job \(name)>", directory: ".")
        } catch {
            // The text is the command's own: its places mean nothing to the person who wrote options.
            guard let mistakes = DefinitionErrors.list(error) else { throw error }
            throw DefinitionErrors(mistakes.map(advised))
        }
        let session = Session(home: state.directory)
        let project = try ScheduleProject(session, isWhole: true)
        if let known = project.set[name], !(replace && project.stored[name]?.declaration != nil) {
            throw SluiceError(
                .alreadyExists,
                "there is a job \(name.quotedForMessage) already, in \(known.path.map { $0.hasPrefix("<") ? "the state" : $0 } ?? "the state")",
                remedy: project.stored[name]?.declaration != nil
                    ? "add --replace, or choose another name" : "change the file, or choose another name")
        }
        let set = try project.set.adding([job])
        if let notice = set.missingFile(of: name) { session.console.warning(notice) }
        let catalog = try session.catalog()
        try catalog.changeSchedule { try ScheduleRequests.declare(set[name] ?? job, text, isPaused: paused, $0) }
        let next = (set[name] ?? job).rules.schedule?.next(after: ScheduleProject.now)
        let zone = job.rules.schedule?.zone ?? .utc
        var blocks: [Report.Block] = [.line("Added the job \(name).")]
        if let next {
            blocks.append(
                .line("It runs next at \(ScheduleProject.local(next, zone)), \(ScheduleProject.distance(next)), if `up` runs then."))
        } else if job.rules.schedule != nil {
            session.console.warning("no tick of the job is ahead: its times are over, and it never runs by the clock")
        }
        return Report(
            blocks, json: .object(["job": .string(name), "next": .time(next.map { $0 * TimeText.microsPerSecond })]))
    }

    /// The options as YAML, of which JSON is a part.
    private var declaration: String {
        func texts(_ values: [String]) -> Value { values.count == 1 ? .string(values[0]) : .texts(values) }
        var members: [Value.Member] = [.init("job", .string(name))]
        let kinds = [("pipeline", pipeline), ("crawler", crawler), ("quality", quality), ("backfill", backfill), ("command", command)]
        members += kinds.compactMap { key, value in value.map { .init(key, .string($0)) } }
        let given = parameters.map { $0.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init) }
        if !given.isEmpty { members.append(.init("parameters", .structure(given.map { .init($0[0], .string($0[1])) }))) }
        var rules: [Value.Member] = []
        if !at.isEmpty { rules.append(.init("at", texts(at))) }
        if let timezone { rules.append(.init("timezone", .string(timezone))) }
        if !after.isEmpty { rules.append(.init("after", .texts(after))) }
        if let retries { rules.append(.init("retries", .number(retries))) }
        if let timeout { rules.append(.init("timeout", .string(timeout))) }
        if let catchUp { rules.append(.init("catch_up", .string(catchUp))) }
        if !rules.isEmpty { members.append(.init("schedule", .structure(rules))) }
        var bytes: [UInt8] = []
        Value.structure(members).appendJSON(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    func validate() throws {
        guard parameters.allSatisfy({ ($0.firstIndex(of: "=") ?? $0.startIndex) > $0.startIndex }) else {
            throw ValidationError("--param takes a name and a value, such as --param day=2024-03-01")
        }
        guard [pipeline, crawler, quality, backfill, command].compactMap(\.self).count == 1 else {
            throw ValidationError("give one of --pipeline, --crawler, --quality, --backfill and --command")
        }
    }

    private func advised(_ mistake: SluiceError) -> SluiceError {
        var error = mistake
        error.location = nil
        return error
    }
}
