import ArgumentParser

/// Commands about databases and tables.
struct CatalogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "catalog", abstract: "Look at databases and tables.",
        subcommands: [CatalogTablesCommand.self, CatalogShowCommand.self, CatalogDatabasesCommand.self])
}
