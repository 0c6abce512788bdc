import SluiceCatalog
import SluiceCore
import SluiceServer

/// A result as clients of Glue are told it.
struct QualityResultValue: Sendable {
    let result: QualityResult
    /// The run of a client that it is of; nil for one of a command or a pipeline.
    private let run: ClientRun?

    /// - Parameter runs: Runs of clients by the names of their results.
    init(_ result: QualityResult, _ runs: [String: ClientRun]) {
        self.result = result
        run = runs[QualityResults.name(of: result.id)]
    }

    var startedMicros: Int64 { run?.startedMicros ?? result.evaluatedMicros }
    /// The pipeline whose step judged its rows; nil for a table.
    var job: String? { isTable ? nil : result.subject }
    var dataSource: WireValue? { isTable ? (try? TableName(parsing: result.subject)).map(DataSourceInput.value) : nil }

    /// Pipelines have runs, and judged tables have none.
    private var isTable: Bool { result.run == nil && result.subject.contains(".") }

    /// As listings have it.
    var summary: WireValue {
        .structure([
            "ResultId": .text(QualityResults.name(of: result.id)), "DataSource": dataSource, "JobName": job.map { .text($0) },
            "JobRunId": result.run.map { .text($0.text) }, "StartedOn": .time(micros: startedMicros),
        ])
    }

    /// As answers about it alone have it.
    var value: WireValue {
        // A rule that is skipped fails nothing.
        let passed = result.count("passed") + result.count("skipped")
        let count = result.outcomes.count
        let more = WireValue.structure([
            "Score": .real(count == 0 ? 1 : Double(passed) / Double(count)), "RulesetName": .text(result.ruleSet),
            "EvaluationContext": job == nil ? nil : .text(result.ruleSet), "CompletedOn": .time(micros: result.evaluatedMicros),
            "RulesetEvaluationRunId": run.map { .text($0.id) },
            "RuleResults": .list(result.outcomes.enumerated().map { Self.value($1, number: $0 + 1) }),
            "AnalyzerResults": .list(result.figures.enumerated().map { Self.value($1, number: $0 + 1) }),
            "AggregatedMetrics": .structure([
                "TotalRowsProcessed": .real(Double(result.rows)), "TotalRulesProcessed": .real(Double(count)),
                "TotalRulesPassed": .real(Double(passed)), "TotalRulesFailed": .real(Double(count - passed)),
            ]),
        ])
        return summary.adding(more.members)
    }

    private static func value(_ outcome: QualityResult.Outcome, number: Int) -> WireValue {
        let state =
            switch outcome.state {
            case "passed", "skipped": "PASS"
            case "failed": "FAIL"
            default: "ERROR"
            }
        return .structure([
            "Name": .text("Rule_\(number)"), "Description": .text(bounded(outcome.rule)), "EvaluatedRule": .text(bounded(outcome.rule)),
            "EvaluationMessage": outcome.message.map { .text(bounded(outcome.state == "skipped" ? "skipped: " + $0 : $0)) },
            "Result": .text(state), "EvaluatedMetrics": metrics(outcome.figures), "Labels": .map(outcome.labels),
        ])
    }

    private static func value(_ figure: QualityResult.Figure, number: Int) -> WireValue {
        .structure([
            "Name": .text("Analyzer_\(number)"), "Description": .text(bounded(figure.name)), "EvaluatedMetrics": metrics([figure]),
        ])
    }

    private static func bounded(_ text: String) -> String { String(text.prefix(GlueLimits.errorCharacters)) }

    /// Numbers by the names that Glue gives them; what is none is left out.
    private static func metrics(_ figures: [QualityResult.Figure]) -> WireValue {
        var names: Set<String> = []
        return .object(
            figures.filter(\.value.isFinite).map { figure in
                // Of two conditions on one column in one rule, the second keeps its text.
                let name = MetricName.text(figure.name)
                return .init(names.insert(name).inserted ? name : figure.name, .real(figure.value))
            })
    }
}

/// Names of measured figures as Glue writes them: `Dataset.*.RowCount`, `Column.email.Completeness`, `Multicolumn.a,b.Uniqueness`.
///
/// Source: "Reported Metrics" of the DQDL rule type reference in the AWS Glue developer guide.
enum MetricName {
    /// Rules that are judged by the figure of another one.
    private static let figures = ["IsComplete": "Completeness", "IsUnique": "Uniqueness", "IsPrimaryKey": "Uniqueness"]
    /// Rules that are judged by the share of rows that keep a condition, which stands behind the column.
    private static let shares: Set = ["ColumnValues", "ColumnLength", "ColumnDataType", "DataFreshness"]
    /// Of what stands in quotes, these are about the whole data set.
    private static let ofDataset = ["CustomSql": "CustomSQL", "ColumnNamesMatchPattern": "ColumnNamesPatternMatchRatio"]

    /// - Parameter figure: As a rule writes it without its condition: `Completeness "email"`; other texts stay as they are.
    static func text(_ figure: String) -> String {
        var parts = figure.split(separator: "\"", omittingEmptySubsequences: false)
        // One word: behind others, such as `where`, stands no name.
        let words = parts.removeFirst().split(separator: " ")
        guard words.count == 1, let type = words.first.map(String.init), type.allSatisfy(\.isLetter) else { return figure }
        if parts.isEmpty { return "Dataset.*.\(type)" }
        if let name = ofDataset[type] { return "Dataset.*.\(name)" }
        if shares.contains(type) { return "Column.\(parts[0]).\(type).Compliance" }
        // Names stand at even places, and blanks between them.
        let names = parts.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
        let rest = parts.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
        guard rest.allSatisfy({ $0.allSatisfy { $0 == " " } }), names.count == rest.count else { return figure }
        let metric = figures[type] ?? type
        return names.count == 1 ? "Column.\(names[0]).\(metric)" : "Multicolumn.\(names.joined(separator: ",")).\(metric)"
    }
}
