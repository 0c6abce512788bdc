import SluiceCatalog
import SluiceCore
import SluiceServer

/// What crawlers have done: the history that `sluice crawl runs` shows.
enum CrawlHistory {
    static let operations: [GlueOperation] = [
        GlueOperation("ListCrawls", list), GlueOperation("GetCrawlerMetrics", metrics),
    ]

    private struct Condition: Sendable {
        var field: String
        var comparison: String
        var value: String
    }

    @Sendable private static func list(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let name = try input.requiredText("CrawlerName", Rules.name)
        let limit = try input.integer("MaxResults", 1...1_000) ?? 20
        let last = try ListToken.last(&input, "crawls")
        let fields = TextRule(values: ["CRAWL_ID", "STATE", "START_TIME", "END_TIME", "DPU_HOUR"])
        let conditions =
            try input.structures("Filters", count: Rules.elements) { filter throws(ServiceFault) in
                Condition(
                    field: try filter.requiredText("FieldName", fields),
                    comparison: try filter.requiredText("FilterOperator", TextRule(values: ["GT", "GE", "LT", "LE", "EQ", "NE"])),
                    value: try filter.requiredText("FieldValue", Rules.search))
            } ?? []
        try input.finish()
        _ = try Crawlers.find(name, call)
        let before = last.flatMap { Int64($0) } ?? .max
        let runs = try call.catalog.crawlRuns(crawler: name, limit: 1_000)
            .filter { run in run.id < before && conditions.allSatisfy { holds($0, of: run) } }
        let page = runs.prefix(limit)
        let token = page.count < runs.count ? page.last.map { WireValue.text(PageToken.text("crawls", String($0.id))) } : nil
        return .value(.structure(["Crawls": .list(page.map { value($0, call.context.places) }), "NextToken": token]))
    }

    private static func state(_ run: CrawlRun) -> String {
        switch run.state {
        case .running: "RUNNING"
        case .done: "COMPLETED"
        case .failed: "FAILED"
        case .interrupted: "STOPPED"
        }
    }

    private static func value(_ run: CrawlRun, _ places: Places) -> WireValue {
        let report = CrawlReport(run)
        func count(_ name: String) -> WireValue { .integer(report.count(name)) }
        let tables = WireValue.structure([
            "ADD": count("tables_created"), "UPDATE": count("tables_updated"), "DELETE": count("tables_gone"),
        ])
        let partitions = WireValue.structure(["ADD": count("partitions_added"), "DELETE": count("partitions_removed")])
        let files = WireValue.structure(["LEFT_OUT": count("left_out")])
        let summary = WireValue.structure(["TABLE": tables, "PARTITION": partitions, "FILE": files])
        return .structure([
            "CrawlId": .text(String(run.id)), "State": .text(state(run)), "StartTime": .time(micros: run.startedMicros),
            "EndTime": run.endedMicros.map { .time(micros: $0) }, "Summary": run.state == .done ? .text(summary.json) : nil,
            "ErrorMessage": .some(run.told(places)),
        ])
    }

    /// Times are milliseconds since 1970.
    private static func holds(_ condition: Condition, of run: CrawlRun) -> Bool {
        switch condition.field {
        case "CRAWL_ID": return compare(String(run.id), condition)
        case "STATE": return compare(state(run), condition)
        case "START_TIME": return compare(run.startedMicros / 1_000, condition)
        case "END_TIME": return run.endedMicros.map { compare($0 / 1_000, condition) } ?? false
        // Nothing is counted by the hour.
        default: return compare(0, condition)
        }
    }

    private static func compare(_ value: String, _ condition: Condition) -> Bool {
        (value == condition.value) == (condition.comparison != "NE")
    }

    private static func compare(_ value: Int64, _ condition: Condition) -> Bool {
        guard let other = Int64(condition.value) else { return false }
        switch condition.comparison {
        case "GT": return value > other
        case "GE": return value >= other
        case "LT": return value < other
        case "LE": return value <= other
        case "NE": return value != other
        default: return value == other
        }
    }

    @Sendable private static func metrics(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let names = try input.texts("CrawlerNameList", count: 0...100, Rules.name)
        let limit = try input.integer("MaxResults", 1...1_000) ?? GlueLimits.page
        let last = try ListToken.last(&input, "metrics")
        try input.finish()
        let all = try call.catalog.documents(Crawlers.kind).map(\.name).filter { names?.contains($0) ?? true }
        let (page, token) = PageToken.page(all, after: last, limit: limit, "metrics", name: \.self)
        let values = try page.map { try metrics(of: $0, call.catalog, isRunning: call.context.crawls.activity(of: $0) != nil) }
        return .value(.structure(["CrawlerMetricsList": .list(values), "NextToken": token]))
    }

    private static func metrics(of crawler: String, _ catalog: Catalog, isRunning: Bool) throws -> WireValue {
        let runs = try catalog.crawlRuns(crawler: crawler, limit: 1_000).filter { $0.state == .done }
        let seconds = runs.map { Double(($0.endedMicros ?? $0.startedMicros) - $0.startedMicros) / 1_000_000 }
        func total(_ name: String) -> Int64 { runs.reduce(0) { $0 + (WireValue(json: $1.report)?[name]?.whole ?? 0) } }
        return .structure([
            "CrawlerName": .text(crawler), "TimeLeftSeconds": .real(0), "StillEstimating": .boolean(isRunning),
            "LastRuntimeSeconds": .real(seconds.first ?? 0),
            "MedianRuntimeSeconds": .real(seconds.isEmpty ? 0 : seconds.sorted()[seconds.count / 2]),
            "TablesCreated": .integer(total("tables_created")), "TablesUpdated": .integer(total("tables_updated")),
            "TablesDeleted": .integer(total("tables_gone")),
        ])
    }
}
