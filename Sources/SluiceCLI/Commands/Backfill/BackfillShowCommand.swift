import ArgumentParser
import SluiceCatalog
import SluiceCore

struct BackfillShowCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "show", abstract: "Show one backfill: what became of each unit.",
            discussion: """
                Examples:
                  \(program) backfill show
                  \(program) backfill show 01JD5Z
                """)
    }

    @Argument(help: "The backfill's id, the beginning of one, or: last.") var backfill = "last"
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let catalog = try Session(home: state.directory).requireCatalog(for: "backfill \(backfill.quotedForMessage)")
        let record = try backfill == "last" ? Self.last(catalog) : catalog.backfill(matching: backfill)
        let screen = BackfillScreen(record: record)
        return Report(screen.blocks, json: screen.json)
    }

    private static func last(_ catalog: Catalog) throws(SluiceError) -> BackfillRecord {
        guard let record = try catalog.backfills(limit: 1).first else {
            throw SluiceError(.notFound, "there was no backfill yet", remedy: "`backfill FILE --from TIME --to TIME` begins one")
        }
        return record
    }
}
