import ArgumentParser
import SluiceCatalog
import SluiceCore

struct BookmarksResetCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "reset", abstract: "Forget what a pipeline has read, so that its next run reads it again.",
            discussion: """
                Without --source, what its steps keep between runs (open windows, keys of `deduplicate`) is forgotten, too. What was written
                stays: a sink that appends has the rows twice after the next run, unless its output is removed.

                Examples:
                  \(program) bookmarks reset daily-orders --yes
                  \(program) bookmarks reset daily-orders --source in/2024-05-01.csv --yes
                """)
    }

    @Argument(help: "The pipeline's name.", completion: NameCompletion.bookmarkedPipelines) var pipeline: String
    @Option(help: "Only this bookmark, named as `bookmarks show` names it.") var source: String?
    @Flag(name: [.customLong("yes"), .customLong("force")], help: "Really forget it.") var isSure = false
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let catalog = try Session(home: home.directory).requireCatalog(for: "bookmark of \(pipeline.quotedForMessage)")
        let progress = try PipelineProgress.of(pipeline, in: catalog)
        if let source, !progress.bookmarks.contains(where: { $0.source == source }) {
            throw SluiceError(
                .notFound, "pipeline \(pipeline.quotedForMessage) has no bookmark \(source.quotedForMessage)",
                remedy: Suggestion.remedy(for: source, in: progress.bookmarks.map(\.source), noun: "bookmarks"))
        }
        let what = source.map(\.quotedForMessage) ?? HumanText.count(Int64(progress.bookmarks.count), "bookmark")
        guard isSure else {
            throw SluiceError(
                .usage, "pipeline \(pipeline.quotedForMessage) would read again what it has read (\(what)); nothing was forgotten",
                remedy: "say --yes to forget it")
        }
        let lock = try catalog.lock(pipeline: pipeline)
        defer { lock.release() }
        if let source {
            try catalog.deleteBookmark(pipeline: pipeline, source: source)
        } else {
            try catalog.forgetProgress(of: pipeline)
        }
        return Report(
            [.line("Forgot \(what) of \(pipeline).")],
            json: .object(["pipeline": .string(pipeline), "source": .text(source), "reset": .boolean(true)]))
    }
}
