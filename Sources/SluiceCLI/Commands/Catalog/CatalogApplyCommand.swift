import ArgumentParser
import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceRegistry

struct CatalogApplyCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "apply", abstract: "Make the catalog what the files of a folder declare, in one transaction.",
            discussion: """
                Each YAML file declares a database, table, view, schema, rule set, crawler, connection or function (docs/catalog.md). What a file does
                not say stays as it is. `catalog diff` shows what would change.

                Examples:
                  \(program) catalog apply
                  \(program) catalog apply --catalog infra/catalog --prune
                """)
    }

    @OptionGroup var folder: DeclarationOptions
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let declarations = try folder.load(session)
        let catalog = try session.catalog()
        let registry = SchemaRegistry(catalog)
        let plan = try catalog.apply(declarations, prunes: folder.prune, judge: registry.judgeDeclared)
        return Report(DifferenceLines.blocks(plan, isDone: true, declared: declarations.count), json: plan.json)
    }
}
