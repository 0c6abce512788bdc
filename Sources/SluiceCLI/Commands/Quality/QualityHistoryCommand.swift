import ArgumentParser
import SluiceCatalog
import SluiceCore

struct QualityHistoryCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "history", abstract: "Show how the figures of a table or pipeline went, the newest result first.",
            discussion: """
                Examples:
                  \(program) quality history sales.orders
                  \(program) quality history sales.orders --figure RowCount --limit 50
                """)
    }

    @Argument(help: "The table or pipeline.", completion: NameCompletion.tables) var subject: String
    @Option(help: "Only this figure, as a rule writes it without its condition: RowCount.") var figure: String?
    @Option(help: "How many results to look at, the newest.") var limit = 20
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...100_000).contains(limit) else { throw ValidationError("--limit takes a number from 1 to 100000") }
    }

    func report() async throws -> Report {
        let catalog = try Session(home: home.directory).requireCatalog(for: "quality result of \(subject.quotedForMessage)")
        let results = try catalog.qualityResults(subject: subject, limit: limit)
        guard !results.isEmpty else {
            let known = Set(try catalog.qualityResults(limit: 1_000).map(\.subject)).sorted()
            throw SluiceError(
                .notFound, "there are no quality results of \(subject.quotedForMessage)",
                remedy: Suggestion.remedy(for: subject, in: known, noun: "subjects with results") ?? "nothing was evaluated yet")
        }
        var table = TextTable([
            .init("result", .right, isWhole: true), .init("at", isWhole: true), .init("rule set"), .init("figure"),
            .init("value", .right, isWhole: true), .init("state", isWhole: true),
        ])
        var points: [Value] = []
        for result in results {
            for (point, state) in Self.points(of: result) where figure == nil || point.name == figure {
                table.add([
                    String(result.id), HumanText.time(micros: result.evaluatedMicros, hasSeconds: false), result.ruleSet, point.name,
                    QualityScreen.number(point.value), state ?? "",
                ])
                points.append(
                    .object([
                        "result": .integer(result.id), "evaluated_at": .time(result.evaluatedMicros), "run_id": .text(result.run?.text),
                        "rule_set": .string(result.ruleSet), "figure": .string(point.name), "value": .float(point.value),
                        "state": .text(state),
                    ]))
            }
        }
        let json = Value.object(["subject": .string(subject), "figures": .list(points)])
        return Report([table.rows.isEmpty ? .line("No such figure.") : .table(table)], json: json)
    }

    /// Figures with the state of their rule; those of analyzers have none.
    private static func points(of result: QualityResult) -> [(figure: QualityResult.Figure, state: String?)] {
        result.outcomes.flatMap { outcome in outcome.figures.map { ($0, outcome.state) } } + result.figures.map { ($0, nil) }
    }
}
