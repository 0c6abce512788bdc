import ArgumentParser
import SluiceCatalog
import SluiceCore
import SluiceEngine

/// What runs of flows take.
struct FlowRunOptions: ParsableArguments, Sendable {
    @Flag(help: "Exit with 3 if records became dead letters or were skipped.") var strict = false
    @Flag(help: "Show the first rows of the tables that were written.") var show = false
    @Flag(help: "Print nothing but errors, and rows that --show asks for.") var quiet = false

    fileprivate var words: [String] {
        [(strict, "--strict"), (show, "--show"), (quiet, "--quiet")].filter(\.0).map(\.1)
    }
}

extension FlowFiles.Flow {
    /// The run of the pipeline that the flow is.
    fileprivate func run(
        _ options: FlowRunOptions, _ parameters: ParameterOptions, _ home: HomeOptions, _ output: OutputOptions, more: [String] = []
    ) async throws -> Report {
        var words = [file ?? name] + options.words + more
        for value in parameters.values { words += ["--param", value] }
        for file in parameters.files { words += ["--params", file] }
        if let home = home.home { words += ["--home", home] }
        if output.json { words.append("--json") }
        return try await RunCommand.parse(words).report()
    }
}

struct FlowRunCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "run", abstract: "Run a flow: over its next window, or over everything.",
            discussion: """
                Each slice of the window is committed with its rows, so a run that fails or is killed goes on behind the last slice. A flow \
                with `pull: full` is visible at its end alone; one that was cut off begins with the pages that it had, unless --reset is given.

                Examples:
                  \(program) flow run accounts
                  \(program) flow run accounts --reset
                """)
    }

    @Argument(help: "The flow's name, or its file.", completion: NameCompletion.flows) var flow: String
    @Flag(help: "Forget what earlier runs have read, and begin anew with the first window.") var reset = false
    @OptionGroup var options: FlowRunOptions
    @OptionGroup var parameters: ParameterOptions
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        try await FlowFiles.find(flow).run(options, parameters, home, output, more: reset ? ["--reset"] : [])
    }
}

struct FlowResumeCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "resume", abstract: "Go on with a flow whose last run failed, was cancelled or was killed.",
            discussion: """
                It goes on behind the last slice that was committed. Where the last run succeeded, nothing is read; rows that it could not \
                put into a database or stream are put there.

                Example:
                  \(program) flow resume accounts
                """)
    }

    @Argument(help: "The flow's name, or its file.", completion: NameCompletion.flows) var flow: String
    @OptionGroup var options: FlowRunOptions
    @OptionGroup var parameters: ParameterOptions
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let found = try FlowFiles.find(flow)
        let catalog = try Session(home: home.directory).existingCatalog()
        guard let last = try catalog?.runs(pipeline: found.name, limit: 1).first else {
            throw SluiceError(
                .notFound, "the flow \(found.name.quotedForMessage) has not run yet",
                remedy: "start it: \(Invocation.current.programName) flow run \(found.name)")
        }
        guard last.state != .succeeded else {
            if let report = try await settle(found, last) { return report }
            return Report(
                [
                    .line("The last run of \(found.name) succeeded; there is nothing to resume."),
                    .line("read what is new with `\(Invocation.current.programName) flow run \(found.name)`", .dim),
                ],
                json: .object(["flow": .string(found.name), "resumed": .boolean(false), "last_run": last.json]))
        }
        return try await found.run(options, parameters, home, output)
    }

    /// Puts rows that a run has committed where they belong, as after a database was away.
    ///
    /// - Returns: Nil where the flow owes none.
    private func settle(_ found: FlowFiles.Flow, _ last: RunRecord) async throws -> Report? {
        let session = Session(home: home.directory)
        let catalog = try session.catalog()
        guard try catalog.unpublished().contains(where: { $0.pipeline == found.pipeline }) else { return nil }
        let outcomes = try await PublicationRecovery.run(catalog, session.streams, session.connectors)
        if let failure = outcomes.first(where: { $0.records.pipeline == found.pipeline && $0.failure != nil })?.failure { throw failure }
        return Report(
            [.line("The last run of \(found.name) succeeded; rows that it owed are at their destination now.", .good)],
            json: .object(["flow": .string(found.name), "resumed": .boolean(true), "last_run": last.json]))
    }
}
