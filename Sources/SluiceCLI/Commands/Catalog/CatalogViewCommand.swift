import ArgumentParser
import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluiceEngine
import SluicePipelines
import SluiceQuery

struct CatalogViewCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "view", abstract: "Make a view: a query with a name, that queries read as a table.",
            discussion: """
                The query is tried first: its tables must be there, and its columns become those of the view. Names of tables are kept with \
                their databases. A query puts the view's SELECT into the place of its name, so that only what it needs is read. \
                `\(program) catalog drop` forgets a view.

                Examples:
                  \(program) catalog view shop.late "SELECT id, customer FROM shop.orders WHERE days > 3"
                  \(program) catalog view shop.late --file late.sql --replace --comment 'Orders that came too late'
                """)
    }

    @Argument(help: ArgumentHelp("The view: database.view.", valueName: "view"), completion: NameCompletion.tables) var name: String
    @Argument(help: ArgumentHelp("Its query.", valueName: "sql")) var text: String?
    @Option(name: .shortAndLong, help: ArgumentHelp("Read the query from this file.", valueName: "file"), completion: .file()) var file:
        String?
    @Flag(help: "Change a view that is there.") var replace = false
    @Option(help: "What the view shows.") var comment: String?
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if (text == nil) == (file == nil) { throw ValidationError("give the query, or --file") }
    }

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let name = try TableName(parsing: name)
        let sql = try file.map { String(decoding: try DiskFiles.read($0), as: UTF8.self) } ?? text ?? ""
        let catalog = try session.catalog()
        let resolver = TableResolver(
            catalog: catalog, streams: session.streams, directory: ".", home: session.home, connectors: session.connectors)
        let runner = QueryRunner(resolver: resolver, options: QueryOptions(width: Machine.coreCount))
        do {
            return try await Interruption.cancelling {
                try await runner.withQuery(sql, making: name) { query in
                    guard query.isReading else {
                        throw SluiceError(.usage, "a view is a SELECT", remedy: "give the SELECT alone: the command names the view")
                    }
                    let record = try query.makeView(
                        name, replaces: replace, comment: comment, in: catalog, path: WorkingDirectory.placed)
                    return ViewReport(record, isChanged: true).report
                }
            }
        } catch {
            throw ConversionError(error, documents: [DefinitionDocument(path: QueryText.path, text: sql)])
        }
    }
}
