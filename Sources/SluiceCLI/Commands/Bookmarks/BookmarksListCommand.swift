import ArgumentParser
import SluiceCatalog
import SluiceCore

struct BookmarksListCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the pipelines that remember what they have read.")

    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let catalog = try Session(home: home.directory).existingCatalog()
        let progress = try catalog.map { try PipelineProgress.all(in: $0) } ?? []
        let json = Value.object(["pipelines": .list(progress.map(\.summaryJSON))])
        if progress.isEmpty { return Report([.line("No bookmarks in \(home.directory)."), .line(Session.noState, .dim)], json: json) }
        var table = TextTable([
            .init("pipeline", isWhole: true), .init("read", .right), .init("epochs", .right), .init("last read", isWhole: true),
        ])
        for pipeline in progress {
            table.add([
                pipeline.name, HumanText.count(Int64(pipeline.bookmarks.count), "bookmark"), HumanText.grouped(Int64(pipeline.epochs)),
                pipeline.updatedMicros.map { HumanText.time(micros: $0) } ?? "",
            ])
        }
        return Report([.table(table)], json: json)
    }
}
