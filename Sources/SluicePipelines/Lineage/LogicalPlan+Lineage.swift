package import SluiceCatalog
import SluiceCore
import SluiceExpressions
import SluiceQuality

extension LogicalPlan {
    /// Which columns of the sources the outputs come from, and through what.
    package var lineage: RunLineage {
        var tracer = LineageTracer(source)
        var sides: [String: LineageTracer] = [:]
        func follow(_ step: PlannedStep, _ tracer: inout LineageTracer) {
            if let name = step.operation.sideOutput { sides[name] = tracer }
            for (name, table) in tracer.sideTables(of: step) { sides[name] = table }
            tracer.follow(step)
        }
        for step in steps { follow(step, &tracer) }
        var inputs = tracer.inputs
        var room = LineageLimits.origins
        let traced = outputs.map { output in
            var branch = output.isSide ? sides[output.label] ?? tracer : tracer
            branch.begin(output, inputs)
            for step in output.steps { follow(step, &branch) }
            inputs = branch.inputs
            return branch.output(DatasetName(output.end, in: definition.directory), &room)
        }
        return RunLineage(inputs: inputs, outputs: traced, stream: stream?.name, isCut: room < 0)
    }
}

/// Follows columns from the sources through the steps of a plan.
struct LineageTracer {
    /// What one column at an edge of the plan is made of.
    struct Trace {
        var origins: Set<RunLineage.Origin> = []
        var derivations: [RunLineage.Derivation] = []

        mutating func merge(_ other: Trace) {
            origins.formUnion(other.origins)
            for derivation in other.derivations where !derivations.contains(derivation) { derivations.append(derivation) }
            derivations = derivations.suffix(LineageLimits.derivations)
        }
    }

    private(set) var inputs: [RunLineage.Input]
    private(set) var conditions: [RunLineage.Condition] = []
    /// The columns that reach the next step.
    private(set) var schema: Schema
    /// Beside the schema's fields.
    private(set) var traces: [Trace]

    init(_ source: PlannedSource) {
        inputs = [RunLineage.Input(source.dataset)]
        schema = source.schema
        traces = source.schema.names.map { Trace(origins: [.init(input: 0, column: $0)]) }
    }

    mutating func follow(_ step: PlannedStep) {
        switch step.operation {
        case .filter(let condition): add(.filter, step, condition)
        case .limit: break
        case .sort(let keys): add(.sort, step, positions: keys.map(\.column))
        case .sample(let sample): if !sample.readColumns.isEmpty { add(.sample, step, positions: sample.readColumns) }
        case .assert(let assertion): for rule in assertion.rules where rule.failure != .warn { add(.rule, step, rule.condition) }
        case .quality(let quality): judge(quality, step)
        case .deduplicate(let keys, _, let order): add(.duplicateKey, step, positions: keys + order.map(\.column))
        case .deduplicateWithin(let recent): add(.duplicateKey, step, positions: recent.keys + recent.time.columns)
        case .project(let projections): traces = zip(projections, step.outputSchema.fields).map { projected($0, as: $1.name, step) }
        case .mask(let mask):
            for column in mask.columns { derive(&traces[column.position], step, column.mask.summary) }
        case .union(let union) where step.isOfSink: traces = union.inputColumns.map { $0.map { traces[$0] } ?? Trace() }
        case .union(let union): unite(union, step)
        case .join(let join): self.join(join, step)
        case .aggregate(let aggregate): traces = grouped(aggregate, step)
        case .window(let window): traces = windowed(window, step)
        case .history(let history):
            add(.duplicateKey, step, positions: history.keys + [history.from])
            let time = traces[history.from]
            traces = history.columns.map { traces[$0] } + [time, time, time]
        case .relationalize(let operation): traces = tables(operation, step)[0]
        case .exec(let exec): traces = opaque(step, exec.command.joined(separator: " "), reading: nil)
        case .closure(let closure): traces = opaque(step, closure.name, reading: closure.columns)
        }
        schema = step.outputSchema
    }

    /// Goes on into one of several outputs.
    ///
    /// - Parameter inputs: What other outputs read, too.
    mutating func begin(_ output: PlannedOutput, _ inputs: [RunLineage.Input]) {
        self.inputs = inputs
        guard case .route(let condition?, let text) = output.role else { return }
        let name = output.label
        conditions.append(
            .init(.filter, step: name, expression: Self.shortened(text ?? name), origins: merged(condition.columns).origins.sorted()))
    }

