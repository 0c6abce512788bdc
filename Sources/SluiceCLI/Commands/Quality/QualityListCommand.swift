import ArgumentParser
import SluiceCatalog
import SluiceCore

struct QualityListCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "list", abstract: "List results of rule sets, the newest first.",
            discussion: """
                Examples:
                  \(program) quality list
                  \(program) quality list sales.orders --limit 5
                """)
    }

    @Argument(help: "Only those of this table or pipeline.", completion: NameCompletion.tables) var subject: String?
    @Option(help: "How many to list at most.") var limit = 20
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...100_000).contains(limit) else { throw ValidationError("--limit takes a number from 1 to 100000") }
    }

    func report() async throws -> Report {
        let catalog = try Session(home: home.directory).existingCatalog()
        let results = try catalog?.qualityResults(subject: subject, limit: limit) ?? []
        let json = Value.object(["results": .list(results.map(\.json))])
        if results.isEmpty { return Report([.line("No quality results.")], json: json) }
        var table = TextTable([
            .init("result", .right, isWhole: true), .init("subject", isWhole: true), .init("rule set"),
            .init("passed", .right, isWhole: true),
            .init("rows", .right, isWhole: true), .init("at", isWhole: true),
        ])
        for result in results {
            table.add([
                String(result.id), result.subject, result.ruleSet, "\(result.count("passed"))/\(result.outcomes.count)",
                HumanText.short(Double(result.rows)), HumanText.time(micros: result.evaluatedMicros, hasSeconds: false),
            ])
        }
        return Report([.table(table)], json: json)
    }
}
