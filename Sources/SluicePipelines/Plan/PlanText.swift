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
        lines.append("")
        lines += block("source", plan.source.summary)
        lines += columns(plan.source.schema, margin: "  ")
        let unread = unreadColumns(plan.source)
        let total = plan.source.source.schema.count
        lines.append("  reads \(plan.source.columns.count) of \(total) columns" + (unread.isEmpty ? "" : "; left out at the source:"))
        if !unread.isEmpty { lines += wrapped(unread, separator: ", ", margin: "    ") }
        if let stream = plan.stream {
            let key = stream.key.map { "keyed by \($0)" } ?? "keyed by the whole record"
            lines += block("stream", "\(stream.name), \(stream.shards) shard\(stream.shards == 1 ? "" : "s"), \(key)")
        }
        var schema = plan.source.schema
        for step in plan.steps {
            lines += block("step \(step.name)", step.summary)
            if step.outputSchema != schema { lines += columns(step.outputSchema, margin: "  ") }
            schema = step.outputSchema
        }
        lines += block("sink", plan.sink.summary)
        lines.append("  delivery: \(plan.sink.guarantee.rawValue); bad records: \(onError(plan.definition.onError))")
        if !plan.notices.isEmpty {
            lines.append("")
            for notice in plan.notices { lines += wrapped(words(notice), separator: " ", margin: "notice: ", next: "        ") }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The plan as one JSON object with stable keys.
    package static func json(_ plan: LogicalPlan) -> Value {
        let definition = plan.definition
        return .object([
            "pipeline": .string(definition.name),
            "file": definition.path.map(Value.string) ?? .null,
            "on_error": .string(definition.onError.rawValue),
            "source": .object([
                "connector": .string(definition.source.connector), "summary": .string(plan.source.summary),
                "columns": fields(plan.source.schema), "unread_columns": .list(unreadColumns(plan.source).map(Value.string)),
            ]),
            "stream": plan.stream.map { stream in
                .object([
                    "name": .string(stream.name), "shards": .integer(Int64(stream.shards)), "key": stream.key.map(Value.string) ?? .null,
                ])
            } ?? .null,
            "steps": .list(
                plan.steps.map { step in
                    .object([
                        "name": .string(step.name), "operation": .string(step.operation.name), "summary": .string(step.summary),
                        "line": step.location?.line.map { .integer(Int64($0)) } ?? .null, "columns": fields(step.outputSchema),
                    ])
                }),
            "sink": .object([
                "connector": .string(definition.sink.connector), "summary": .string(plan.sink.summary),
                "delivery": .string(plan.sink.guarantee.rawValue), "columns": fields(plan.outputSchema),
            ]),
            "notices": .list(plan.notices.map(Value.string)),
        ])
    }

    private static func onError(_ policy: ErrorPolicy) -> String {
        switch policy {
        case .fail: "the first one ends the run"
        case .skip: "counted and left out"
        case .deadLetter: "kept as dead letters"
        }
    }

    private static func unreadColumns(_ source: PlannedSource) -> [String] {
        let read = Set(source.columns)
        return source.source.schema.names.filter { !read.contains($0) }
    }

    private static func fields(_ schema: Schema) -> Value {
        .list(
            schema.fields.map { field in
                .object([
                    "name": .string(field.name), "type": .string(field.type.description), "nullable": .boolean(field.isNullable),
                ])
            })
    }

    // MARK: Layout

    private static func block(_ title: String, _ summary: String) -> [String] {
        wrapped(words(summary), separator: " ", margin: title + ": ", next: "    ")
    }

    private static func columns(_ schema: Schema, margin: String) -> [String] {
        wrapped(
            schema.fields.map { "\($0.name) \($0.type)" + ($0.isNullable ? "" : "!") }, separator: ", ", margin: margin + "-> ",
            next: margin + "   ")
    }

    private static func words(_ text: String) -> [String] { text.split(whereSeparator: \.isWhitespace).map(String.init) }

    /// Parts in lines of at most `width` characters; a part that is longer alone stays whole.
    private static func wrapped(_ parts: [String], separator: String, margin: String, next: String? = nil) -> [String] {
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
        case .exec: "exec"
        case .closure: "closure"
        }
    }
}

extension SourceLocation {
    /// The line of a place in a file.
    package var line: Int? { if case .file(_, let line, _) = self { line } else { nil } }
}
