import SluiceCore
import SluiceExpressions

/// Which parts of nested source columns somebody reads, found from the sink backwards.
struct NestedNeeds {
    /// By the source's column names; a column that is not here is read whole, or not at all.
    private let source: [ExactText: NestedNeed]

    init(steps: [Planner.BoundStep], output: Schema) {
        var needed = Dictionary(output.names.map { (ExactText($0), NestedNeed.whole) }, uniquingKeysWith: { first, _ in first })
        for step in steps.reversed() {
            var schemas = [step.input] + step.planned.map(\.outputSchema)
            for planned in step.planned.reversed() {
                schemas.removeLast()
                needed = planned.operation.needs(needed, input: schemas[schemas.count - 1], output: planned.outputSchema)
            }
        }
        source = needed
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
        return schema == source.schema ? self : OpenedSource(source: source.narrowed(to: schema), end: end)
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
        // Both sides have one type, and a closure or program may look at all of a value.
        case .union, .closure, .exec: addWhole(input.fields.indices)
        }
        return found
    }
}
