import ArgumentParser
import SluiceCatalog
import SluiceCore

struct CatalogDatabasesCommand: ReportingCommand {
    static let configuration = CommandConfiguration(commandName: "databases", abstract: "List the databases.")

    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let databases = try Session(home: state.directory).existingCatalog()?.databases() ?? []
        let json = Value.object(["databases": .list(databases.map(\.json))])
        if databases.isEmpty { return Report([.line("No databases in \(state.directory)."), .line(Session.noState, .dim)], json: json) }
        var table = TextTable([.init("database"), .init("tables", .right), .init("updated"), .init("comment")])
        for database in databases {
            table.add([
                database.name, HumanText.grouped(database.tableCount), HumanText.time(micros: database.updatedMicros), database.comment,
            ])
        }
        return Report([.table(table)], json: json)
    }
}
