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
                  \(program) catalog tables --match 'raw_*' --limit 50
                """)
    }

    /// Lines on the screen unless `--limit` says otherwise; JSON has all.
    static let listed = 1_000

    @Argument(help: "Only tables of this database.", completion: NameCompletion.databases) var database: String?
    @Option(help: ArgumentHelp("Only names like this: * is any text, ? one character.", valueName: "pattern")) var match: String?
    @Option(help: "How many at most; 1000 on the screen when absent.") var limit: Int?
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit takes a number from 1 on") }
    }

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let catalog = try database.map { try session.requireCatalog(for: "database \($0.quotedForMessage)") } ?? session.existingCatalog()
        let limit = self.limit ?? (output.json ? nil : Self.listed)
        let tables = try catalog?.tables(in: database, matching: match, limit: limit) ?? []
        let count = limit == nil ? tables.count : try catalog?.tableCount(in: database, matching: match) ?? 0
        let json = Value.object(["tables": .list(tables.map(\.json)), "count": .number(count)])
        if tables.isEmpty {
            if let match {
                let hint = "* stands for any text, ? for one character, and the database is named beside the pattern"
                return Report([.line("No tables like \(match.quotedForMessage) in \(state.directory)."), .line(hint, .dim)], json: json)
            }
            return Report([.line("No tables in \(state.directory)."), .line(Session.noState, .dim)], json: json)
        }
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
        let more = count - tables.count
        let rest: [Report.Block] = more > 0 ? [.line("… \(HumanText.count(more, "more table")); --limit \(count) lists them", .dim)] : []
        return Report([.table(table)] + rest, json: json)
    }
}
