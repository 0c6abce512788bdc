import SluiceCatalog
package import SluiceCore

/// A plan for people (`sluice plan`) and for programs (`sluice plan --json`).
package enum PlanText {
    private static let width = 80

    /// The plan as lines: ends, steps, the columns at every edge where they change, and what is promised. Wrapped at 80 columns.
    package static func text(_ plan: LogicalPlan) -> String {
        var lines = ["pipeline \(plan.definition.name)" + (plan.definition.path.map { " (\($0))" } ?? "")]
        if let description = plan.definition.description {
            lines += wrapped(description.split(separator: " ").map(String.init), separator: " ", margin: "  ")
        }
        if !plan.definition.parameters.isEmpty {
            lines += wrapped(plan.definition.parameters.map(parameter), separator: ", ", margin: "  with ", next: "       ")
        }
        lines.append("")
        lines += block("source", plan.source.summary)
        lines += columns(plan.source.schema, margin: "  ")
        let unread = unreadColumns(plan.source)
        let total = plan.source.source.schema.count
        lines.append("  reads \(plan.source.columns.count) of \(total) columns" + (unread.isEmpty ? "" : "; left out at the source:"))
        if !unread.isEmpty { lines += wrapped(unread, separator: ", ", margin: "    ") }
        if let condition = condition(plan) { lines += block("  asks it for rows where", condition) }
        if let stream = plan.stream {
            let key = stream.key.map { "keyed by \($0)" } ?? "keyed by the whole record"
            lines += block("stream", "\(stream.name), \(stream.shards) shard\(stream.shards == 1 ? "" : "s"), \(key)")
        }
        lines += steps(plan.steps, from: plan.source.schema)
        for output in plan.outputs { lines += self.output(output, of: plan) }
        if plan.hasRoutes { lines.append("bad records: \(onError(plan.definition))") }
        if !plan.notices.isEmpty {
            lines.append("")
            for notice in plan.notices { lines += wrapped(words(notice), separator: " ", margin: "notice: ", next: "        ") }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func steps(_ steps: [PlannedStep], from schema: Schema, margin: String = "") -> [String] {
        var (lines, schema) = ([String](), schema)
        for step in steps {
            lines += block(margin + "step \(step.name)", step.summary, next: margin + "    ")
            if step.outputSchema != schema { lines += columns(step.outputSchema, margin: margin + "  ") }
            schema = step.outputSchema
        }
        return lines
    }

    /// An output with its steps; the only sink of a plan stands at the left, and says what becomes of bad records.
    private static func output(_ output: PlannedOutput, of plan: LogicalPlan) -> [String] {
        if output.name == nil {
            return block("sink", output.sink.summary)
                + ["  delivery: \(output.sink.guarantee.rawValue); bad records: \(onError(plan.definition))"]
        }
        let head = heading(of: output, in: plan)
        return block(head.title, head.rows) + columns(output.inputSchema, margin: "  ")
            + steps(output.steps, from: output.inputSchema, margin: "  ") + block("  sink", output.sink.summary, next: "      ")
            + ["    delivery: \(output.sink.guarantee.rawValue)"]
    }

    /// What an output beside or in place of the one `sink` is called, and which rows it gets.
    package static func heading(of output: PlannedOutput, in plan: LogicalPlan) -> (title: String, rows: String) {
        let isBehindOthers = plan.routeMatch == .first && !isFirst(output, plan)
        return switch output.role {
        case .side: ("side output \(output.label)", "rows that \(sideSteps(output.label, plan)) puts aside")
        case .otherwise: ("otherwise", "rows that no route took")
        case .route(_, let text?): ("route \(output.label)", text + (isBehindOthers ? "; not taken before" : ""))
        case .route, .all: ("route \(output.label)", isBehindOthers ? "all rows not taken before" : "all rows")
        }
    }

    private static func isFirst(_ output: PlannedOutput, _ plan: LogicalPlan) -> Bool { output.name == plan.outputs[0].name }

    private static func sideSteps(_ name: String, _ plan: LogicalPlan) -> String {
        let steps = plan.allSteps.filter { $0.operation.putsAside(name) }
        return "step " + steps.map(\.name).joined(separator: " and step ")
    }

    /// The plan as one JSON object with stable keys.
    package static func json(_ plan: LogicalPlan) -> Value {
        let definition = plan.definition
        return .object([
            "pipeline": .string(definition.name),
            "file": definition.path.map(Value.string) ?? .null,
            "parameters": .list(
                definition.parameters.map { value in
                    .object([
                        "name": .string(value.name), "type": .string(value.type.rawValue),
                        "value": .string(KnownSecrets.masked(value.text)),
                    ])
                }),
            "on_error": .string(definition.onError.rawValue), "error_limits": limits(definition.errorLimits),
            "error_prefix": definition.errorPrefix.map(Value.string) ?? .null,
            "source": .object([
                "connector": .string(definition.source.connector), "summary": .string(plan.source.summary),
                "columns": fields(plan.source.schema), "unread_columns": .list(unreadColumns(plan.source).map(Value.string)),
                "condition": condition(plan).map(Value.string) ?? .null,
            ]),
            "stream": plan.stream.map { stream in
                .object([
                    "name": .string(stream.name), "shards": .integer(Int64(stream.shards)), "key": stream.key.map(Value.string) ?? .null,
                ])
            } ?? .null,
            "steps": steps(plan.steps),
            "sink": plan.hasRoutes ? .null : sink(plan.outputs[0]),
            "routes": .list(plan.outputs.filter { $0.name != nil && !$0.isSide }.map(output)), "match": .string(plan.routeMatch.rawValue),
            "side_outputs": .list(plan.outputs.filter(\.isSide).map(output)),
            "notices": .list(plan.notices.map(Value.string)),
        ])
    }

    private static func parameter(_ value: ParameterValue) -> String { "\(value.name) = \(KnownSecrets.masked(value.text))" }

    private static func limits(_ limits: ErrorLimits?) -> Value {
        guard let limits else { return .null }
        return .object([
            "max_records": limits.maxRecords.map { .integer(Int64($0)) } ?? .null, "max_share": limits.maxShare.map(Value.float) ?? .null,
            "min_records": .integer(Int64(limits.minRecords)),
        ])
    }

    private static func steps(_ steps: [PlannedStep]) -> Value {
        .list(
            steps.map { step in
                .object([
                    "name": .string(step.name), "operation": .string(step.operation.name), "summary": .string(step.summary),
                    "line": step.location?.line.map { .integer(Int64($0)) } ?? .null, "columns": fields(step.outputSchema),
                ])
            })
    }

    private static func sink(_ output: PlannedOutput) -> Value {
        .object([
            "connector": .string(output.end.connector), "summary": .string(output.sink.summary),
            "delivery": .string(output.sink.guarantee.rawValue), "columns": fields(output.outputSchema),
        ])
    }

    private static func output(_ output: PlannedOutput) -> Value {
        var condition = Value.null
        if case .route(_, let text?) = output.role { condition = .string(text) }
        return .object([
            "name": .string(output.label), "when": condition, "columns": fields(output.inputSchema), "steps": steps(output.steps),
            "sink": sink(output),
        ])
    }

    private static func onError(_ definition: PipelineDefinition) -> String {
        let limits = (definition.errorLimits.map { ", " + $0.summary } ?? "") + (definition.errorPrefix.map { ", and in \($0)" } ?? "")
        switch definition.onError {
        case .fail: return "the first one ends the run" + limits
        case .skip: return "counted and left out" + limits
        case .deadLetter: return "kept as dead letters" + limits
        }
    }

    /// What goes down to the source, which may leave out rows, blocks and partitions by it.
    private static func condition(_ plan: LogicalPlan) -> String? { plan.source.condition == nil ? nil : plan.steps.first?.summary }

    private static func unreadColumns(_ source: PlannedSource) -> [String] {
        let read = Set(source.columns)
        return source.source.schema.names.filter { !read.contains($0) }
    }

    /// Columns as JSON.
    package static func fields(_ schema: Schema) -> Value {
        .list(
            schema.fields.map { field in
                .object([
                    "name": .string(field.name), "type": .string(field.type.description), "nullable": .boolean(field.isNullable),
                ])
            })
    }

    // MARK: Layout

    /// The text without what is secret in it.
    package static func masked(_ text: String) -> String { KnownSecrets.masked(text) }

    /// A title and what it is, in lines of at most 80 characters; the second begins with `next`.
    package static func block(_ title: String, _ summary: String, next: String = "    ") -> [String] {
        wrapped(words(KnownSecrets.masked(summary)), separator: " ", margin: title + ": ", next: next)
    }

    /// Columns with their types behind an arrow; `!` marks those without nulls.
    package static func columns(_ schema: Schema, margin: String) -> [String] {
        wrapped(
            schema.fields.map { "\($0.name) \($0.type)" + ($0.isNullable ? "" : "!") }, separator: ", ", margin: margin + "-> ",
            next: margin + "   ")
    }

    package static func words(_ text: String) -> [String] { text.split(whereSeparator: \.isWhitespace).map(String.init) }

    /// Parts in lines of at most 80 characters; a part that is longer alone stays whole.
    package static func wrapped(_ parts: [String], separator: String, margin: String, next: String? = nil) -> [String] {
        var lines: [String] = []
        var line = margin
        var isEmpty = true
        for (index, part) in parts.enumerated() {
            let text = part + (index + 1 < parts.count ? separator : "")
            let shown = text.hasSuffix(" ") ? text.count - 1 : text.count
            if !isEmpty, line.count + shown > width {
                lines.append(trimmed(line))
                line = next ?? margin
            }
            line += text
            isEmpty = false
        }
        return lines + [trimmed(line)]
    }

    private static func trimmed(_ line: String) -> String {
        var line = line
        while line.hasSuffix(" ") { line.removeLast() }
        return line
    }
}

extension LogicalOperation {
    /// The operation's kind, for plans and reports: several steps are projections.
    package var name: String {
        switch self {
        case .filter: "filter"
        case .project: "project"
        case .limit: "limit"
        case .sort: "sort"
        case .union: "union"
        case .deduplicate, .deduplicateWithin: "deduplicate"
        case .aggregate: "aggregate"
        case .join: "join"
        case .window: "window"
        case .mask: "mask"
        case .sample: "sample"
        case .assert: "assert"
        case .quality: "quality"
        case .exec: "exec"
        case .history: "history"
        case .relationalize: "relationalize"
        case .closure: "closure"
        }
    }
}

extension SourceLocation {
    /// The line of a place in a file.
    package var line: Int? { if case .file(_, let line, _) = self { line } else { nil } }
}
