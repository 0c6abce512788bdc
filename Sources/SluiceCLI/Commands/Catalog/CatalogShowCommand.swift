import ArgumentParser
import SluiceCatalog
import SluiceCore

struct CatalogShowCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "show", abstract: "Show a table: columns, partitions, versions, and its first rows.",
            discussion: """
                A table as wide as its data is printed when COLUMNS says how wide: COLUMNS=400 \(program) catalog show …

                Examples:
                  \(program) catalog show flights.delayed
                  \(program) catalog show flights.delayed --rows 100
                """)
    }

    @Argument(help: ArgumentHelp("The table: database.table.", valueName: "table"), completion: NameCompletion.tables) var name: String
    @Option(help: "How many of its first rows to show.") var rows = 10
    @Flag(help: "List all partitions and files, not only the first.") var all = false
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (0...Self.maximumRows).contains(rows) else { throw ValidationError("--rows takes a number from 0 to \(Self.maximumRows)") }
    }

    /// Rows are kept in memory until they are printed.
    static let maximumRows = 1_000_000

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let name = try TableName(parsing: name)
        let catalog = try session.requireCatalog(for: "table \(name.description.quotedForMessage)")
        let limit = all || output.json ? nil : TableDetails.listed
        let details = TableDetails(
            table: try catalog.table(name), partitions: try catalog.partitions(of: name, where: nil, limit: limit),
            files: try catalog.files(of: name, limit: limit ?? .max), versions: try catalog.versions(of: name))
        let isView = details.table.definition.isView
        let preview = rows == 0 || isView ? nil : try await TablePreview(of: name, limit: rows, session: session, catalog: catalog)
        var json = details.json
        json.append(.init("rows", preview?.json ?? .list([])))
        return Report(details.blocks(limit: all ? .max : TableDetails.listed) + previewBlocks(preview, details), json: .structure(json))
    }

    private func previewBlocks(_ preview: TablePreview?, _ details: TableDetails) -> [Report.Block] {
        guard let preview else { return [] }
        let total = details.table.rowCount
        if preview.rowCount == 0 { return [.blank, .line("The table has no rows.")] }
        let title =
            preview.rowCount == total
            ? "All \(HumanText.count(total, "row"))" : "First \(HumanText.grouped(preview.rowCount)) of \(HumanText.count(total, "row"))"
        var blocks: [Report.Block] = [.blank, .line(title, .heading), .table(preview.table)]
        if preview.rejected > 0 {
            blocks.append(.line("\(HumanText.count(preview.rejected, "record")) between them could not be read", .warning))
        }
        return blocks
    }
}
