import SluiceCore
import SluiceExpressions

/// Which parts of nested source columns somebody reads, found from the sink backwards.
struct NestedNeeds {
    /// By the source's column names; a column that is not here is read whole, or not at all.
    private(set) var source: [ExactText: NestedNeed]

    /// What is read of columns that are read whole.
    static func whole(_ schema: Schema) -> [ExactText: NestedNeed] {
        Dictionary(schema.names.map { (ExactText($0), NestedNeed.whole) }, uniquingKeysWith: { first, _ in first })
    }

    /// - Parameters:
    ///   - needed: What is read of the last step's output.
    ///   - sides: What the side output of a step needs of the step's input, by the output's name.
    init(steps: [Planner.BoundStep], needed: [ExactText: NestedNeed], sides: [String: NestedNeeds] = [:]) {
        source = needed
        for step in steps.reversed() {
            var schemas = [step.input] + step.planned.map(\.outputSchema)
            for planned in step.planned.reversed() {
                schemas.removeLast()
                source = planned.operation.needs(source, input: schemas[schemas.count - 1], output: planned.outputSchema)
                if let side = planned.operation.sideOutput.flatMap({ sides[$0] }) { merge(side) }
            }
        }
    }

    mutating func merge(_ other: NestedNeeds) {
        for (name, need) in other.source { source[name, default: need].merge(need) }
    }

    mutating func merge(_ expression: BoundExpression, of schema: Schema) {
        for (position, need) in expression.needs { source[ExactText(schema.fields[position].name), default: need].merge(need) }
    }

    /// The schema without the struct members that nobody reads.
    func pruned(_ schema: Schema) throws(SluiceError) -> Schema {
        try Schema(
            schema.fields.map { field in
                var field = field
                field.type = source[ExactText(field.name), default: .whole].pruned(field.type)
                return field
            })
    }
}

extension OpenedSource {
    /// The source without what nobody reads inside its columns. What goes through a stream is stored whole.
    func narrowed(_ needs: NestedNeeds, isStreamed: Bool) throws(SluiceError) -> OpenedSource {
        if isStreamed { return self }
        let schema = try needs.pruned(source.schema)
        return schema == source.schema ? self : OpenedSource(source: source.narrowed(to: schema), end: end, directory: directory)
    }
}

extension LogicalOperation {
    /// What is read of the input's columns for what is read of the output's.
    fileprivate func needs(_ needed: [ExactText: NestedNeed], input: Schema, output: Schema) -> [ExactText: NestedNeed] {
        var found: [ExactText: NestedNeed] = [:]
        func add(_ name: String, _ need: NestedNeed) { found[ExactText(name), default: need].merge(need) }
        func addWhole(_ positions: some Sequence<Int>) { for position in positions { add(input.fields[position].name, .whole) } }
        func add(_ expression: BoundExpression) { for (position, need) in expression.needs { add(input.fields[position].name, need) } }
        func pass() { for field in input.fields { if let need = needed[ExactText(field.name)] { add(field.name, need) } } }
        switch self {
        case .filter(let condition):
            pass()
            add(condition)
        case .limit, .mask: pass()
        case .sample(let sample):
            pass()
            addWhole(sample.readColumns)
        case .assert(let assertion):
            pass()
            for rule in assertion.rules { add(rule.condition) }
        case .quality(let quality):
            pass()
            addWhole(quality.columns ?? Array(input.fields.indices))
            if let window = quality.window { add(window.time) }
        case .sort(let keys):
            pass()
            addWhole(keys.map(\.column))
        case .deduplicate(let keys, _, let order):
            pass()
            addWhole(keys + order.map(\.column))
        case .deduplicateWithin(let recent):
            pass()
            addWhole(recent.keys)
            add(recent.time)
        case .join(let join):
            pass()
            addWhole(join.readColumns)
        case .project(let projections):
            for (projection, field) in zip(projections, output.fields) {
                switch projection {
                case .input(let position): if let need = needed[ExactText(field.name)] { add(input.fields[position].name, need) }
                case .expression(let expression): add(expression)
                }
            }
        case .aggregate(let aggregate):
            for group in aggregate.groups { add(group) }
            for argument in aggregate.aggregates.compactMap(\.argument) { add(argument) }
        case .window(let window):
            for expression in [window.time] + window.groups.groups + window.groups.aggregates.compactMap(\.argument) { add(expression) }
        // Both sides have one type, a closure or program may look at all of a value, and tables are made of all of it.
        case .union, .closure, .exec, .history, .relationalize: addWhole(input.fields.indices)
        }
        return found
    }
}
