import SluiceCatalog
package import SluiceCore
import SluiceExpressions
import SluiceQuality

/// `quality: {rules: "RowCount > 0, IsComplete \"id\"", on_fail: fail}`
package struct QualityStep: StepDefinition {
    package static let manual = StepManual(
        key: "quality",
        summary: "Judges all rows by a rule set in DQDL (the Data Quality Definition Language of AWS Glue) while they pass.",
        arguments: .either([.string, .object(options)]),
        notes: [
            "Rules are judged when the last row has passed: in a whole run once, in an incremental or following run for each epoch that has rows."
                + " Put the step behind a `limit`, which may end the reading early.",
            "With `window`, they are judged for each window of event time, in every kind of run, with a result for each: when the watermark passes"
                + " the window's end, or at the end of a run over the whole input. Rows go on at once, so `on_fail: fail` ends the run (or epoch) in"
                + " which a window ends; rows behind the watermark go on and are judged by no window.",
            "The results are in the catalog: `sluice quality list`, `show` and `history`. docs/quality.md has all rule types.",
            "Rules about single rows (ColumnValues, ColumnLength, ColumnDataType, DataFreshness, IsComplete, ReferentialIntegrity, DatasetMatch,"
                + " CustomSql without a figure) say which rows fail; `failing_rows` says what becomes of these, whether or not the rule as a whole passes."
                + " So do rules about keys (IsUnique, IsPrimaryKey, Uniqueness) alone: of the rows of one key, in a run or an epoch of it, the first"
                + " keeps them and the others do not, nor do nulls in a primary key.",
        ],
        examples: [
            "- quality: RowCount > 0, IsComplete \"id\", IsUnique \"id\"",
            "- quality:\n    name: orders\n    rules: |\n      Rules = [\n        RowCount > avg(last(5)) * 0.5,\n        ColumnValues \"amount\" > 0 with threshold > 0.99,\n"
                + "        ReferentialIntegrity \"customer\" \"customers.id\" = 1.0\n      ]\n    references:\n      customers: {files: customers.csv}\n"
                + "    failing_rows: dead_letter\n    on_fail: warn",
            "- quality: {rules: \"RowCount > avg(last(24)) * 0.5\", window: {time: at, size: 1 hour, delay: 1 minute}, on_fail: warn}",
        ])

    /// The arguments of the step, which a rule set of the catalog has, too.
    private static let options = [
        OptionSpecification("rules", .string, "The rules: `Rules = [ … ]`, or only what stands between the brackets."),
        OptionSpecification("file", .string, "Instead of rules: a file of them, relative to the definition.", examples: ["orders.dqdl"]),
        OptionSpecification(
            "name", .name, "What the results are found under; the step's position and key when absent.", examples: ["orders"]),
        OptionSpecification(
            "references", .mapping(key: "name", .source, minimum: 1), "Other sources that rules compare with, by their names in the rules.",
            examples: ["{customers: {table: crm.customers}}"]),
        OptionSpecification(
            "failing_rows", .enumeration(QualityOperation.FailingRows.allCases.map(\.rawValue)), default: "keep",
            "What becomes of a row that does not keep a rule about single rows: it goes on, is kept as a dead letter with the rule as its reason, or is left out."
        ),
        OptionSpecification(
            "on_fail", .enumeration(QualityOperation.Outcome.allCases.map(\.rawValue)), default: "fail",
            "What happens when a rule is not passed: the run fails and nothing of it becomes visible, or it goes on with a notice."),
        OptionSpecification(
            "composition", .enumeration(RuleComposition.allCases.map(\.rawValue)), default: "column",
            "How `and` and `or` are judged: each rule over all rows first, or row by row where the rules are about single rows."),
        QualityWindowDefinition.option("Judges the rules for each window of time, and not for a whole run or epoch."),
    ]

    package let location: SourceLocation?
    private let rules: RuleText?
    private let file: DefinitionNode?
    private let name: String?
    private let references: [DefinitionNode.Entry]
    private let failingRows: QualityOperation.FailingRows
    private let onFail: QualityOperation.Outcome
    private let composition: RuleComposition
    private let window: QualityWindowDefinition?

    package init(from node: DefinitionNode) throws {
        location = node.keyLocation ?? node.location
        let options = node.isMapping ? node : nil
        let text = node.isMapping ? node[key: "rules"] : node
        file = options?[key: "file"]
        if let text, let file {
            throw file.invalid("rules stand in the definition and in a file", remedy: "leave out one of them: \(text.path) or \(file.path)")
        }
        guard text != nil || file != nil else { throw node.missing("rules", remedy: "for example: rules: RowCount > 0") }
        rules = try text.map { try RuleText($0) }
        name = try options?[key: "name"]?.string()
        references = try options?[key: "references"]?.mapping() ?? []
        failingRows = try options?[key: "failing_rows"]?.enumeration(QualityOperation.FailingRows.self) ?? .keep
        onFail = try options?[key: "on_fail"]?.enumeration(QualityOperation.Outcome.self) ?? .fail
        window = try options?[key: "window"].map { try QualityWindowDefinition(from: $0) }
        composition = try options?[key: "composition"]?.enumeration(RuleComposition.self) ?? .column
    }

    package func plan(_ input: Schema, in context: PlanContext) async throws -> StepPlan {
        let text = try text(in: context.connection.directory)
        var sources: [(name: String, source: PlannedSource)] = []
        for reference in references {
            let opened = try await context.open(reference.value)
            sources.append((reference.key, try opened.planned(opened.source.schema.names)))
        }
        let catalog = context.connection.catalog
        let (subject, name) = (context.connection.pipeline, name ?? "quality")
        var operation = QualityOperation(
            ruleSet: text.ruleSet, subject: subject, name: name, composition: composition, references: sources, failingRows: failingRows,
            onFail: onFail, columns: nil
        ) { figure, count in
            try catalog?.figureHistory(subject: subject, ruleSet: name, figure: figure, limit: count) ?? []
        }
        do {
            let now = catalog?.clock.nowMicros() ?? WallClock.system.nowMicros()
            operation.columns = try operation.bound(to: input, nowMicros: now).columns
            operation.window = try window?.bound(to: input)
        } catch let error as ExpressionError {
            throw text.placed(error)
        }
        return StepPlan(operation: .quality(operation), outputSchema: input, summary: summary(text.ruleSet))
    }

    private func text(in directory: String) throws -> RuleText {
        if let rules { return rules }
        guard let file else { throw SluiceError(.missingKey, "the step has no rules", at: location) }
        let path = try file.string()
        return try RuleText(path: path.hasPrefix("/") || directory == "." ? path : directory + "/" + path)
    }

    private func summary(_ ruleSet: RuleSet) -> String {
        let shown = ruleSet.rules.prefix(3).map(\.text).joined(separator: ", ")
        let more = ruleSet.rules.count - 3
        let rows = failingRows == .keep ? "" : "; failing rows: \(failingRows.rawValue)"
        let windows = window.map { "for each \($0.size) of \($0.timeText): " } ?? ""
        return windows + shown + (more > 0 ? ", and \(more) more" : "") + "; or \(onFail.rawValue)" + rows
    }
}
