import SluiceCore
import SluicePipelines

/// Makes the segments of a plan: operators of its steps, and the splits of its sources.
struct SegmentBuilder {
    let plan: LogicalPlan
    let resources: OperatorResources
    let rejects: RejectHandler
    let progress: RunProgress
    let width: Int
    /// Nil for a run over a whole input.
    let epoch: EpochContext?

    private var segments: [Segment] = []
    private var current = Segment()
    private var stateBytes: Int { resources.budget.limitBytes }

    init(
        plan: LogicalPlan, resources: OperatorResources, rejects: RejectHandler, progress: RunProgress, width: Int,
        epoch: EpochContext? = nil
    ) {
        self.plan = plan
        self.resources = resources
        self.rejects = rejects
        self.progress = progress
        self.width = width
        self.epoch = epoch
    }

    /// The last segment ends in the sink, the others in a step that needs all rows.
    mutating func build() async throws -> [Segment] {
        current.splits = try await plan.source.source.splits().map { (plan.source, $0, 0) }
        for (index, step) in plan.steps.enumerated() {
            if case .union(let union) = step.operation {
                try await add(union, index, step)
                continue
            }
            let next = plan.steps.indices.contains(index + 1) ? plan.steps[index + 1].operation : nil
            let gathering = step.operation.gatheringOperator(
                outputSchema: step.outputSchema, next: next, resources: resources, state: epoch?.states[index] as? WindowState,
                epoch: epoch)
            if let gathering {
                current.gathering = Segment.Gathering(step: gathering, index: index, name: step.name)
                segments.append(current)
                current = Segment()
                continue
            }
            add(PlacedLink(link: makeLink(step, index), index: index, name: step.name))
        }
        return segments + [current]
    }

    private mutating func add(_ link: PlacedLink) {
        var isOrdered = !current.ordered.isEmpty
        if case .operation(let operation) = link.link, type(of: operation).isSerial { isOrdered = true }
        if case .probing(let probing) = link.link, probing.isSerial { isOrdered = true }
        if isOrdered { current.ordered.append(link) } else { current.links.append(link) }
    }

    /// Rows of the other source meet the input's: in a lane of their own, or behind the rows that came in order.
    private mutating func add(_ union: UnionOperation, _ index: Int, _ step: PlannedStep) async throws {
        func aligned(_ sources: [Int?]) -> PlacedLink {
            PlacedLink(
                link: .operation(AlignOperator(sources: sources, outputSchema: step.outputSchema)), index: index, name: step.name)
        }
        if current.ordered.isEmpty {
            for lane in current.lanes.indices { current.lanes[lane] += current.links + [aligned(union.inputColumns)] }
            current.links = []
            current.splits += try await union.other.source.splits().map { (union.other, $0, current.lanes.count) }
            current.lanes.append([aligned(union.otherColumns)])
        } else {
            let table = try await TableLoader(rejects: rejects, stateBytes: stateBytes).load(union.other, step: step.name)
            let rows = AlignOperator(sources: union.otherColumns, outputSchema: step.outputSchema).aligned(table)
            current.ordered.append(aligned(union.inputColumns))
            current.ordered.append(PlacedLink(link: .operation(AppendOperator(rows: rows)), index: index, name: step.name))
        }
    }

    private func makeLink(_ step: PlannedStep, _ index: Int) -> StepLink {
        switch step.operation {
        case .filter(let predicate): return .operation(FilterOperator(predicate: predicate))
        case .project(let projections): return .operation(ProjectOperator(projections: projections, outputSchema: step.outputSchema))
        case .mask(let mask): return .operation(MaskOperator(operation: mask, outputSchema: step.outputSchema))
        case .sample(.share(let rows)): return .operation(ShareOperator(rows: rows))
        case .sample(.every(let count)): return .operation(EveryOperator(count: count))
        case .assert(let assertion): return .operation(AssertOperator(operation: assertion, step: step.name, progress: progress))
        case .exec(let operation):
            return .probing(ExecOperator(operation: operation, step: step.name, outputSchema: step.outputSchema, progress: progress))
        case .closure(let closure): return .operation(ClosureOperator(closure: closure))
        case .limit(let count): return .operation(LimitOperator(count: count))
        case .join(let join):
            return .building(JoinBuilding(join, outputSchema: step.outputSchema, resources: resources), join.table)
        case .deduplicateWithin(let operation):
            let state = epoch?.states[index] as? RecentRows ?? RecentRows(operation)
            let budget = StateBudget(step: step.name, limitBytes: stateBytes)
            return .probing(RecentDeduplication(state: state, budget: budget, epoch: epoch))
        case .union, .sort, .deduplicate, .aggregate, .window: preconditionFailure("\(step.name) is no operator that passes rows on")
        }
    }
}

/// Reads a whole source into memory: the other side of a union behind an ordered step.
struct TableLoader {
    let rejects: RejectHandler
    let stateBytes: Int

    func load(_ source: PlannedSource, step: String) async throws -> Batch {
        let budget = StateBudget(step: step, limitBytes: stateBytes)
        var batches: [Batch] = []
        var bytes = 0
        for split in try await source.source.splits() {
            let reader = try await source.source.open(split, SourceRequest(source.columns, condition: source.condition, keepsRaw: false))
            try await reader.forEachBatch { read in
                try Task.checkCancellation()
                try rejects.take(read.rejects, step: step)
                bytes += read.batch.byteCount
                try budget.check(bytes)
                batches.append(read.batch)
            }
        }
        return Batch.concatenated(batches, schema: source.schema)
    }
}
