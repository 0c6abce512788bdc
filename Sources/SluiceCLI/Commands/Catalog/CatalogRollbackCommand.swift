import ArgumentParser
import SluiceCatalog
import SluiceCore

struct CatalogRollbackCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "rollback", abstract: "Make a table what it was in an earlier version, as a new version.",
            discussion: """
                Columns, format, location, comment and parameters become what they were; data files, partitions, owner and tags stay.

                Examples:
                  \(program) catalog rollback sales.orders 3
                  \(program) catalog rollback sales.orders 3 --if-version 5
                """)
    }

    @OptionGroup var table: TableArgument
    @Argument(help: ArgumentHelp("The version to go back to.", valueName: "version")) var version: Int
    @Option(help: ArgumentHelp("Only if this is still the current version.", valueName: "version")) var ifVersion: Int?
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let (name, catalog) = try table.open(Session(home: state.directory))
        let before = try catalog.table(name)
        let number = try catalog.rollback(name, to: version, expecting: ifVersion.map { .version($0) })
        let difference = TableDifference(from: before.definition, to: try catalog.table(name).definition)
        let lines = difference.items.map { DifferenceLines.block($0, indent: 2) }
        let title =
            difference.isEmpty
            ? "\(name) is as it was in version \(version)" : "\(name) is now version \(number), as version \(version) was"
        return Report(
            [.line(title, .heading)] + lines,
            json: .object([
                "table": .string(name.description), "version": .number(number), "restored": .number(version), "changes": difference.json,
            ]))
    }
}
