import ArgumentParser
import SluiceCatalog
import SluiceCore

struct RunsShowCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "show", abstract: "Show one run: counts of every step, inputs, outputs, timings, error.",
            discussion: """
                Examples:
                  \(program) runs show
                  \(program) runs show 01JD5Z
                """)
    }

    @Argument(help: "The run's id, the beginning of one, or: last.", completion: NameCompletion.runs) var run = "last"
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let catalog = try Session(home: state.directory).requireCatalog(for: "run \(run.quotedForMessage)")
        let record = try run == "last" ? Self.last(catalog) : catalog.run(matching: run)
        return Report(RunScreen(record: record).detailBlocks, json: record.json)
    }

    private static func last(_ catalog: Catalog) throws(SluiceError) -> RunRecord {
        guard let run = try catalog.runs(limit: 1).first else {
            throw SluiceError(.notFound, "nothing has run yet", remedy: Session.noState)
        }
        return run
    }
}
