import SluiceCatalog
import SluiceCore
import SluiceServer

/// Crawlers that clients made. They are Sluice's own, with buckets of the port and folders of the project as their targets.
enum Crawlers {
    static let kind = "glue-crawler"

    static let operations: [GlueOperation] = [
        GlueOperation("CreateCrawler", create), GlueOperation("UpdateCrawler", update), GlueOperation("DeleteCrawler", delete),
        GlueOperation("GetCrawler") { call in
            var input = try call.members()
            let name = try input.requiredText("Name", Rules.name)
            try input.finish()
            return .value(.structure(["Crawler": try call.value(find(name, call))]))
        },
        GlueOperation("GetCrawlers") { call in
            let (page, token) = try list(call)
            return .value(.structure(["Crawlers": .list(try page.map { try call.value(record($0)) }), "NextToken": token]))
        },
        GlueOperation("ListCrawlers") { call in
            let (page, token) = try list(call)
            return .value(.structure(["CrawlerNames": .texts(page.map(\.name)), "NextToken": token]))
        },
        GlueOperation("BatchGetCrawlers") { call in
            var input = try call.members()
            let names = try input.texts("CrawlerNames", count: 0...100, Rules.name)
            if names == nil { input.missing("CrawlerNames") }
            try input.finish()
            let found = try (names ?? []).compactMap { try call.catalog.document(kind, $0) }
            let missing = (names ?? []).filter { name in !found.contains { $0.name == name } }
            return .value(
                .structure(["Crawlers": .list(try found.map { try call.value(record($0)) }), "CrawlersNotFound": .texts(missing)]))
        },
        GlueOperation("StartCrawler") { call in
            var input = try call.members()
            let name = try input.requiredText("Name", Rules.name)
            try input.finish()
            let settings = try find(name, call).settings(call.context.places, call.catalog)
            try checkIdle(name, call, "Crawler with name \(name) has already started")
            do throws(SluiceError) {
                try call.context.crawls.start(settings)
            } catch {
                if error.code == .alreadyRunning {
                    throw ServiceFault(400, "CrawlerRunningException", "Crawler with name \(name) has already started")
                }
                throw error
            }
            return .empty
        },
        GlueOperation("StopCrawler") { call in
            var input = try call.members()
            let name = try input.requiredText("Name", Rules.name)
            try input.finish()
            _ = try find(name, call)
            guard let activity = try call.stopCrawler(name) else {
                throw ServiceFault(400, "CrawlerNotRunningException", "Crawler with name \(name) isn't running")
            }
            if activity.isStopping { throw ServiceFault(400, "CrawlerStoppingException", "Crawler with name \(name) is stopping") }
            return .empty
        },
    ]

    @Sendable private static func create(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let name = try input.requiredText("Name", Rules.name)
        let members = try input.crawlerMembers()
        let tags = try input.tags()
        for required in ["Role", "Targets"] where members[required] == nil { input.missing(required) }
        try input.finish()
        let now = call.catalog.clock.nowMicros()
        // What no crawl can do is refused here, and not when it starts.
        let record = CrawlerRecord(name: name, members: members, version: 1, createdMicros: now, updatedMicros: now)
        try record.checkPolicies()
        _ = try record.settings(call.context.places, call.catalog)
        try call.change { ledger in
            guard try ledger.document(kind, name) == nil else { throw Faults.exists("Crawler with name \(name) already exists") }
            try CrawlerSchedules.declare(record, ledger)
            try ledger.putDocument(kind, name, WireValue.members(members).json)
        }
        if let tags { try Tags.set(tags, "crawler/" + name, call.catalog) }
        return .empty
    }

    @Sendable private static func update(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let name = try input.requiredText("Name", Rules.name)
        let members = try input.crawlerMembers()
        try input.finish()
        var known = try find(name, call)
        try checkIdle(name, call)
        known.members.merge(members) { $1 }
        try known.checkPolicies()
        _ = try known.settings(call.context.places, call.catalog)
        let changed = known
        try call.change { ledger in
            guard try ledger.document(kind, name)?.revision == changed.version else {
                throw ServiceFault(400, "VersionMismatchException", "Crawler with name \(name) was changed meanwhile")
            }
            try CrawlerSchedules.declare(changed, ledger)
            try ledger.putDocument(kind, name, WireValue.members(changed.members).json)
        }
        return .empty
    }

    @Sendable private static func delete(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let name = try input.requiredText("Name", Rules.name)
        try input.finish()
        _ = try find(name, call)
        try checkIdle(name, call)
        try call.change { ledger in
            try ledger.removeDocument(kind, name)
            try CrawlerSchedules.forget(name, ledger)
        }
        try Tags.forget("crawler/" + name, call.catalog)
        return .empty
    }

    private static func list(_ call: GlueCall) throws -> (page: [StoredDocument], token: WireValue?) {
        var input = try call.members()
        let limit = try input.integer("MaxResults", 1...1_000) ?? GlueLimits.page
        let last = try ListToken.last(&input, "crawlers")
        let tags = try input.tags() ?? [:]
        try input.finish()
        var all = try call.catalog.documents(kind)
        if !tags.isEmpty {
            all = try all.filter { document in
                let own = try Tags.tags("crawler/" + document.name, call.catalog)
                return tags.allSatisfy { own[$0.key] == $0.value }
            }
        }
        return PageToken.page(all, after: last, limit: limit, "crawlers", name: \.name)
    }

    /// - Throws: `EntityNotFoundException`.
    static func find(_ name: String, _ call: GlueCall) throws -> CrawlerRecord {
        guard let found = try call.catalog.document(kind, name) else {
            throw Faults.missing("Crawler entry with name \(name) does not exist")
        }
        return record(found)
    }

    private static func checkIdle(_ name: String, _ call: GlueCall, _ message: String? = nil) throws {
        guard try call.activity(ofCrawler: name) != nil else { return }
        throw ServiceFault(400, "CrawlerRunningException", message ?? "Crawler with name \(name) is running")
    }

    static func record(_ document: StoredDocument) -> CrawlerRecord {
        CrawlerRecord(
            name: document.name, members: document.members, version: document.revision, createdMicros: document.createdMicros,
            updatedMicros: document.updatedMicros)
    }
}

extension GlueCall {
    fileprivate func value(_ record: CrawlerRecord) throws -> WireValue {
        let last = try catalog.crawlRuns(crawler: record.name, limit: 2).first { $0.state != .running }
        return record.value(try activity(ofCrawler: record.name), last: last, context.places, nowMicros: catalog.clock.nowMicros())
    }
}
