import ArgumentParser
import SluiceCatalog
import SluiceCore

struct BookmarksShowCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "show", abstract: "Show what a pipeline has read: files, or shards and how far, the latest first.",
            discussion: """
                The position of a file is its size in bytes and the time of its last change in microseconds since 1970; that of a shard is the
                number of records that were read.

                Example:
                  \(program) bookmarks show daily-orders
                """)
    }

    @Argument(help: "The pipeline's name.", completion: NameCompletion.bookmarkedPipelines) var pipeline: String
    @Option(help: "How many bookmarks to show at most; --json has all.") var limit = 50
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...100_000).contains(limit) else { throw ValidationError("--limit takes a number from 1 to 100000") }
    }

    func report() async throws -> Report {
        let catalog = try Session(home: home.directory).requireCatalog(for: "bookmark of \(pipeline.quotedForMessage)")
        let progress = try PipelineProgress.of(pipeline, in: catalog)
        let newest = progress.bookmarks.sorted { ($1.updatedMicros, $0.source) < ($0.updatedMicros, $1.source) }
        var table = TextTable([.init("source"), .init("position", isName: true), .init("read at", isWhole: true)])
        for bookmark in newest.prefix(limit) {
            table.add([bookmark.source, bookmark.positionText, HumanText.time(micros: bookmark.updatedMicros)])
        }
        let more = newest.count - limit
        let heading = "\(pipeline): \(HumanText.count(newest.count, "bookmark")), \(HumanText.count(progress.epochs, "epoch"))"
        return Report(
            [.line(heading, .heading), .table(table)] + (more > 0 ? [.line("… \(more) more; --limit shows more, --json all", .dim)] : []),
            json: .object([
                "pipeline": .string(pipeline), "epochs": .number(progress.epochs), "bookmarks": .list(newest.map(\.json)),
            ]))
    }
}
