import ArgumentParser

/// Commands about databases and tables.
struct CatalogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "catalog", abstract: "Look at databases and tables, declare them, and keep their history.",
        subcommands: [
            CatalogTablesCommand.self, CatalogShowCommand.self, CatalogDatabasesCommand.self, CatalogSearchCommand.self,
            CatalogPartitionsCommand.self, CatalogStatsCommand.self, CatalogVersionsCommand.self, CatalogDiffCommand.self,
            CatalogRollbackCommand.self, LineageCommand.self, CatalogTagCommand.self, CatalogViewCommand.self, CatalogDropCommand.self,
            CatalogApplyCommand.self, CatalogExportCommand.self, CatalogBackupCommand.self, CatalogRestoreCommand.self,
        ])
}
