import ArgumentParser
import SluiceCatalog
import SluiceCore

/// The table that a command is about, and the catalog that has it.
struct TableArgument: ParsableArguments, Sendable {
    @Argument(help: ArgumentHelp("The table: database.table.", valueName: "table"), completion: NameCompletion.tables) var name: String

    /// - Throws: `invalidOption` for no name, `notFound` without any state.
    func open(_ session: Session) throws -> (name: TableName, catalog: Catalog) {
        let name = try TableName(parsing: name)
        return (name, try session.requireCatalog(for: "table \(name.description.quotedForMessage)"))
    }
}