    /// What was found of an output.
    ///
    /// - Parameter room: How many origins may be kept; negative when there were more.
    func output(_ dataset: DatasetName, _ room: inout Int) -> RunLineage.Output {
        func kept(_ origins: [RunLineage.Origin]) -> [RunLineage.Origin] {
            let taken = origins.prefix(max(0, room))
            room -= origins.count
            return Array(taken)
        }
        let columns = zip(schema.fields, traces).map { field, trace in
            RunLineage.Column(
                field.name, type: field.type.description, origins: kept(trace.origins.sorted()), derivations: trace.derivations)
        }
        let conditions = conditions.map { condition in
            RunLineage.Condition(
                condition.role, step: condition.step, expression: condition.expression, origins: kept(condition.origins))
        }
        return .init(dataset, columns: columns, conditions: conditions)
    }

    // MARK: Conditions

    private mutating func add(_ role: RunLineage.Role, _ step: PlannedStep, _ expression: BoundExpression) {
        add(role, step, positions: expression.columns, text(of: expression))
    }

    private mutating func add(_ role: RunLineage.Role, _ step: PlannedStep, positions: [Int], _ text: String? = nil) {
        let names = positions.map { schema.fields[$0].name }.joined(separator: ", ")
        add(role, step, text ?? names, merged(positions).origins)
    }

    private mutating func add(
        _ role: RunLineage.Role, _ step: PlannedStep, _ text: String, _ origins: Set<RunLineage.Origin>
    ) {
        conditions.append(.init(role, step: step.name, expression: Self.shortened(text), origins: origins.sorted()))
    }

    /// An expression as people write it: a plain column without quotes. Nil where it never was written.
    private func text(of expression: BoundExpression) -> String? {
        guard let only = expression.columns.first, expression.columns.count == 1 else { return expression.text }
        let name = schema.fields[only].name
        return expression.text == QuotedName.of(name) ? name : expression.text
    }

    /// Rules decide about rows where those that fail do not go on.
    private mutating func judge(_ quality: QualityOperation, _ step: PlannedStep) {
        for (_, source) in quality.references { _ = addInput(source, step) }
        guard quality.failingRows != .keep, let rules = try? quality.bound(to: schema, nowMicros: 0) else { return }
        for (rule, columns) in rules.rowConditions { add(.rule, step, positions: columns, rule) }
    }

    // MARK: Columns

    private func merged(_ positions: [Int]) -> Trace {
        var trace = Trace()
        for position in positions { trace.merge(traces[position]) }
        return trace
    }

    private func derive(_ trace: inout Trace, _ step: PlannedStep, _ expression: String) {
        trace.merge(Trace(derivations: [.init(step: step.name, expression: Self.shortened(expression))]))
    }

    private func projected(_ projection: Projection, as name: String, _ step: PlannedStep) -> Trace {
        switch projection {
        case .input(let position):
            var trace = traces[position]
            let before = schema.fields[position].name
            if before != name { derive(&trace, step, before) }
            return trace
        case .expression(let expression): return computed(expression, as: name, step)
        }
    }

    private func computed(_ expression: BoundExpression, as name: String, _ step: PlannedStep) -> Trace {
        var trace = merged(expression.columns)
        let text = text(of: expression)
        if text != name { derive(&trace, step, text ?? "computed") }
        return trace
    }

    private mutating func unite(_ union: UnionOperation, _ step: PlannedStep) {
        let other = addInput(union.other, step)
        traces = zip(union.inputColumns, union.otherColumns).map { own, theirs in
            var trace = own.map { traces[$0] } ?? Trace()
            if let theirs { trace.origins.insert(.init(input: other, column: union.other.schema.fields[theirs].name)) }
            return trace
        }
    }

    private mutating func addInput(_ source: PlannedSource, _ step: PlannedStep) -> Int {
        inputs.append(RunLineage.Input(source.dataset, step: step.name))
        return inputs.count - 1
    }

