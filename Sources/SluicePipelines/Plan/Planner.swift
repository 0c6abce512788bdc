import SluiceCore

/// From a definition to a plan that was checked against the real schemas.
package enum Planner {
    /// Opens the ends, binds every step, and asks the source only for the columns that somebody reads.
    ///
    /// Reads what inference of the sources needs; writes nothing.
    /// - Throws: `SluiceError` or `DefinitionErrors`, placed in the definition or in the data.
    package static func plan(_ definition: PipelineDefinition, in context: PlanContext) async throws -> LogicalPlan {
        let opened = try await context.open(definition.source)
        let offered = opened.source.schema
        let first = try await bind(definition.steps, to: offered, in: context)
        let whole = first.last?.output ?? offered
        try checkStreamKey(definition.stream, offered)
        let sink = try await context.openSink(definition.sink)
        do {
            try sink.check(whole)
            for source in [opened.source] + first.flatMap(\.otherSources) { try sink.check(reading: source) }
        } catch let error as SluiceError {
            throw error.located(at: definition.sink.location)
        }

        let needs = ColumnNeeds(steps: first, output: whole)
        var columns = needs.source.union([definition.stream?.key].compactMap(\.self))
        // Something must say how many rows there are.
        if columns.isEmpty, let name = offered.names.first { columns = [name] }
        let nested = NestedNeeds(steps: first, output: whole)
        let source = try opened.narrowed(nested, isStreamed: definition.stream != nil).planned(offered.names.filter(columns.contains))
        let bound = source.schema == offered ? first : try await rebind(definition.steps, first, needs, source.schema, context)
        let plan = LogicalPlan(
            definition: definition, source: source, stream: definition.stream, steps: bound.flatMap(\.planned), sink: sink,
            outputSchema: bound.last?.output ?? source.schema, notices: notices(source, bound))
        if definition.isIncremental { try IncrementalRules.check(plan) }
        return Optimizer.optimized(plan)
    }

    /// A step of the definition with what it was bound to.
    struct BoundStep {
        var input: Schema
        var planned: [PlannedStep]
        var output: Schema { planned[planned.count - 1].outputSchema }

        /// Of its joins and unions.
        var otherSources: [any Source] {
            planned.compactMap { step in
                switch step.operation {
                case .join(let join): join.table.source
                case .union(let union): union.other.source
                default: nil
                }
            }
        }
    }

    private static func bind(_ steps: [any StepDefinition], to schema: Schema, in context: PlanContext) async throws -> [BoundStep] {
        var bound: [BoundStep] = []
        var input = schema
        for (index, step) in steps.enumerated() {
            let plan = try await placed(step) { try await step.plan(input, in: context) }
            try requireNames(plan.outputSchema, step)
            bound.append(BoundStep(input: input, planned: planned(step, index, plan)))
            input = bound[index].output
        }
        return bound
    }

    /// The second pass: the same steps over the columns that are read.
    private static func rebind(
        _ steps: [any StepDefinition], _ first: [BoundStep], _ needs: ColumnNeeds, _ schema: Schema, _ context: PlanContext
    ) async throws -> [BoundStep] {
        var bound: [BoundStep] = []
        var input = schema
        for (index, step) in steps.enumerated() {
            var narrowed = context
            narrowed.unreadInputs = Set(first[index].input.names).subtracting(input.names)
            narrowed.unreadOutputs = Set(first[index].output.names).subtracting(needs.outputs[index])
            let plan = try await placed(step) { try await step.plan(input, in: narrowed) }
            bound.append(BoundStep(input: input, planned: planned(step, index, plan)))
            input = bound[index].output
        }
        return bound
    }

    private static func placed(_ step: any StepDefinition, _ body: () async throws -> StepPlan) async throws -> StepPlan {
        do {
            return try await body()
        } catch let error as SluiceError {
            throw error.located(at: step.location)
        }
    }

    private static func planned(_ step: any StepDefinition, _ index: Int, _ plan: StepPlan) -> [PlannedStep] {
        let name = "\(index + 1) \(type(of: step).manual.key)"
        return ([plan] + plan.following).enumerated().map { part, plan in
            var planned = PlannedStep(
                name: part == 0 ? name : "\(name) (\(part + 1))", operation: plan.operation, outputSchema: plan.outputSchema,
                summary: plan.summary, location: step.location)
            planned.condition = plan.condition
            return planned
        }
    }

    /// Tables, files and messages have no way to show a column without a name.
    private static func requireNames(_ schema: Schema, _ step: any StepDefinition) throws(SluiceError) {
        guard schema.names.contains("") else { return }
        throw SluiceError(
            .invalidOption, "the step makes a column without a name", at: step.location, remedy: "write a name before the colon")
    }

    private static func checkStreamKey(_ stream: StreamDefinition?, _ schema: Schema) throws(SluiceError) {
        guard let stream, let key = stream.key else { return }
        do {
            _ = try schema.require(key)
        } catch {
            var placed = error.located(at: stream.location)
            placed.message = "the stream's key is an \(error.message) of the source"
            throw placed
        }
    }

    private static func notices(_ source: PlannedSource, _ steps: [BoundStep]) -> [String] {
        var notices = source.source.notices
        for step in steps.flatMap(\.planned) {
            switch step.operation {
            case .union(let operation): notices += operation.other.source.notices
            case .join(let operation): notices += operation.table.source.notices
            default: break
            }
        }
        var seen: Set<String> = []
        return notices.filter { seen.insert($0).inserted }
    }
}
