import ArgumentParser
import SluiceCatalog
import SluiceCore
import SluicePipelines

struct CatalogExportCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "export", abstract: "Write the catalog as declarations into a folder.",
            discussion: """
                The same catalog gives the same text. Files that say already what the catalog has stay as they are, with their comments.

                Examples:
                  \(program) catalog export
                  \(program) catalog export --catalog infra/catalog --database sales
                """)
    }

    @Option(help: ArgumentHelp("The folder of declarations.", valueName: "dir"), completion: .directory) var catalog = "catalog"
    @Option(help: "Only this database and its tables.", completion: NameCompletion.databases) var database: String?
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let stored = try session.requireCatalog(for: "catalog to write")
        let files = try CatalogExport(to: catalog, connectors: session.connectors).run(stored, database: database)
        let json = Value.object([
            "directory": .string(catalog),
            "files": .list(
                files.map { file in
                    .object([
                        "path": .string(file.path), "action": .string(file.action.rawValue), "kind": .string(file.kind),
                        "name": .string(file.name),
                    ])
                }),
        ])
        let blocks = files.compactMap { file -> Report.Block? in
            switch file.action {
            case .written: .line("+ \(file.path)", .good)
            case .changed: .line("~ \(file.path)", .warning)
            case .unknown: .line("? \(file.path)  declares \(file.kind) \(file.name), which the catalog does not have", .dim)
            case .unchanged: nil
            }
        }
        let unchanged = files.count { $0.action == .unchanged }
        return Report(blocks + [.line("\(HumanText.count(files.count, "file")), \(unchanged) of them as they were.")], json: json)
    }
}
