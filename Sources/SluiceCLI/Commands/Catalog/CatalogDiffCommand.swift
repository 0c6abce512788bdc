import ArgumentParser
import SluiceCatalog
import SluiceCore

struct CatalogDiffCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "diff", abstract: "Compare two versions of a table, or the declarations with the catalog.",
            discussion: """
                With a table: its current version with the one before, with another, or two versions. Without: what `catalog apply` would
                change; the exit code is 1 if that is anything.

                Examples:
                  \(program) catalog diff sales.orders
                  \(program) catalog diff sales.orders 3 5
                  \(program) catalog diff
                  \(program) catalog diff --catalog infra/catalog --prune
                """)
    }

    @Argument(help: ArgumentHelp("The table: database.table.", valueName: "table"), completion: NameCompletion.tables) var name: String?
    @Argument(help: ArgumentHelp("The earlier version.", valueName: "from")) var from: Int?
    @Argument(help: ArgumentHelp("The later version; the current one when absent.", valueName: "to")) var to: Int?
    @OptionGroup var folder: DeclarationOptions
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        guard let name else { return try declarations() }
        let table = try TableName(parsing: name)
        let catalog = try Session(home: state.directory).requireCatalog(for: "table \(table.description.quotedForMessage)")
        let current = try catalog.table(table)
        let later = to ?? current.version
        let known = try catalog.versions(of: table).map(\.version)
        guard let earlier = from ?? known.first(where: { $0 < later }) else {
            return Report(
                [.line("\(table) has one version only.")],
                json: .object(["table": .string(table.description), "from": .null, "to": .number(later), "changes": .list([])]))
        }
        let old = try catalog.version(earlier, of: table).definition(in: current.definition)
        let new = try catalog.version(later, of: table).definition(in: current.definition)
        let difference = TableDifference(from: old, to: new)
        let lines = difference.items.map { DifferenceLines.block($0, indent: 2) }
        return Report(
            [.line("\(table): version \(earlier) to \(later)", .heading)] + (lines.isEmpty ? [.line("  no difference", .dim)] : lines),
            json: .object([
                "table": .string(table.description), "from": .number(earlier), "to": .number(later), "changes": difference.json,
            ]))
    }

    private func declarations() throws -> Report {
        let session = Session(home: state.directory)
        let declarations = try folder.load(session)
        let plan = try folder.plan(declarations, session)
        return Report(
            DifferenceLines.blocks(plan, isDone: false, declared: declarations.count), json: plan.json,
            status: plan.isEmpty ? .done : .failed)
    }
}
