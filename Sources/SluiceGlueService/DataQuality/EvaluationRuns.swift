import SluiceCatalog
import SluiceCore
import SluiceServer

/// Runs that judge a table by rule sets.
enum EvaluationRuns {
    static let kind = "glue-quality-run"

    static let operations: [GlueOperation] = [
        GlueOperation("StartDataQualityRulesetEvaluationRun", start), GlueOperation("ListDataQualityRulesetEvaluationRuns", list),
        GlueOperation("GetDataQualityRulesetEvaluationRun") { call in
            var input = try call.members()
            let id = try input.requiredText("RunId", Rules.name)
            try input.finish()
            return .value(value(try find(id, call)))
        },
        GlueOperation("BatchGetDataQualityRulesetEvaluationRun") { call in
            var input = try call.members()
            let ids = try input.texts("RunIds", count: 1...100, Rules.name)
            if ids == nil { input.missing("RunIds") }
            try input.finish()
            let found = try (ids ?? []).compactMap { try call.context.evaluations.find($0) }
            let missing = (ids ?? []).filter { id in !found.contains { $0.id == id } }
            return .value(.structure(["Runs": .list(found.map(value)), "RunsNotFound": .texts(missing)]))
        },
        GlueOperation("CancelDataQualityRulesetEvaluationRun") { call in
            var input = try call.members()
            let id = try input.requiredText("RunId", Rules.name)
            try input.finish()
            _ = try find(id, call)
            guard call.context.background.stop(id) != nil else { throw Faults.invalid("Run \(id) has ended.") }
            return .empty
        },
    ]

    /// - Throws: `EntityNotFoundException`.
    private static func find(_ id: String, _ call: GlueCall) throws -> ClientRun {
        if let run = try call.context.evaluations.find(id) { return run }
        throw Faults.missing("Cannot find Data Quality Ruleset Evaluation Run in account \(call.context.account) with id \(id)")
    }

    private static let told = [
        "DataSource", "Role", "NumberOfWorkers", "Timeout", "AdditionalRunOptions", "RulesetNames", "AdditionalDataSources",
    ]

    private static func value(_ run: ClientRun) -> WireValue {
        .object(run.progress + told.compactMap { name in run.request[name].map { .init(name, $0) } } + run.outcome.members)
    }

    @Sendable private static func start(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let account = call.context.account
        let source = try input.dataSource(account: account)
        if source == nil { input.missing("DataSource") }
        let names = try input.texts("RulesetNames", count: 1...10, Rules.name)
        if names == nil { input.missing("RulesetNames") }
        _ = try input.requiredText("Role", Rules.resource)
        let workers = try input.integer("NumberOfWorkers", 1...1_000)
        let terms = RunBook.Terms(
            token: try input.text("ClientToken", Rules.name), minutes: try input.integer("Timeout", 1...Int64(Int32.max)))
        let judgesRows = try input.structure("AdditionalRunOptions") { options throws(ServiceFault) in try options.judgesRows() } ?? false
        let references = try input.references(account: account)
        try input.finish()
        guard let source else { return .empty }

        var evaluation = TableEvaluation(
            table: try call.table(source.database, source.table).definition.name, width: workers, judgesRows: judgesRows)
        for name in names ?? [] {
            evaluation.ruleSets.append((name, try Rulesets.parse(try Rulesets.find(name, call).text, name: name)))
        }
        for (alias, reference) in references {
            evaluation.references[alias] = try call.table(reference.database, reference.table).definition.name
        }
        try evaluation.check(TableReading(call.context))
        let request = told.compactMap { name in input.value(name).map { WireValue.Member(name, $0) } }
        let id = try call.context.evaluations.begin(.object(request), terms) { [evaluation, home = call.context] in
            try await evaluation.run(home)
        }
        return .value(.structure(["RunId": .text(id)]))
    }

    /// What a listing is limited to.
    private struct Criteria: Sendable {
        var source: DataSourceInput?
        var ruleset: String?
        var after: Int64
        var before: Int64

        func holds(for run: ClientRun) -> Bool {
            source.map { $0.isSame(as: run.request["DataSource"]) } ?? true
                && ruleset.map { run.request["RulesetNames"]?.texts.contains($0) ?? false } ?? true
                && run.startedMicros > after && run.startedMicros < before
        }
    }

    @Sendable private static func list(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let limit = try input.integer("MaxResults", 1...1_000) ?? GlueLimits.page
        let last = try ListToken.last(&input, "evaluation-runs")
        let account = call.context.account
        let criteria = try input.structure("Filter") { filter throws(ServiceFault) in
            Criteria(
                source: try filter.dataSource(account: account), ruleset: try filter.text("RulesetName", Rules.name),
                after: try filter.time("StartedAfter") ?? .min, before: try filter.time("StartedBefore") ?? .max)
        }
        try input.finish()
        let runs = try call.context.evaluations.all().filter { criteria?.holds(for: $0) ?? true }
        let (page, token) = PageToken.page(runs, after: last, limit: limit, "evaluation-runs")
        let values = page.map { run -> WireValue in
            .structure([
                "RunId": .text(run.id), "Status": .text(run.status.rawValue), "StartedOn": .time(micros: run.startedMicros),
                "DataSource": run.request["DataSource"],
            ])
        }
        return .value(.structure(["Runs": .list(values), "NextToken": token]))
    }
}

extension InputReader {
    /// Whether `AdditionalRunOptions` ask that composed rules are judged row by row.
    ///
    /// - Throws: `InvalidInputException` for options that would write what nobody writes here.
    fileprivate mutating func judgesRows() throws(ServiceFault) -> Bool {
        let kept = "results are kept in the catalog: GetDataQualityResult, `sluice quality show`"
        try refuse([
            "ResultsS3Prefix": kept, "RowLevelResults": "a pipeline with a step quality keeps rows that fail", "ProfilingResults": kept,
            "DataQualityRuleResults": kept, "ObservationResults": kept, "CustomLogGroupPrefix": "there are no groups of logs",
        ])
        if try boolean("CloudWatchMetricsEnabled") == true {
            throw Faults.invalid("CloudWatchMetricsEnabled is not supported: \(kept).")
        }
        _ = try text("ObservationScope", TextRule(values: ["ALL", "NONE"]))
        return try text("CompositeRuleEvaluationMethod", TextRule(values: ["COLUMN", "ROW"])) == "ROW"
    }

    /// The member `AdditionalDataSources`: what rules call tables that they compare with.
    fileprivate mutating func references(account: String) throws(ServiceFault) -> [(alias: String, source: DataSourceInput)] {
        let given = value("AdditionalDataSources") ?? .object([])
        return try structure("AdditionalDataSources") { sources throws(ServiceFault) in
            var found: [(alias: String, source: DataSourceInput)] = []
            for member in given.members {
                guard found.count < GlueLimits.references else {
                    throw Faults.invalid("AdditionalDataSources has more than \(GlueLimits.references) tables.")
                }
                if let source = try sources.dataSource(member.name, account: account) { found.append((member.name, source)) }
            }
            return found
        } ?? []
    }
}
