import SluiceCore

extension Planner {
    /// A step of the definition with what it was bound to.
    struct BoundStep {
        var input: Schema
        var planned: [PlannedStep]
        var output: Schema { planned[planned.count - 1].outputSchema }

        /// Of its joins and unions.
        var otherSources: [any Source] {
            planned.flatMap { step -> [any Source] in
                switch step.operation {
                case .join(let join): [join.table.source]
                case .union(let union): [union.other.source]
                case .quality(let quality): quality.references.map(\.source.source)
                default: []
                }
            }
        }

        /// Operations that put rows aside, each with the schema of these rows.
        var sides: [(name: String, rows: Schema)] {
            zip([input] + planned.map(\.outputSchema), planned).flatMap { rows, step in
                (step.operation.sideOutput.map { [($0, rows)] } ?? []) + step.operation.sideTables.map { ($0.output, $0.schema) }
            }
        }
    }

    /// - Parameter output: The name of the output whose steps they are; nil for those of all rows.
    /// - Throws: What is wrong with a step; `DefinitionErrors` where it is several whose columns are known.
    static func bind(
        _ steps: [any StepDefinition], to schema: Schema, of output: String? = nil, in context: PlanContext
    ) async throws -> [BoundStep] {
        var bound: [BoundStep] = []
        var input = schema
        var errors = ErrorCollector()
        for (index, step) in steps.enumerated() {
            do {
                let plan = try await placed(step) { try await step.plan(input, in: context) }
                try requireNames(plan.outputSchema, step)
                bound.append(BoundStep(input: input, planned: planned(step, name(step, index, output), plan)))
                input = plan.following.last?.outputSchema ?? plan.outputSchema
            } catch {
                try errors.add(error)
                // What comes behind it can be checked only where its columns are known.
                guard type(of: step).keepsColumns else { break }
            }
        }
        // One mistake is the error that it is.
        if errors.errors.count == 1 { throw errors.errors[0] }
        try errors.throwIfAny()
        return bound
    }

    /// The second pass: the same steps over the columns that are read.
    static func rebind(
        _ steps: [any StepDefinition], _ first: [BoundStep], _ needs: ColumnNeeds, _ schema: Schema, of output: String? = nil,
        in context: PlanContext
    ) async throws -> [BoundStep] {
        var bound: [BoundStep] = []
        var input = schema
        for (index, step) in steps.enumerated() {
            var narrowed = context
            narrowed.unreadInputs = Set(first[index].input.names).subtracting(input.names)
            narrowed.unreadOutputs = Set(first[index].output.names).subtracting(needs.outputs[index])
            narrowed.outputOrder = first[index].output.names
            let plan = try await placed(step) { try await step.plan(input, in: narrowed) }
            bound.append(BoundStep(input: input, planned: planned(step, name(step, index, output), plan)))
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

    /// `2 filter`, and `large/2 filter` within an output.
    private static func name(_ step: any StepDefinition, _ index: Int, _ output: String?) -> String {
        (output.map { $0 + "/" } ?? "") + "\(index + 1) \(type(of: step).manual.key)"
    }

    private static func planned(_ step: any StepDefinition, _ name: String, _ plan: StepPlan) -> [PlannedStep] {
        ([plan] + plan.following).enumerated().map { part, plan in
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
}

extension LogicalOperation {
    /// The side output that the operation puts some rows of its input aside for.
    package var sideOutput: String? {
        switch self {
        case .window(let window): window.lateOutput
        case .deduplicateWithin(let recent): recent.lateOutput
        default: nil
        }
    }
}
