import ArgumentParser
import SluiceCatalog
import SluiceCore

struct CatalogTagCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "tag", abstract: "Say who owns a table, tag it, comment on it, or call it deprecated.",
            discussion: """
                Examples:
                  \(program) catalog tag sales.orders team=sales pii
                  \(program) catalog tag sales.orders --remove pii --owner ada --comment 'Orders as the shop sends them'
                  \(program) catalog tag sales.old_orders --deprecated 'use sales.orders'
                """)
    }

    @OptionGroup var table: TableArgument
    @Argument(help: ArgumentHelp("Tags: name or name=value.", valueName: "tag")) var tags: [String] = []
    @Option(help: ArgumentHelp("A tag to take away; may be given several times.", valueName: "tag")) var remove: [String] = []
    @Option(help: "Who answers for the table; an empty text: nobody.") var owner: String?
    @Option(help: "What the table holds.") var comment: String?
    @Option(help: ArgumentHelp("Why it should not be used any more; an empty text takes it back.", valueName: "reason")) var deprecated:
        String?
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if tags.isEmpty, remove.isEmpty, owner == nil, comment == nil, deprecated == nil {
            throw ValidationError("name a tag, or one of --remove, --owner, --comment and --deprecated")
        }
        if let tag = tags.first(where: { $0.hasPrefix("=") || $0.isEmpty }) { throw ValidationError("a tag needs a name: \(tag)") }
    }

    func report() async throws -> Report {
        let (name, catalog) = try table.open(Session(home: state.directory))
        let (before, definition) = try catalog.changeTable(name) { $0 = changed($0) }
        let difference = TableDifference(from: before, to: definition)
        let lines = difference.items.map { DifferenceLines.block($0, indent: 2) }
        return Report(
            [.line("\(name)", .heading)] + (lines.isEmpty ? [.line("  as it was", .dim)] : lines),
            json: .object([
                "table": .string(name.description), "owner": .string(definition.owner),
                "tags": .structure(definition.tags.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }),
                "comment": .string(definition.comment), "deprecated": .text(definition.deprecation), "changes": difference.json,
            ]))
    }

    private func changed(_ definition: TableDefinition) -> TableDefinition {
        var definition = definition
        for tag in tags {
            let parts = tag.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            definition.tags[parts[0]] = parts.count == 2 ? parts[1] : ""
        }
        for tag in remove { definition.tags[tag] = nil }
        if let owner { definition.owner = owner }
        if let comment { definition.comment = comment }
        if let deprecated { definition.deprecation = deprecated.isEmpty ? nil : deprecated }
        return definition
    }
}
