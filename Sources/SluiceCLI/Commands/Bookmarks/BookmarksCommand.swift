import ArgumentParser

/// Commands about how far pipelines have read.
struct BookmarksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bookmarks", abstract: "Look at how far incremental pipelines have read, or begin anew.",
        subcommands: [BookmarksListCommand.self, BookmarksShowCommand.self, BookmarksResetCommand.self])
}
