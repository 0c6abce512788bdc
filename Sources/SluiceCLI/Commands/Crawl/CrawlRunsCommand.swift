import ArgumentParser
import SluiceCatalog
import SluiceCore
import SluiceFormats

struct CrawlRunsCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "runs", abstract: "List crawls, the newest first.",
            discussion: """
                Examples:
                  \(program) crawl runs
                  \(program) crawl runs lake --limit 5 --json
                """)
    }

    @Argument(help: "Only those of this crawler.") var crawler: String?
    @Option(help: "How many.") var limit = 20
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...10_000).contains(limit) else { throw ValidationError("--limit takes a number from 1 to 10000") }
    }

    func report() async throws -> Report {
        let runs = try Session(home: state.directory).existingCatalog()?.crawlRuns(crawler: crawler, limit: limit) ?? []
        let json = Value.object(["crawls": .list(runs.map(Self.json))])
        guard !runs.isEmpty else { return Report([.line("No crawls in \(state.directory).")], json: json) }
        var table = TextTable([
            .init("crawl", .right, isWhole: true), .init("crawler"), .init("state", isWhole: true), .init("started", isWhole: true),
            .init("took", .right, isWhole: true), .init("found"),
        ])
        for run in runs {
            let took = run.endedMicros.map { HumanText.duration(seconds: Double($0 - run.startedMicros) * 1e-6) } ?? ""
            table.add([
                String(run.id), run.crawler, run.state.rawValue, HumanText.time(micros: run.startedMicros), took, Self.found(run),
            ])
        }
        return Report([.table(table)], json: json)
    }

    private static func found(_ run: CrawlRun) -> String {
        if let error = run.error { return error }
        guard let report = JSONValueText.value(run.report), case .structure(let members) = report else { return "" }
        func count(_ name: String) -> Int64 {
            if case .integer(let number)? = members.first(where: { $0.name == name })?.value { number } else { 0 }
        }
        if members.contains(where: { $0.name == "unchanged" && $0.value == .boolean(true) }) { return "unchanged" }
        let parts = [
            (count("tables"), "tables"), (count("tables_created"), "created"), (count("tables_updated"), "updated"),
            (count("tables_gone"), "gone"), (count("left_out"), "files in no table"),
        ]
        return parts.filter { $0.0 > 0 }.map { "\(HumanText.grouped($0.0)) \($0.1)" }.joined(separator: ", ")
    }

    private static func json(_ run: CrawlRun) -> Value {
        .object([
            "crawl": .integer(run.id), "crawler": .string(run.crawler), "state": .string(run.state.rawValue),
            "started_at": .time(run.startedMicros), "ended_at": .time(run.endedMicros),
            "report": JSONValueText.value(run.report) ?? .null, "error": .text(run.error),
        ])
    }
}
