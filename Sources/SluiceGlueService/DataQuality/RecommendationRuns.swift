import SluiceCatalog
import SluiceCore
import SluiceServer

/// Runs that recommend rules for a table.
enum RecommendationRuns {
    static let kind = "glue-recommendation-run"

    static let operations: [GlueOperation] = [
        GlueOperation("StartDataQualityRuleRecommendationRun", start), GlueOperation("ListDataQualityRuleRecommendationRuns", list),
        GlueOperation("GetDataQualityRuleRecommendationRun") { call in
            var input = try call.members()
            let id = try input.requiredText("RunId", Rules.name)
            try input.finish()
            let run = try find(id, call)
            return .value(
                .object(run.progress + told.compactMap { name in run.request[name].map { .init(name, $0) } } + run.outcome.members))
        },
        GlueOperation("CancelDataQualityRuleRecommendationRun") { call in
            var input = try call.members()
            let id = try input.requiredText("RunId", Rules.name)
            try input.finish()
            _ = try find(id, call)
            guard call.context.background.stop(id) != nil else { throw Faults.invalid("Run \(id) has ended.") }
            return .empty
        },
    ]

    private static let told = ["DataSource", "Role", "NumberOfWorkers", "Timeout", "CreatedRulesetName", "RecommendationMode"]

    /// - Throws: `EntityNotFoundException`.
    private static func find(_ id: String, _ call: GlueCall) throws -> ClientRun {
        if let run = try call.context.recommendations.find(id) { return run }
        throw Faults.missing("Cannot find Data Quality Rule Recommendation Run in account \(call.context.account) with id \(id)")
    }

    @Sendable private static func start(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let source = try input.dataSource(account: call.context.account)
        if source == nil { input.missing("DataSource") }
        _ = try input.requiredText("Role", Rules.resource)
        _ = try input.integer("NumberOfWorkers", 1...1_000)
        let terms = RunBook.Terms(
            token: try input.text("ClientToken", Rules.name), minutes: try input.integer("Timeout", 1...Int64(Int32.max)))
        let ruleset = try input.text("CreatedRulesetName", Rules.name)
        if try input.text("RecommendationMode", TextRule(values: ["BASIC", "ADVANCED"])) == "ADVANCED" {
            throw Faults.invalid("RecommendationMode ADVANCED is not supported: there is no machine learning.")
        }
        try input.refuse([
            "DataQualitySecurityConfiguration": "the catalog is a file of the state directory, as safe as its disk",
            "AdditionalRunOptions": "there are no groups of logs",
        ])
        try input.finish()
        guard let source else { return .empty }
        let table = try TableReading(call.context).check(try call.table(source.database, source.table).definition.name)
        let request = told.compactMap { name in input.value(name).map { WireValue.Member(name, $0) } }
        let target = DataSourceInput(
            database: source.database, table: source.table,
            given: .structure(["DatabaseName": .text(table.name.database), "TableName": .text(table.name.table)]))
        let id = try call.context.recommendations.begin(.object(request), terms) { [home = call.context] in
            let text = try await Recommendation(table: table).text(home)
            if let ruleset {
                let document = RulesetRecord.document(text, target: target)
                guard try home.catalog.addDocument(Rulesets.kind, ruleset, document) else {
                    throw Faults.exists("There is a rule set \(ruleset) already")
                }
            }
            return .structure(["RecommendedRuleset": .text(text)])
        }
        return .value(.structure(["RunId": .text(id)]))
    }

    /// What a listing is limited to.
    private struct Criteria: Sendable {
        var source: DataSourceInput?
        var after: Int64
        var before: Int64

        func holds(for run: ClientRun) -> Bool {
            source.map { $0.isSame(as: run.request["DataSource"]) } ?? true && run.startedMicros > after && run.startedMicros < before
        }
    }

    @Sendable private static func list(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let limit = try input.integer("MaxResults", 1...1_000) ?? GlueLimits.page
        let last = try ListToken.last(&input, "recommendation-runs")
        let account = call.context.account
        let criteria = try input.structure("Filter") { filter throws(ServiceFault) in
            Criteria(
                source: try filter.dataSource(account: account), after: try filter.time("StartedAfter") ?? .min,
                before: try filter.time("StartedBefore") ?? .max)
        }
        try input.finish()
        let runs = try call.context.recommendations.all().filter { criteria?.holds(for: $0) ?? true }
        let (page, token) = PageToken.page(runs, after: last, limit: limit, "recommendation-runs")
        let values = page.map { run -> WireValue in
            .structure([
                "RunId": .text(run.id), "Status": .text(run.status.rawValue), "StartedOn": .time(micros: run.startedMicros),
                "DataSource": run.request["DataSource"], "CreatedRulesetName": run.request["CreatedRulesetName"],
                "RecommendationMode": run.request["RecommendationMode"],
            ])
        }
        return .value(.structure(["Runs": .list(values), "NextToken": token]))
    }
}
