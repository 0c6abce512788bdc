import ArgumentParser
import SluiceCrawler
import SluiceFormats

/// Crawls, and their history.
struct CrawlCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "crawl", abstract: "Find the tables in files, databases and streams, and bring the catalog to them.",
            discussion: """
                `\(program) crawl PATH …` is short for `\(program) crawl run PATH …`, whose --help has all options.

                Examples:
                  \(program) crawl data/lake --plan
                  \(program) crawl data/lake --database flights
                  \(program) crawl lake
                  \(program) crawl --explain flights.lake
                  \(program) crawl runs
                """,
            subcommands: [CrawlRunCommand.self, CrawlRunsCommand.self], defaultSubcommand: CrawlRunCommand.self)
    }
}

extension CrawlSettings.Verification: ExpressibleByArgument {}
extension CrawlSettings.UpdatePolicy: ExpressibleByArgument {}
extension CrawlSettings.DeletePolicy: ExpressibleByArgument {}
extension CrawlSettings.RecrawlPolicy: ExpressibleByArgument {}
extension CrawlSettings.Grouping: ExpressibleByArgument {}
extension MixedTypes: ExpressibleByArgument {}