    private mutating func join(_ join: JoinOperation, _ step: PlannedStep) {
        let table = addInput(join.table, step)
        func origin(_ column: Int) -> RunLineage.Origin { .init(input: table, column: join.table.schema.fields[column].name) }
        var keys = zip(join.inputKeys, join.tableKeys).map { ($0, $1) }
        if let asOf = join.asOf { keys.append((asOf.inputColumn, asOf.tableColumn)) }
        for (own, theirs) in keys {
            let name = schema.fields[own].name
            let other = join.table.schema.fields[theirs].name
            add(.joinKey, step, name == other ? name : "\(name) = \(other)", traces[own].origins.union([origin(theirs)]))
        }
        if join.kind.keepsTable {
            for (own, theirs) in zip(join.inputKeys, join.tableKeys) { traces[own].origins.insert(origin(theirs)) }
        }
        guard join.kind.addsColumns else { return }
        for (column, field) in zip(join.tableColumns, step.outputSchema.fields.dropFirst(schema.count)) {
            var trace = Trace(origins: [origin(column)])
            let before = join.table.schema.fields[column].name
            if before != field.name { derive(&trace, step, before) }
            traces.append(trace)
        }
    }

    private mutating func grouped(_ aggregate: AggregateOperation, _ step: PlannedStep, behind taken: Int = 0) -> [Trace] {
        let fields = step.outputSchema.fields.dropFirst(taken)
        for group in aggregate.groups { add(.groupKey, step, group) }
        let groups = zip(aggregate.groups, fields).map { computed($0, as: $1.name, step) }
        let aggregates = aggregate.aggregates.map { aggregate in
            var trace = merged(aggregate.argument?.columns ?? [])
            derive(&trace, step, aggregate.argument?.text ?? "count(*)")
            return trace
        }
        return groups + aggregates
    }

    private mutating func windowed(_ window: WindowOperation, _ step: PlannedStep) -> [Trace] {
        add(.windowTime, step, window.time)
        let count = window.groups.groups.count + window.groups.aggregates.count
        let taken = step.outputSchema.count - count
        let ends = step.outputSchema.fields.prefix(taken).map { field in
            var trace = merged(window.time.columns)
            derive(&trace, step, "\(field.name) of \(text(of: window.time) ?? "the time")")
            return trace
        }
        return ends + grouped(window.groups, step, behind: taken)
    }

    /// Tracers of the tables that a step puts aside, by their outputs.
    func sideTables(of step: PlannedStep) -> [(String, LineageTracer)] {
        guard case .relationalize(let operation) = step.operation else { return [] }
        return zip(operation.tables, tables(operation, step)).dropFirst().map { table, traces in
            var tracer = self
            (tracer.schema, tracer.traces) = (table.schema, traces)
            return (table.output, tracer)
        }
    }

    /// The columns of each table: elements come from the column that holds their list.
    private func tables(_ operation: RelationalizeOperation, _ step: PlannedStep) -> [[Trace]] {
        var lists = [Trace](repeating: Trace(), count: operation.tables.count)
        return operation.tables.enumerated().map { index, table in
            zip(table.columns, table.schema.fields).map { column, field in
                var trace = index == 0 ? merged(column.expression?.columns ?? []) : lists[index]
                if case .list(_, let child) = column { lists[child] = trace }
                let text = (column.expression?.text ?? field.name).replacing("\"", with: "")
                let path = index == 0 ? text : "\(table.path).\(text)"
                switch column {
                case .id, .index: derive(&trace, step, "\(field.name) of \(table.path)")
                case .list: derive(&trace, step, "number of \(path)")
                case .value: if path != field.name { derive(&trace, step, path) }
                }
                return trace
            }
        }
    }

    /// Columns behind something whose inside is not known: a column that it does not read goes through under its name, any other is made of
    /// all that it reads.
    private func opaque(_ step: PlannedStep, _ text: String, reading columns: [String]?) -> [Trace] {
        let read = columns.map { $0.compactMap { schema.index(of: $0) } } ?? Array(schema.fields.indices)
        var made = merged(read)
        derive(&made, step, text)
        return step.outputSchema.fields.map { field in
            guard let position = schema.index(of: field.name), !read.contains(position) else { return made }
            return traces[position]
        }
    }

    private static func shortened(_ text: String) -> String {
        text.count > LineageLimits.expressionCharacters ? text.prefix(LineageLimits.expressionCharacters) + "…" : text
    }
}

extension ColumnMask {
    /// How the column is hidden; a salt is a secret and not shown.
    fileprivate var summary: String {
        switch self {
        case .hash(let salt): salt.isEmpty ? "hash" : "salted hash"
        case .redact: "redact"
        case .partial: "partial mask"
        }
    }
}
