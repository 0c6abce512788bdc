package import SluiceCore
import SluicePipelines

/// A physical plan for people and for programs.
package enum PhysicalPlanText {
    /// Lines of at most 80 columns: the machine, what is pushed down, and each stage with its steps.
    package static func text(_ plan: PhysicalPlan) -> String {
        let machine = "\(counted(plan.tasks, "task")) side by side, up to \(plan.stateBytes >> 20) MiB of state for each step"
        var lines = block("physical plan", machine + ", unless --jobs and --memory say otherwise", next: "    ")
        for reading in plan.readings where reading.step != nil {
            lines += block(
                "source of \(reading.step ?? "")", "\(reading.source), \(reading.columns.count) of \(counted(reading.offered, "column"))")
        }
        if let stream = plan.stream {
            let key = stream.key ?? "the whole record"
            let source = plan.readings.first?.source ?? "the source"
            let shards = counted(stream.shards, "shard")
            lines += block(
                "into stream \(stream.name)",
                "one task reads \(source), and its records go by the hash of \(key) into \(shards); beside it a task for each shard reads")
        }
        for stage in plan.stages { lines += self.stage(stage, of: plan) }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func stage(_ stage: PhysicalPlan.Stage, of plan: PhysicalPlan) -> [String] {
        let inputs = stage.inputs.map(described).joined(separator: "; and ")
        var lines = block("stage \(stage.number)", "\(inputs); \(counted(stage.tasks, "task"))")
        lines += PlanText.columns(stage.inputSchema, margin: "  ")
        var schema = stage.inputSchema
        for step in stage.steps {
            lines += block("  \(step.name)", sentence(step), next: "      ")
            if step.schema != schema { lines += PlanText.columns(step.schema, margin: "    ") }
            schema = step.schema
        }
        switch stage.end {
        case .gathering, .routes: break
        case .sink(let sink):
            let writers = sink.writers == 1 ? "one writer, in order" : "\(sink.writers) writers"
            lines += block("  sink", "\(sink.summary); \(writers); \(sink.delivery): \(sink.commit)", next: "      ")
        }
        return lines
    }

    private static func described(_ input: PhysicalPlan.Input) -> String {
        switch input {
        case .source(let summary, let splits, let bytes):
            let parts = splits.map { " in \(counted($0, "split"))" } ?? ""
            return "reads \(summary)\(parts)" + (bytes.map { " (\($0) bytes)" } ?? "")
        case .gathered(let stage): return "reads what stage \(stage) gathered, when it is done"
        case .route(let stage, let rows): return "takes rows of stage \(stage) as they come: \(rows)"
        case .side(let rows): return "reads \(rows), behind all others"
        }
    }

    private static func sentence(_ step: PhysicalPlan.Step) -> String {
        var parts: [String] = []
        switch step.sharing {
        case .parallel: parts.append("in every task")
        case .ordered: parts.append("one task at a time, in the order of the source")
        case .gathering: parts.append("each task its rows, put together at the end of the stage")
        }
        if let exchange = step.exchange { parts.append(described(exchange)) }
        if let state = step.state {
            parts.append("keeps \(state.holds)" + (state.isKeptBetweenEpochs ? ", from epoch to epoch" : ""))
        }
        return parts.joined(separator: "; ")
    }

    private static func described(_ exchange: PhysicalPlan.Exchange) -> String {
        switch exchange {
        case .hash(let keys): "exchange by the hash of \(keys.joined(separator: ", "))"
        case .merge(let keys): "exchange by a merge, sorted by \(keys.joined(separator: ", "))"
        case .table([]): "looks into a table that is read whole before"
        case .table(let keys): "looks by \(keys.joined(separator: ", ")) into a table that is read whole before"
        case .union: "rows of the other source come beside the input's"
        case .single: "the parts of all tasks make one result"
        }
    }

    /// What a drawing says of each step beside its arguments, by the step's name; steps without exchange and state are not in it.
    package static func notes(_ plan: PhysicalPlan) -> [String: String] {
        var notes: [String: String] = [:]
        for stage in plan.stages {
            for step in stage.steps where step.exchange != nil || step.state != nil || step.sharing != .parallel {
                notes[step.name] = "stage \(stage.number): \(sentence(step))"
            }
        }
        return notes
    }

    private static func block(_ title: String, _ text: String, next: String = "    ") -> [String] {
        PlanText.block(title, text, next: next)
    }

    private static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    // MARK: JSON

    /// One object with stable keys.
    package static func json(_ plan: PhysicalPlan) -> Value {
        .object([
            "tasks": .integer(Int64(plan.tasks)), "state_bytes": .integer(Int64(plan.stateBytes)),
            "incremental": .boolean(plan.isIncremental),
            "stream": plan.stream.map { stream in
                .object([
                    "name": .string(stream.name), "shards": .integer(Int64(stream.shards)), "key": stream.key.map(Value.string) ?? .null,
                ])
            } ?? .null,
            "pushed_down": .list(
                plan.readings.map { reading in
                    .object([
                        "source": masked(reading.source), "step": reading.step.map(Value.string) ?? .null,
                        "columns": texts(reading.columns), "offered_columns": .integer(Int64(reading.offered)),
                        "condition": reading.condition.map(masked) ?? .null,
                    ])
                }),
            "stages": .list(plan.stages.map(json)),
        ])
    }

    private static func json(_ stage: PhysicalPlan.Stage) -> Value {
        var sink = Value.null
        var end = "gathering"
        switch stage.end {
        case .gathering: break
        case .routes: end = "routes"
        case .sink(let written):
            end = "sink"
            sink = .object([
                "output": written.output.map(Value.string) ?? .null, "summary": masked(written.summary),
                "delivery": .string(written.delivery), "commit": .string(written.commit), "writers": .integer(Int64(written.writers)),
            ])
        }
        return .object([
            "stage": .integer(Int64(stage.number)), "tasks": .integer(Int64(stage.tasks)), "inputs": .list(stage.inputs.map(json)),
            "columns": PlanText.fields(stage.inputSchema), "steps": .list(stage.steps.map(json)), "end": .string(end), "sink": sink,
        ])
    }

    private static func json(_ input: PhysicalPlan.Input) -> Value {
        func object(_ kind: String, stage: Int? = nil, _ text: String? = nil, splits: Int? = nil, bytes: Int64? = nil) -> Value {
            .object([
                "kind": .string(kind), "stage": stage.map { .integer(Int64($0)) } ?? .null, "rows": text.map(masked) ?? .null,
                "splits": splits.map { .integer(Int64($0)) } ?? .null, "bytes": bytes.map(Value.integer) ?? .null,
            ])
        }
        return switch input {
        case .source(let summary, let splits, let bytes): object("source", summary, splits: splits, bytes: bytes)
        case .gathered(let stage): object("gathered", stage: stage)
        case .route(let stage, let rows): object("route", stage: stage, rows)
        case .side(let rows): object("side", rows)
        }
    }

    private static func json(_ step: PhysicalPlan.Step) -> Value {
        var exchange = Value.null
        if let made = step.exchange {
            let (kind, keys): (String, [String]) =
                switch made {
                case .hash(let keys): ("hash", keys)
                case .merge(let keys): ("merge", keys)
                case .table(let keys): ("table", keys)
                case .union: ("union", [])
                case .single: ("single", [])
                }
            exchange = .object(["kind": .string(kind), "keys": texts(keys)])
        }
        return .object([
            "name": .string(step.name), "runs": .string(step.sharing.rawValue), "exchange": exchange,
            "state": step.state.map { state in
                .object(["holds": .string(state.holds), "kept_between_epochs": .boolean(state.isKeptBetweenEpochs)])
            } ?? .null,
            "columns": PlanText.fields(step.schema),
        ])
    }

    private static func texts(_ texts: [String]) -> Value { .list(texts.map(Value.string)) }
    private static func masked(_ text: String) -> Value { .string(PlanText.masked(text)) }
}

extension Value {
    fileprivate static func object(_ members: KeyValuePairs<String, Value>) -> Value { .structure(members.map { Member($0, $1) }) }
}
