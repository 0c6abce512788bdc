import ArgumentParser
import SluiceCatalog
import SluiceCore

struct CatalogTablesCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "tables", abstract: "List the tables, of all databases or of one.",
            discussion: """
                Examples:
                  \(program) catalog tables
                  \(program) catalog tables flights --json
                """)
    }

    @Argument(help: "Only tables of this database.", completion: NameCompletion.databases) var database: String?
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let catalog = try database.map { try session.requireCatalog(for: "database \($0.quotedForMessage)") } ?? session.existingCatalog()
        let tables = try catalog?.tables(in: database) ?? []
        let json = Value.object(["tables": .list(tables.map(\.json))])
        if tables.isEmpty { return Report([.line("No tables in \(state.directory)."), .line(Session.noState, .dim)], json: json) }
        var table = TextTable([
            .init("table", isWhole: true), .init("rows", .right, isWhole: true), .init("size", .right, isWhole: true),
            .init("files", .right),
            .init("format"), .init("version", .right), .init("updated"),
        ])
        for entry in tables {
            table.add([
                entry.name.description, HumanText.grouped(entry.rowCount), HumanText.bytes(entry.byteCount),
                HumanText.grouped(entry.fileCount), entry.format, String(entry.version), HumanText.time(micros: entry.updatedMicros),
            ])
        }
        return Report([.table(table)], json: json)
    }
}
