import ArgumentParser
import SluiceCatalog
import SluiceCore

struct FlowHistoryCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "history", abstract: "List a flow's runs, the newest first: counts, and the window that each one pulled.",
            discussion: """
                Examples:
                  \(program) flow history accounts
                  \(program) runs show last
                """)
    }

    private static let shownCharacters = 12

    @Argument(help: "The flow's name, or its file.", completion: NameCompletion.flows) var flow: String
    @Option(help: "How many runs to list at most.") var limit = 20
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...100_000).contains(limit) else { throw ValidationError("--limit takes a number from 1 to 100000") }
    }

    func report() async throws -> Report {
        let session = Session(home: home.directory)
        let found = try FlowFiles.find(flow, orOfClients: session)
        let runs = try session.existingCatalog()?.runs(pipeline: found.pipeline, limit: limit) ?? []
        let json = Value.object(["flow": .string(found.name), "runs": .list(runs.map(\.json))])
        if runs.isEmpty { return Report([.line("\(found.name) has not run yet.")], json: json) }
        var table = TextTable([
            .init("run", isWhole: true), .init("state", isWhole: true), .init("started", isWhole: true),
            .init("took", .right, isWhole: true), .init("read", .right, isWhole: true), .init("written", .right, isWhole: true),
            .init("dead", .right, isWhole: true),
        ])
        for run in runs {
            table.add([
                String(run.id.text.prefix(Self.shownCharacters)), run.stateText,
                HumanText.time(micros: run.startedMicros, hasSeconds: false),
                run.durationMicros.map { HumanText.duration(seconds: Double($0) / 1e6) } ?? "",
                HumanText.grouped(run.report.rowsIn), HumanText.grouped(run.report.rowsOut), HumanText.grouped(run.report.deadLetters),
            ])
        }
        return Report([.table(table)] + Self.windows(of: runs) + Self.ends(of: runs), json: json)
    }

    /// Why runs ended before they were done.
    private static func ends(of runs: [RunRecord]) -> [Report.Block] {
        let lines = runs.compactMap { run in
            run.failure.map { "\(run.id.text.prefix(shownCharacters))  \($0.code): \($0.message)" }
        }
        return lines.isEmpty ? [] : [.blank, .line("Ended by", .heading)] + lines.map { .line("  " + $0) }
    }

    /// What each run pulled, whole: a window is longer than a column of a terminal.
    private static func windows(of runs: [RunRecord]) -> [Report.Block] {
        guard runs.contains(where: { $0.report.windows != nil }) else { return [] }
        let lines = runs.flatMap { run -> [String] in
            let windows = (run.report.windows ?? []).map(\.text)
            let foundNothing = windows.isEmpty && run.state == .succeeded && run.report.rowsIn == 0
            return (foundNothing ? ["nothing new"] : windows).map { "\(run.id.text.prefix(shownCharacters))  \($0)" }
        }
        return [.blank, .line("Windows", .heading)] + lines.map { .line("  " + $0) }
    }
}
