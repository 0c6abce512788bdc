import SluiceCore
package import SluicePipelines

extension PhysicalPlan {
    /// What a run of a plan would do; asks sources for their parts, and reads no rows.
    ///
    /// - Parameter options: Of the run that is explained.
    package init(_ plan: LogicalPlan, options: RunOptions = RunOptions()) async {
        var planner = PhysicalPlanner(plan, options)
        await planner.walk()
        self = planner.physical
    }
}

/// Goes through a plan as `SegmentBuilder` does, and writes down what it finds.
private struct PhysicalPlanner {
    let plan: LogicalPlan
    var physical: PhysicalPlan
    /// Indices of steps whose state epochs go on with.
    private let kept: Set<Int>
    private var current: PhysicalPlan.Stage
    private var isOrdered = false
    private let width: Int

    init(_ plan: LogicalPlan, _ options: RunOptions) {
        self.plan = plan
        kept = Set(StepStates(plan).inOrder.map(\.index))
        width = plan.stream.map { min($0.shards, EngineLimits.streamTasks) } ?? options.width
        physical = PhysicalPlan(tasks: options.width, stateBytes: options.stateBytes, isIncremental: plan.definition.isIncremental)
        current = PhysicalPlan.Stage(number: 1, inputs: [], inputSchema: plan.source.schema, tasks: width)
        physical.stream = plan.stream.map { .init(name: $0.name, shards: $0.shards, key: $0.key) }
    }

    mutating func walk() async {
        let condition = plan.source.condition == nil ? nil : plan.steps.first?.summary
        read(plan.source, by: nil, condition: condition)
        if let stream = plan.stream {
            current.inputs = [.source("stream \(stream.name)", splits: stream.shards, bytes: nil)]
        } else {
            current.inputs = [await input(plan.source)]
        }
        await walk(plan.steps, from: 0)
        let trunk = current.number
        if plan.hasRoutes {
            finish(.routes)
        } else {
            finish(.sink(sink(plan.outputs[0])))
        }
        for (index, output) in plan.outputs.enumerated() {
            if case .all = output.role { continue }
            let head = PlanText.heading(of: output, in: plan)
            begin(output.isSide ? .side(head.rows) : .route(stage: trunk, rows: head.rows), output.inputSchema)
            await walk(output.steps, from: plan.firstStep(ofOutput: index))
            finish(.sink(sink(output)))
        }
    }

    private mutating func begin(_ input: PhysicalPlan.Input, _ schema: Schema) {
        current = PhysicalPlan.Stage(number: physical.stages.count + 1, inputs: [input], inputSchema: schema, tasks: width)
        isOrdered = false
    }

    private mutating func finish(_ end: PhysicalPlan.End) {
        current.end = end
        physical.stages.append(current)
    }

    private mutating func walk(_ steps: [PlannedStep], from first: Int) async {
        var schema = current.inputSchema
        for (place, step) in steps.enumerated() {
            let index = first + place
            let next = steps.indices.contains(place + 1) ? steps[place + 1].operation : nil
            for source in step.operation.otherSources { read(source, by: step.name, condition: nil) }
            if case .union(let union) = step.operation, !isOrdered { current.inputs.append(await input(union.other)) }
            let work = StepWork(step, from: schema, next: next)
            if work.sharing == .ordered { isOrdered = true }
            // What comes behind a step that needs the order stays in it, until a step gathers the rows.
            let sharing = work.sharing == .parallel && isOrdered ? .ordered : work.sharing
            let state = work.holds.map { PhysicalPlan.State(holds: $0, isKeptBetweenEpochs: kept.contains(index)) }
            current.steps.append(.init(name: step.name, sharing: sharing, exchange: work.exchange, state: state, schema: step.outputSchema))
            schema = step.outputSchema
            if sharing == .gathering {
                let number = current.number
                finish(.gathering)
                begin(.gathered(stage: number), schema)
            }
        }
    }

    private mutating func read(_ source: PlannedSource, by step: String?, condition: String?) {
        physical.readings.append(
            .init(
                source: source.summary, step: step, columns: source.columns, offered: source.source.schema.count, condition: condition))
    }

    /// Only sources that know their parts without asking a service are asked for them.
    private func input(_ source: PlannedSource) async -> PhysicalPlan.Input {
        var splits: [SourceSplit]?
        if source.source is any RecordSource || source.source is any LaggingSource { splits = try? await source.source.splits() }
        let sizes = (splits ?? []).compactMap(\.bytes)
        let bytes = splits.flatMap { $0.count == sizes.count && !sizes.isEmpty ? sizes.reduce(0, +) : nil }
        return .source(source.summary, splits: splits?.count, bytes: bytes)
    }

    private func sink(_ output: PlannedOutput) -> PhysicalPlan.Sink {
        let isOne = isOrdered || output.sink.keepsOrder || output.sink.writesInOrder
        return .init(
            output: output.name, summary: output.sink.summary, delivery: output.sink.guarantee.rawValue,
            commit: output.sink.guarantee == .exactlyOnce
                ? "staged, and made visible with the one commit of the run, or of each epoch"
                : "written as rows come; a run that is cut off and repeated writes some of them again", writers: isOne ? 1 : width)
    }
}
