import ArgumentParser
import SluiceCatalog
import SluiceCore

struct QualityShowCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "show", abstract: "Show one result: every rule, what was measured, and rows that failed.",
            discussion: """
                Examples:
                  \(program) quality show
                  \(program) quality show 12 --json
                  \(program) quality show sales.orders
                """)
    }

    @Argument(
        help: ArgumentHelp("The result's number, the table or pipeline whose latest one it is, or: last.", valueName: "result"),
        completion: NameCompletion.tables)
    var result = "last"
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let catalog = try Session(home: home.directory).requireCatalog(for: "quality result \(result.quotedForMessage)")
        let shown = try found(catalog)
        return Report(QualityScreen(result: shown).blocks, json: shown.json)
    }

    private func found(_ catalog: Catalog) throws -> QualityResult {
        if result == "last" {
            guard let newest = try catalog.qualityResults(limit: 1).first else {
                throw SluiceError(
                    .notFound, "nothing was evaluated yet", remedy: "run `quality run TABLE`, or a pipeline with a quality step")
            }
            return newest
        }
        if let id = Int64(result) { return try catalog.qualityResult(id) }
        // Tables are known by their names in small letters.
        for subject in [result, (try? TableName(parsing: result))?.description].compactMap(\.self) {
            if let latest = try catalog.qualityResults(subject: subject, limit: 1).first { return latest }
        }
        throw try unknown(catalog)
    }

    /// A table or pipeline that is there may have been judged by no rule set; anything else is a slip.
    private func unknown(_ catalog: Catalog) throws -> SluiceError {
        let isTable = try (try? TableName(parsing: result)).map { try catalog.findTable($0) != nil } ?? false
        let isPipeline = try !isTable && !catalog.runs(pipeline: result, limit: 1).isEmpty
        if isTable || isPipeline {
            return SluiceError(
                .notFound, "the \(isTable ? "table" : "pipeline") \(result.quotedForMessage) was not judged by rules yet",
                remedy: isTable ? "run `quality run \(result)`" : "give it a step `quality`, and run it")
        }
        let known = Set(try catalog.qualityResults(limit: Self.searched).map(\.subject)).sorted()
        return SluiceError(
            .notFound, "\(result.quotedForMessage) is neither a result's number nor a table or pipeline with results",
            remedy: Suggestion.remedy(for: result, in: known, noun: "these have results")
                ?? "nothing was evaluated yet: run `quality run TABLE`, or a pipeline with a quality step")
    }

    /// Results, the newest, whose names are offered in place of one that is wrong.
    private static let searched = 1_000
}
