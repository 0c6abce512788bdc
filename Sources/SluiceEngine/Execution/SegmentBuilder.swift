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
    /// Rows that steps put aside, by the name of the output that gets them.
    private let sides: [String: SideRows]
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
        let names = plan.outputs.filter(\.isSide).map(\.label)
        sides = Dictionary(uniqueKeysWithValues: names.map { ($0, SideRows(resources.spill)) })
    }

    mutating func build() async throws -> SegmentTree {
        current.splits = try await plan.source.source.splits().map { (plan.source, $0, 0) }
        var tree = SegmentTree(trunk: try await chain(plan.steps, from: 0))
        var branches: [Segment.Branch] = []
        for (index, output) in plan.outputs.enumerated() {
            if case .all = output.role { continue }
            var segments = try await chain(output.steps, from: plan.firstStep(ofOutput: index))
            segments[segments.count - 1].outlet = .output(index)
            switch output.role {
            case .side: if let rows = sides[output.label] { tree.sides.append(.init(rows: rows, segments: segments)) }
            case .route(let condition, _):
                branches.append(.init(output: index, condition: condition, isOtherwise: false, segments: segments))
            case .all, .otherwise: branches.append(.init(output: index, condition: nil, isOtherwise: true, segments: segments))
            }
        }
        if plan.hasRoutes { tree.trunk[tree.trunk.count - 1].outlet = .branches(branches, plan.routeMatch) }
        return tree
    }

    /// Segments of steps one after another.
    ///
    /// - Parameter first: Index of the first step among all of the plan's.
    private mutating func chain(_ steps: [PlannedStep], from first: Int) async throws -> [Segment] {
        defer {
            segments = []
            current = Segment()
        }
        for (place, step) in steps.enumerated() {
            let index = first + place
            if let rows = epoch?.entries[index] { try await add(rows, [], meeting: []) }
            if case .union(let union) = step.operation {
                try await add(union, index, step)
                continue
            }
            if case .quality(let quality) = step.operation {
                let operation = try await QualityOperator(quality, step, progress: progress, rejects: rejects, epoch: epoch)
                let probing: any ProbingOperator =
                    quality.window.map { WindowedQuality(operation, $0, state: epoch?.states[index] as? JudgedRows) } ?? operation
                add(PlacedLink(link: .probing(probing), index: index, name: step.name))
                continue
            }
            let next = steps.indices.contains(place + 1) ? steps[place + 1].operation : nil
            let gathering = step.operation.gatheringOperator(
                outputSchema: step.outputSchema, next: next, resources: resources, state: epoch?.states[index] as? WindowState,
                epoch: epoch, side: step.operation.sideOutput.flatMap { sides[$0] })
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

    private func intervalStep(_ join: JoinOperation, _ match: IntervalMatch, _ step: PlannedStep, _ index: Int) -> IntervalStep {
        let plan = IntervalPlan(join, match, outputSchema: step.outputSchema)
        return IntervalStep(
            state: epoch?.states.join(ofStep: index) ?? IntervalState(plan, limitBytes: stateBytes), resources: resources, index: index,
            epoch: epoch)
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
            try await add(union.other, [aligned(union.otherColumns)], meeting: [aligned(union.inputColumns)])
        } else {
            let loader = TableLoader(rejects: rejects, stateBytes: stateBytes, progress: progress)
            let table = try await loader.load(union.other, step: step.name)
            let rows = AlignOperator(sources: union.otherColumns, outputSchema: step.outputSchema).aligned(table)
            current.ordered.append(aligned(union.inputColumns))
            current.ordered.append(PlacedLink(link: .operation(AppendOperator(rows: rows)), index: index, name: step.name))
        }
    }

    /// Rows of another source, in a lane of their own.
    ///
    /// - Parameters:
    ///   - links: What they go through before they meet the others.
    ///   - own: The same of the others.
    private mutating func add(_ source: PlannedSource, _ links: [PlacedLink], meeting own: [PlacedLink]) async throws {
        precondition(current.ordered.isEmpty, "rows that come in order meet no others")
        for lane in current.lanes.indices { current.lanes[lane] += current.links + own }
        current.links = []
        current.splits += try await source.source.splits().map { (source, $0, current.lanes.count) }
        current.lanes.append(links)
    }

    private func makeLink(_ step: PlannedStep, _ index: Int) -> StepLink {
        switch step.operation {
        case .filter(let predicate): return .operation(FilterOperator(predicate: predicate))
        case .project(let projections): return .operation(ProjectOperator(projections: projections, outputSchema: step.outputSchema))
        case .mask(let mask): return .operation(MaskOperator(operation: mask, outputSchema: step.outputSchema))
        case .sample(.share(let rows)): return .operation(ShareOperator(rows: rows))
        case .sample(.every(let count)): return .operation(EveryOperator(count: count, state: epoch?.states[index] as? SampleState))
        case .assert(let assertion): return .operation(AssertOperator(operation: assertion, step: step.name, progress: progress))
        case .history(let operation): return .operation(HistoryOperator(operation, outputSchema: step.outputSchema))
        case .relationalize(let operation):
            return .probing(RelationalizeOperator(operation, sides: sides, numbers: epoch?.states[index] as? RowNumbers))
        case .exec(let operation):
            return .probing(ExecOperator(operation: operation, step: step.name, outputSchema: step.outputSchema, progress: progress))
        case .closure(let closure): return .operation(ClosureOperator(closure: closure))
        case .limit(let count): return .operation(LimitOperator(count: count))
        case .join(let join):
            if let match = join.interval { return .building(IntervalBuilding(step: intervalStep(join, match, step, index)), join.table) }
            return .building(JoinBuilding(join, outputSchema: step.outputSchema, resources: resources), join.table)
        case .deduplicateWithin(let operation):
            let state = epoch?.states[index] as? RecentRows ?? RecentRows(operation, limitBytes: stateBytes)
            return .probing(
                RecentDeduplication(
                    state: state, spill: resources.spill, epoch: epoch, side: operation.lateOutput.flatMap { sides[$0] }))
        case .window(let operation):
            guard case .count(let rows) = operation.kind else { preconditionFailure("\(step.name) is no operator that passes rows on") }
            let state =
                epoch?.states[index] as? CountedWindows
                ?? CountedWindows(operation, size: rows, outputSchema: step.outputSchema, limitBytes: stateBytes)
            return .probing(CountedWindowing(state: state, spill: resources.spill, epoch: epoch))
        case .union, .sort, .deduplicate, .aggregate, .quality:
            preconditionFailure("\(step.name) is no operator that passes rows on")
        }
    }
}

/// Reads a whole source into memory: the other side of a union behind an ordered step.
struct TableLoader {
    let rejects: RejectHandler
    let stateBytes: Int
    let progress: RunProgress

    func load(_ source: PlannedSource, step: String) async throws -> Batch {
        let budget = StateBudget(step: step, limitBytes: stateBytes)
        var batches: [Batch] = []
        var bytes = 0
        for split in try await source.source.splits() {
            let reader = try await source.source.open(split, SourceRequest(source.columns, condition: source.condition, keepsRaw: false))
            try await reader.forEachBatch { read in
                try Task.checkCancellation()
                try rejects.take(read.rejects, step: step)
                if let members = read.newMembers { progress.update { $0.newMembers.add(members) } }
                bytes += read.batch.byteCount
                try budget.check(bytes)
                batches.append(read.batch)
            }
        }
        return Batch.concatenated(batches, schema: source.schema)
    }
}
