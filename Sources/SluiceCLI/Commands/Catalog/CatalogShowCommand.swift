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
        var json = details.json
        if details.table.definition.isView { return try await view(details, json, session, catalog) }
        let preview = rows == 0 ? nil : try await TablePreview(of: name, limit: rows, session: session, catalog: catalog)
        json.append(.init("rows", preview?.json ?? .list([])))
        return Report(details.blocks(limit: all ? .max : TableDetails.listed) + previewBlocks(preview, details), json: .structure(json))
    }

    /// A view is shown whether or not its query can be answered.
    private func view(_ details: TableDetails, _ json: [Value.Member], _ session: Session, _ catalog: Catalog) async throws -> Report {
        var (json, blocks) = (json, details.blocks(limit: all ? .max : TableDetails.listed))
        var preview: TablePreview?
        do {
            let name = details.table.definition.name
            if rows > 0 { preview = try await TablePreview(ofView: name, limit: rows, session: session, catalog: catalog) }
        } catch let error as SluiceError {
            blocks += [.blank, .line("Its rows cannot be read: \(error.message)", .warning)]
            json.append(.init("error", ErrorReport.json(error)))
        }
        if let preview {
            let title =
                preview.rowCount < rows
                ? "All \(HumanText.count(preview.rowCount, "row"))" : "First \(HumanText.count(preview.rowCount, "row"))"
            blocks += [.blank, .line(title, .heading), .table(preview.table)]
        }
        json.append(.init("rows", preview?.json ?? .list([])))
        return Report(blocks, json: .structure(json))
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
