import ArgumentParser
import SluiceCatalog
import SluiceCore

struct CatalogBackupCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "backup", abstract: "Copy the catalog to a file, as it is at one moment, while others go on.",
            discussion: """
                The file has everything of sluice.sqlite: tables, runs, bookmarks, groups, secrets (still sealed). Data files and streams are not
                in it. The copy is checked before it is put in place.

                Examples:
                  \(program) catalog backup backups/catalog-2024-05-17.sqlite
                """)
    }

    @Argument(help: ArgumentHelp("Where to.", valueName: "file"), completion: .file()) var file: String
    @Flag(help: "Replace a file that is there.") var force = false
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let catalog = try Session(home: state.directory).requireCatalog(for: "catalog to copy")
        let summary = try catalog.backUp(to: file, replacing: force)
        return Report([.line("Wrote \(file): \(BackupText.contents(summary)).")], json: summary.json)
    }
}

/// What a backup has, in words.
enum BackupText {
    static func contents(_ summary: BackupSummary) -> String {
        let newest = summary.newestRunMicros.map { ", the newest of \(HumanText.time(micros: $0))" } ?? ""
        return "\(HumanText.bytes(summary.byteCount)), \(HumanText.count(summary.tables, "table")) in "
            + "\(HumanText.count(summary.databases, "database")), \(HumanText.count(summary.runs, "run"))\(newest)"
    }
}
