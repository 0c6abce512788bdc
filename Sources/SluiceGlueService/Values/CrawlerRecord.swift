import SluiceCatalog
import SluiceCore
import SluiceCrawler
import SluiceServer

/// A crawler as the catalog keeps it for the service.
struct CrawlerRecord: Sendable {
    var name: String
    /// The members of the request that made it, with those of later ones in their place.
    var members: [String: WireValue]
    var version: Int64
    var createdMicros: Int64
    var updatedMicros: Int64

    /// Whether the policies go together with what is crawled.
    ///
    /// - Throws: `InvalidInputException`, as the service does.
    func checkPolicies() throws(ServiceFault) {
        let policy = members["SchemaChangePolicy"]
        let logsDeletions = policy?["DeleteBehavior"]?.string == "LOG"
        let isOfNewFolders = members["RecrawlPolicy"]?["RecrawlBehavior"]?.string == "CRAWL_NEW_FOLDERS_ONLY"
        if isOfNewFolders, !logsDeletions || policy?["UpdateBehavior"]?.string != "LOG" {
            throw Faults.invalid(
                "The SchemaChangePolicy for \"Crawl new folders only\" Amazon S3 target can have only LOG DeleteBehavior value and LOG "
                    + "UpdateBehavior value.")
        }
        if members["Targets"]?["CatalogTargets"]?.elements.isEmpty == false, !logsDeletions {
            throw Faults.invalid("The SchemaChangePolicy for Catalog target can have only LOG DeleteBehavior value.")
        }
    }

    /// A pattern whose `**` crosses folders wherever it stands (`**.bak`), as those of the service do; here it is a name of its own.
    private static func acrossFolders(_ pattern: String) -> String {
        pattern.replacing(/\*\*(?<rest>[^\/*])/) { "**/*" + $0.output.rest }
    }

    /// What a crawl of it does.
    ///
    /// - Throws: `InvalidInputException` for what no crawl here does.
    func settings(_ places: Places, _ catalog: Catalog) throws -> CrawlSettings {
        var paths: [String] = []
        var prefixes: Set<String> = []
        var exclusions: [String]?
        var samples: Int?
        let targets = members["Targets"]
        for target in targets?["S3Targets"]?.elements ?? [] {
            let place = try places.target(target["Path"]?.string ?? "")
            paths.append(place)
            // A bucket has no folders that could be missing: where no object is, there is nothing.
            if place.hasPrefix(places.buckets + "/") { prefixes.insert(place) }
            let own = target["Exclusions"]?.texts ?? []
            if let exclusions, exclusions != own { throw Faults.invalid("All S3Targets of a crawler have the same Exclusions here.") }
            exclusions = own
            samples = target["SampleSize"]?.whole.map { Int($0) } ?? samples
        }
        for target in targets?["CatalogTargets"]?.elements ?? [] {
            for table in target["Tables"]?.texts ?? [] {
                let name = try TableName(database: target["DatabaseName"]?.string ?? "", table: table)
                // Whoever describes a table says where it lies, and that may not lead a crawl elsewhere.
                if let found = try catalog.findTable(name)?.definition, !places.allows(found.location) {
                    throw Faults.invalid("Table \(table) lies at \(found.location), outside of the port's buckets and of the project.")
                }
                paths.append("table:\(name)")
            }
        }
        var settings = CrawlSettings(name: name, targets: paths)
        settings.optionalTargets = prefixes
        settings.database = members["DatabaseName"]?.string.map { $0.lowercased() } ?? settings.database
        settings.prefix = members["TablePrefix"]?.string ?? ""
        settings.exclusions = (exclusions ?? []).map(Self.acrossFolders)
        settings.sampledFiles = samples
        if samples != nil { settings.verification = .sample }
        settings.width = 2
        settings.classifiers = try Classifiers.named(members["Classifiers"]?.texts ?? [], catalog).map { try $0.custom }
        let policy = members["SchemaChangePolicy"]
        if policy?["UpdateBehavior"]?.string == "LOG" { settings.updates = .log }
        switch policy?["DeleteBehavior"]?.string {
        case "LOG": settings.deletions = .log
        case "DELETE_FROM_DATABASE": settings.deletions = .delete
        default: settings.deletions = .deprecate
        }
        if members["RecrawlPolicy"]?["RecrawlBehavior"]?.string == "CRAWL_NEW_FOLDERS_ONLY" { settings.recrawl = .newFolders }
        try apply(CrawlerConfiguration(members["Configuration"]?.string), to: &settings)
        return settings
    }

    private func apply(_ configuration: CrawlerConfiguration, to settings: inout CrawlSettings) throws(ServiceFault) {
        if configuration.combinesSchemas { settings.grouping = .combine }
        if let level = configuration.tableLevel {
            // Counted from the bucket, which is 1; here the target is.
            let address = members["Targets"]?["S3Targets"]?.elements.first?["Path"]?.string ?? ""
            let depth = address.split(separator: "/").count - (address.contains("://") ? 1 : 0)
            let (own, isBeyond) = Int(level).subtractingReportingOverflow(max(1, depth) - 1)
            guard !isBeyond, (1...CrawlLimits.folderDepth).contains(own) else {
                throw Faults.invalid("TableLevelConfiguration \(level) is above the target or too far below it.")
            }
            settings.tableLevel = own
        }
        if configuration.mergesColumns, settings.updates == .update { settings.updates = .merge }
        settings.tableLimit = configuration.tableThreshold.map { Int($0) }
        settings.indexesPartitions = configuration.indexesPartitions
        settings.partitionsInherit = configuration.partitionsInherit
    }

    /// As answers have it.
    func value(_ activity: Crawls.Activity?, last: CrawlRun?, _ places: Places, nowMicros: Int64) -> WireValue {
        let kept = [
            "Role", "DatabaseName", "Description", "RecrawlPolicy", "SchemaChangePolicy", "LineageConfiguration", "TablePrefix",
            "Configuration",
        ].compactMap { name in members[name].map { WireValue.Member(name, $0) } }
        let state = activity.map { $0.isStopping ? "STOPPING" : "RUNNING" } ?? "READY"
        let more = WireValue.structure([
            "Name": .text(name), "Targets": targets, "Classifiers": members["Classifiers"] ?? .list([]), "State": .text(state),
            "CrawlElapsedTime": .integer(activity.map { (nowMicros - $0.startedMicros) / 1_000 } ?? 0),
            "CreationTime": .time(micros: createdMicros), "LastUpdated": .time(micros: updatedMicros), "Version": .integer(version),
            "Schedule": scheduleValue,
            "LastCrawl": last.map { run in
                .structure([
                    "Status": .text(run.state == .done ? "SUCCEEDED" : run.state == .failed ? "FAILED" : "CANCELLED"),
                    "ErrorMessage": .some(run.told(places)), "StartTime": .time(micros: run.startedMicros),
                ])
            },
        ])
        guard case .object(let others) = more else { return more }
        return .object(kept + others)
    }

    /// With a list for each kind, as the service has it.
    private var targets: WireValue {
        let given = members["Targets"]
        let kinds = [
            "S3Targets", "JdbcTargets", "MongoDBTargets", "DynamoDBTargets", "CatalogTargets", "DeltaTargets", "IcebergTargets",
            "HudiTargets",
        ]
        return .object(kinds.map { .init($0, given?[$0] ?? .list([])) })
    }
}
