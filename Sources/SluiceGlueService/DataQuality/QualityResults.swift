import SluiceCatalog
import SluiceCore
import SluiceServer

/// Results of rule sets: those that `sluice quality list` shows, of clients, commands and pipelines.
enum QualityResults {
    static let operations: [GlueOperation] = [
        GlueOperation("GetDataQualityResult") { call in
            var input = try call.members()
            let name = try input.requiredText("ResultId", Rules.name)
            try input.finish()
            guard let result = try find(name, call.catalog) else {
                throw Faults.missing("Cannot find Data Quality Result in account \(call.context.account) with id \(name)")
            }
            return .value(QualityResultValue(result, try runs(call)).value)
        },
        GlueOperation("BatchGetDataQualityResult") { call in
            var input = try call.members()
            let names = try input.texts("ResultIds", count: 1...100, Rules.name)
            if names == nil { input.missing("ResultIds") }
            try input.finish()
            let runs = try runs(call)
            var results: [WireValue] = []
            var missing: [String] = []
            for name in names ?? [] {
                if let result = try find(name, call.catalog) {
                    results.append(QualityResultValue(result, runs).value)
                } else {
                    missing.append(name)
                }
            }
            return .value(.structure(["Results": .list(results), "ResultsNotFound": missing.isEmpty ? nil : .texts(missing)]))
        },
        GlueOperation("ListDataQualityResults", list),
    ]

    private static let prefix = "dqresult-"

    /// How clients name a result: by its number.
    static func name(of id: Int64) -> String { prefix + String(id) }

    private static func find(_ name: String, _ catalog: Catalog) throws(SluiceError) -> QualityResult? {
        guard name.hasPrefix(prefix), let id = Int64(name.dropFirst(prefix.count)) else { return nil }
        do throws(SluiceError) {
            return try catalog.qualityResult(id)
        } catch {
            if error.code == .notFound { return nil }
            throw error
        }
    }

    /// The runs of clients by their results.
    private static func runs(_ call: GlueCall) throws -> [String: ClientRun] {
        let pairs = try call.context.evaluations.all().flatMap { run in run.outcome["ResultIds"]?.texts.map { ($0, run) } ?? [] }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    /// What a listing is limited to.
    private struct Criteria: Sendable {
        var source: DataSourceInput?
        var job: String?
        var jobRun: String?
        var after: Int64
        var before: Int64

        func holds(for value: QualityResultValue) -> Bool {
            source.map { $0.isSame(as: value.dataSource) } ?? true && job.map { $0 == value.job } ?? true
                && jobRun.map { $0 == value.result.run?.text } ?? true && value.startedMicros > after && value.startedMicros < before
        }
    }

    @Sendable private static func list(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let limit = try input.integer("MaxResults", 1...1_000) ?? GlueLimits.page
        let last = try ListToken.last(&input, "quality-results").flatMap { Int64($0) }
        let account = call.context.account
        let criteria = try input.structure("Filter") { filter throws(ServiceFault) in
            try filter.refuse(["DataQualityEvaluationConfig": "evaluations are begun by whoever wants one"])
            _ = try filter.text("EvaluationRunMode", TextRule(values: ["ON_DEMAND", "EVALUATION_CONFIG"]))
            return Criteria(
                source: try filter.dataSource(account: account), job: try filter.text("JobName", Rules.name),
                jobRun: try filter.text("JobRunId", Rules.name), after: try filter.time("StartedAfter") ?? .min,
                before: try filter.time("StartedBefore") ?? .max)
        }
        try input.finish()
        let runs = try runs(call)
        let all = try call.catalog.qualityResults(limit: GlueLimits.listedResults)
            .filter { $0.id < last ?? .max }.map { QualityResultValue($0, runs) }.filter { criteria?.holds(for: $0) ?? true }
        let page = all.prefix(limit)
        let token = page.count < all.count ? page.last.map { WireValue.text(PageToken.text("quality-results", String($0.result.id))) } : nil
        return .value(.structure(["Results": .list(page.map(\.summary)), "NextToken": token]))
    }
}
