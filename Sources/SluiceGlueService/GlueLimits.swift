/// Bounds of the service.
enum GlueLimits {
    /// Bytes of a request (Glue's table input has at most 400 KB of properties, a batch of partitions more).
    static let bodyBytes = 16 << 20
    /// A page of a listing where the request does not say (Glue: 100).
    static let page = 100
    /// Partitions of one batch (Glue: create 100, update 100, delete 25, get 1,000), and tables of one.
    static let createdPartitions = 100
    static let deletedPartitions = 25
    static let fetchedPartitions = 1_000
    static let deletedTables = 100
    /// Indexes over the partitions of a table (Glue: 3).
    static let partitionIndexes = 3
    /// Bytes of tables as answers had them last, which are written again while the catalog has the same.
    static let shownTableBytes = 4 << 20
    /// How often a change of a document is tried again when another comes before it.
    static let attempts = 20
    /// Crawls that run side by side; more are refused.
    static let crawls = 16
    /// Other runs behind answers that go on side by side; more are refused.
    static let backgroundRuns = 16
    /// Runs of a kind that are remembered, the newest.
    static let keptRuns = 1_000
    /// Results of rule sets that listings look at, the newest.
    static let listedResults = 10_000
    /// Other tables that a run compares with.
    static let references = 100
    /// Characters of a message in an answer (Glue: 2,048).
    static let errorCharacters = 2_048
    /// Runs of one job, and of one run of a workflow, that listings look at.
    static let listedRuns = 10_000
    /// Runs of a workflow that go on with one another, of which conditions take what is over.
    static let resumedRuns = 100
}
