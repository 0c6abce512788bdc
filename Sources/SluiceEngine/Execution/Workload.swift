import SluiceCore
import SluicePipelines

/// A split of one of the plan's sources, and the operators that only its rows go through (before they meet others in a union).
struct WorkItem: Sendable {
    var source: PlannedSource
    var split: SourceSplit
    var prefix: [Chain.Link]
}

/// What the tasks of a run do: splits side by side through `parallel`, then, if a step must see all rows in order, one task through `serial`.
struct Workload: Sendable {
    var items: [WorkItem]
    var parallel: [Chain.Link]
    /// Empty when no step needs all rows in one task; otherwise starts with that step.
    var serial: [Chain.Link]
    /// Tasks side by side.
    var width: Int
}

/// Builds the workload of a plan: makes operators of its steps, loads the tables of its joins, and lists the splits.
struct WorkloadBuilder {
    let plan: LogicalPlan
    let stateBytes: Int
    let rejects: RejectHandler
    let progress: RunProgress
    let width: Int

    func build() async throws -> Workload {
        let source = plan.source
        var workload = Workload(
            items: try await source.source.splits().map { WorkItem(source: source, split: $0, prefix: []) },
            parallel: [], serial: [], width: width)
        for (index, step) in plan.steps.enumerated() {
            if case .union(let union) = step.operation {
                try await add(union, index, step, to: &workload)
                continue
            }
            let link = Chain.Link(step: try await makeOperator(step), index: index, name: step.name)
            if workload.serial.isEmpty, !type(of: link.step).isSerial {
                workload.parallel.append(link)
            } else {
                workload.serial.append(link)
            }
        }
        return workload
    }

    /// Rows of the other source meet the input's: as further splits, or behind the rows of the serial task.
    private func add(_ union: UnionOperation, _ index: Int, _ step: PlannedStep, to workload: inout Workload) async throws {
        let align = Chain.Link(
            step: AlignOperator(sources: union.inputColumns, outputSchema: step.outputSchema), index: index, name: step.name)
        let alignOther = Chain.Link(
            step: AlignOperator(sources: union.otherColumns, outputSchema: step.outputSchema), index: index, name: step.name)
        if workload.serial.isEmpty {
            for item in workload.items.indices { workload.items[item].prefix.append(contentsOf: workload.parallel + [align]) }
            workload.parallel = []
            workload.items += try await union.other.source.splits().map {
                WorkItem(source: union.other, split: $0, prefix: [alignOther])
            }
        } else {
            let table = try await TableLoader(rejects: rejects, stateBytes: stateBytes).load(union.other, step: step.name)
            let rows = AlignOperator(sources: union.otherColumns, outputSchema: step.outputSchema).aligned(table)
            workload.serial.append(align)
            workload.serial.append(Chain.Link(step: AppendOperator(rows: rows), index: index, name: step.name))
        }
    }

    private func makeOperator(_ step: PlannedStep) async throws -> any StepOperator {
        let budget = StateBudget(step: step.name, limitBytes: stateBytes)
        switch step.operation {
        case .filter(let predicate): return FilterOperator(predicate: predicate)
        case .project(let projections): return ProjectOperator(projections: projections, outputSchema: step.outputSchema)
        case .closure(let closure): return ClosureOperator(closure: closure)
        case .limit(let count): return LimitOperator(count: count)
        case .sort(let keys): return SortOperator(keys, budget: budget)
        case .deduplicate(let keys, .first): return DeduplicateFirstOperator(keys: keys, budget: budget)
        case .deduplicate(let keys, .last): return DeduplicateLastOperator(keys: keys, budget: budget)
        case .aggregate(let operation): return AggregateOperator(operation, outputSchema: step.outputSchema, budget: budget)
        case .join(let join):
            let rows = try await TableLoader(rejects: rejects, stateBytes: stateBytes).load(join.table, step: step.name)
            return JoinOperator(
                kind: join.kind, table: JoinTable(rows: rows, keyColumns: join.tableKeys), inputKeys: join.inputKeys,
                tableColumns: join.tableColumns, outputSchema: step.outputSchema)
        case .union: preconditionFailure("a union becomes splits or appended rows, not an operator of its own")
        }
    }
}

/// Reads a whole source into memory: the table of a join, or the other side of a union behind a serial step.
struct TableLoader {
    let rejects: RejectHandler
    let stateBytes: Int

    func load(_ source: PlannedSource, step: String) async throws -> Batch {
        let budget = StateBudget(step: step, limitBytes: stateBytes)
        var batches: [Batch] = []
        var bytes = 0
        for split in try await source.source.splits() {
            let reader = try await source.source.open(split, columns: source.columns, keepsRaw: false)
            while let read = try await reader.next() {
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
