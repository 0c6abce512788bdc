import SluiceCore
package import SluiceFormats

/// What a crawler looks at, and what it may do with the catalog.
package struct CrawlSettings: Sendable {
    /// How much of the data is read.
    package enum Verification: String, CaseIterable, Sendable {
        /// Every record.
        case all
        /// The start of every file.
        case sample
    }

    /// What becomes of tables whose columns are found changed (AWS Glue: UpdateBehavior, and MergeNewColumns).
    package enum UpdatePolicy: String, CaseIterable, Sendable {
        /// The catalog follows the data.
        case update
        /// New columns are added; none is removed or gets another type.
        case merge
        /// The change is only reported.
        case log
    }

    /// What becomes of tables and partitions that are not found any more (AWS Glue: DeleteBehavior).
    package enum DeletePolicy: String, CaseIterable, Sendable {
        /// They leave the catalog.
        case delete
        /// Tables are marked; partitions leave the catalog.
        case deprecate
        /// It is only reported.
        case log
    }

    /// What of the targets is looked at again (AWS Glue: RecrawlBehavior).
    package enum RecrawlPolicy: String, CaseIterable, Sendable {
        case everything
        /// Only files of folders that no crawl has seen; columns and what is gone are only reported.
        case newFolders = "new-folders"
        /// Only the paths that the crawl is told of; the others are taken to be as they were.
        case events
    }

    /// How folders are put together.
    package enum Grouping: String, CaseIterable, Sendable {
        /// Folders whose schemas are alike become partitions of one table.
        case similar
        /// Folders whose files can be read alike do, whatever their columns (AWS Glue: CombineCompatibleSchemas).
        case combine
    }

    /// Names the crawler in the run history; its tables are its own.
    package var name: String
    /// As `CrawlTarget` reads them.
    package var targets: [String]
    package var database = "default"
    /// Stands before the names of tables.
    package var prefix = ""
    /// Globs relative to the targets.
    package var exclusions: [String] = []
    package var verification = Verification.all
    /// Stored bytes above which `all` becomes `sample`.
    package var verifiedBytes = CrawlLimits.verifiedBytes
    package var mixed = MixedTypes.string
    package var grouping = Grouping.similar
    /// The level of folders that are tables, the target itself being 1; nil: as the data shows.
    package var tableLevel: Int?
    package var updates = UpdatePolicy.update
    package var deletions = DeletePolicy.deprecate
    package var recrawl = RecrawlPolicy.everything
    /// What has happened, for a crawl of events.
    package var events: [CrawlEvent] = []
    /// Files of each folder that are looked at; nil: all.
    package var sampledFiles: Int?
    /// Paths among the targets at which nothing need be.
    package var optionalTargets: Set<String> = []
    /// Tables that may be found; nil: any number (AWS Glue: TableThreshold).
    package var tableLimit: Int?
    /// Whether tables with partition keys get an index over them (AWS Glue: CreatePartitionIndex).
    package var indexesPartitions = false
    /// Whether partitions are described as their tables are, whatever others described them as (AWS Glue: InheritFromTable).
    package var partitionsInherit = false
    /// The name of the secret that is the password of databases.
    package var passwordSecret: String?
    /// Asked before the built-in ones, in order.
    package var classifiers: [CustomClassifier] = []
    /// Tasks side by side.
    package var width = 2

    package init(name: String, targets: [String]) {
        self.name = name
        self.targets = targets
    }

    /// All that decides what a crawl finds: two crawls with the same text of unchanged files find the same.
    package var fingerprint: String {
        let parts: [String] =
            [
                database, prefix, verification.rawValue, String(verifiedBytes), mixed.rawValue,
                grouping.rawValue, tableLevel.map(String.init) ?? "auto", sampledFiles.map(String.init) ?? "all",
                Release.version,
            ] + targets + ["|"] + exclusions + ["|"] + classifiers.map(\.fingerprint) + (indexesPartitions ? ["indexes"] : [])
            + (partitionsInherit ? ["inherit"] : [])
        return parts.map { String($0.utf8.count) + ":" + $0 }.joined()
    }
}
