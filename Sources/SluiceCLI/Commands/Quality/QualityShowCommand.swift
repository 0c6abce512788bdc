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
                """)
    }

    @Argument(help: "The result's number, or: last.") var result = "last"
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
        guard let id = Int64(result) else {
            throw SluiceError(.usage, "\(result.quotedForMessage) is no result's number", remedy: "`quality list` has the numbers")
        }
        return try catalog.qualityResult(id)
    }
}
