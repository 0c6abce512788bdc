import ArgumentParser
import SluiceCatalog
import SluiceCore

struct CatalogRestoreCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "restore", abstract: "Put the content of a backup in the place of the catalog's.",
            discussion: """
                It is refused while runs write. Other processes see the change whole or not at all. What the catalog had is kept beside it as a
                backup. Bookmarks go back, too: incremental pipelines read again what came since, and data files that were written since are
                not listed any more (`doctor` compares lists and files).

                Examples:
                  \(program) catalog restore backups/catalog-2024-05-17.sqlite --yes
                """)
    }

    @Argument(help: ArgumentHelp("A file that `catalog backup` wrote.", valueName: "file"), completion: .file()) var file: String
    @Flag(name: .customLong("yes"), help: "Really replace what the catalog has.") var isSure = false
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        if try session.existingCatalog() != nil, !isSure {
            throw SluiceError(
                .usage, "the catalog of \(state.directory.quotedForMessage) would be replaced; nothing was done",
                remedy: "say --yes to replace it")
        }
        let (summary, former) = try session.catalog().restore(from: file)
        var json: [Value.Member] = []
        if case .structure(let members) = summary.json { json = members }
        return Report(
            [.line("Restored \(file): \(BackupText.contents(summary))."), .line("What was there before is in \(former)", .dim)],
            json: .structure(json + [.init("former", .string(former))]))
    }
}
