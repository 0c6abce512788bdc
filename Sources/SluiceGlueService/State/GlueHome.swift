package import SluiceCatalog
package import SluiceCrawler
package import SluiceServer
import SluiceRegistry

/// The catalog of a state directory, as clients of the one account see it that it belongs to.
package final class GlueHome: Sendable {
    let catalog: Catalog
    let registry: SchemaRegistry
    let places: Places
    /// Twelve digits.
    let account: String
    let crawls: Crawls
    let background = BackgroundRuns()
    /// Runs that judge tables, that recommend rules for them, and that compute statistics.
    let evaluations: RunBook
    let recommendations: RunBook
    let statistics: RunBook
    let surroundings: CrawlSurroundings
    /// The state's, as a whole path.
    let directory: String
    /// Whether the scheduler of this process runs what clients ask for.
    let runsJobs: Bool
    let follower: GlueFollower
    let shownTables = ShownTables()

    /// - Parameters:
    ///   - directory: The state's, as a whole path; buckets of the port are below it.
    ///   - project: The folder in which crawlers may look beside the buckets, as a whole path.
    ///   - surroundings: What crawls may use beside the disk and the catalog.
    ///   - runsJobs: Whether the scheduler of this process runs what clients ask for.
    package init(
        _ catalog: Catalog, directory: String, project: String, _ options: PortOptions,
        surroundings: CrawlSurroundings = CrawlSurroundings(), runsJobs: Bool = false
    ) {
        self.catalog = catalog
        registry = SchemaRegistry(catalog)
        places = Places(buckets: directory + "/buckets", project: project)
        account = options.account
        self.runsJobs = runsJobs
        let follower = GlueFollower(places)
        self.follower = follower
        crawls = Crawls(catalog, surroundings) { name, state in
            // What a crawl makes run is worth less than the crawl, which is over.
            try? catalog.changeSchedule { try follower.crawled(name, state, $0) }
        }
        evaluations = RunBook(kind: EvaluationRuns.kind, prefix: "dqrun-", catalog: catalog, background: background)
        recommendations = RunBook(kind: RecommendationRuns.kind, prefix: "dqrec-", catalog: catalog, background: background)
        statistics = RunBook(kind: StatisticsRuns.kind, prefix: "statistics-", catalog: catalog, background: background)
        self.surroundings = surroundings
        self.directory = directory
    }

    /// Stops what goes on behind answers.
    func stopAll() {
        crawls.stopAll()
        background.stopAll()
    }

    /// Waits for what was stopped.
    func close() async {
        await crawls.close()
        await background.close()
    }
}
