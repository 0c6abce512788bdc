import SluiceCore
import SluiceExpressions

/// Which columns somebody reads, at every edge of a plan: found from the sink backwards.
struct ColumnNeeds {
    /// Columns of the source.
    let source: Set<String>
    /// For each step of the definition, the columns of its output that are read behind it.
    let outputs: [Set<String>]

    /// - Parameters:
    ///   - needed: Columns of the last step's output that are read.
    ///   - sides: Columns of a step's input that its side output needs, by the output's name.
    init(steps: [Planner.BoundStep], needed: Set<String>, sides: [String: Set<String>] = [:]) {
        var needed = needed
        var outputs: [Set<String>] = []
        for step in steps.reversed() {
            outputs.append(needed)
            var schemas = [step.input] + step.planned.map(\.outputSchema)
            for planned in step.planned.reversed() {
                schemas.removeLast()
                needed = planned.operation.inputs(for: needed, input: schemas[schemas.count - 1], output: planned.outputSchema)
                if let name = planned.operation.sideOutput { needed.formUnion(sides[name] ?? []) }
            }
        }
        source = needed
        self.outputs = outputs.reversed()
    }
}

extension LogicalOperation {
    /// Columns of the input that the operation reads itself, or that it passes on to where they are read.
    ///
    /// A computed column counts as read even if nobody uses it: its errors are part of the result.
    fileprivate func inputs(for needed: Set<String>, input: Schema, output: Schema) -> Set<String> {
        func names(_ positions: some Sequence<Int>) -> Set<String> { Set(positions.map { input.fields[$0].name }) }
        let passed = needed.intersection(input.names)
        switch self {
        case .filter(let condition): return passed.union(names(condition.columns))
        case .limit, .mask: return passed
        case .sample(let sample): return passed.union(names(sample.readColumns))
        case .assert(let assertion): return passed.union(names(assertion.rules.flatMap(\.condition.columns)))
        case .quality(let quality):
            return passed.union(quality.columns.map { names($0 + (quality.window?.time.columns ?? [])) } ?? Set(input.names))
        case .exec, .history, .relationalize: return Set(input.names)
        case .sort(let keys): return passed.union(names(keys.map(\.column)))
        case .union: return passed
        case .deduplicate(let keys, _, let order): return passed.union(names(keys + order.map(\.column)))
        case .deduplicateWithin(let recent): return passed.union(names(recent.keys + recent.time.columns))
        case .join(let join): return passed.union(names(join.readColumns))
        case .closure(let closure): return closure.columns.map { passed.union($0) } ?? Set(input.names)
        case .aggregate(let aggregate):
            return names(aggregate.groups.flatMap(\.columns) + aggregate.aggregates.flatMap { $0.argument?.columns ?? [] })
        case .window(let window):
            return names(
                window.time.columns + window.groups.groups.flatMap(\.columns)
                    + window.groups.aggregates.flatMap { $0.argument?.columns ?? [] })
        case .project(let projections):
            var read: Set<String> = []
            for (projection, field) in zip(projections, output.fields) {
                switch projection {
                case .input(let position): if needed.contains(field.name) { read.insert(input.fields[position].name) }
                case .expression(let expression): read.formUnion(names(expression.columns))
                }
            }
            return read
        }
    }
}
