package import SluiceCore
package import SluicePipelines
import Synchronization

/// Reads the table of a join: into memory, or to disk, spread by the hash of its keys, where the budget has no room for it.
package struct JoinBuilding: BuildingOperator {
    private let plan: JoinPlan
    private let state = JoinBuildingState()

    package init(_ join: JoinOperation, outputSchema: Schema, resources: OperatorResources) {
        plan = JoinPlan(join, outputSchema: outputSchema, resources: resources)
    }

    package func makePart() -> any GatheringPart { JoinBuildingPart(plan, state) }

    package func combine(_ parts: [any GatheringPart]) throws -> any ProbingOperator {
        let parts = parts.compactMap { $0 as? JoinBuildingPart }
        if !state.isSpilling, let table = try JoinTable.loaded(plan, parts.map(\.rows)) { return JoinProbing(table) }
        for part in parts { try part.rows.spill() }
        let tables = (0..<OperatorLimits.partitions).map { partition in parts.compactMap { $0.rows.chunks(of: partition) } }
        return SpilledJoin(plan, tables: tables)
    }
}

/// Tells all parts once one of them has no room.
private final class JoinBuildingState: Sendable {
    private let spills = Atomic<Bool>(false)

    var isSpilling: Bool { spills.load(ordering: .relaxed) }
    func spill() { spills.store(true, ordering: .relaxed) }
}

/// One worker's rows of the table.
private final class JoinBuildingPart: GatheringPart, @unchecked Sendable {
    private let plan: JoinPlan
    private let state: JoinBuildingState
    private var places = RowPlaces()
    let rows: SpillingRows

    init(_ plan: JoinPlan, _ state: JoinBuildingState) {
        self.plan = plan
        self.state = state
        rows = SpillingRows(plan.tableSchema, keys: plan.tableKeys, plan.resources)
    }

    func take(_ batch: Batch, at position: BatchPosition, rejects: inout [Reject]) throws {
        var columns = batch.columns
        if plan.asOf != nil {
            let base = places.base(of: position, rowCount: batch.rowCount)
            columns.append(.integers([Int64](repeating: Int64(bitPattern: position.rawValue), count: batch.rowCount)))
            columns.append(.integers((0..<Int64(batch.rowCount)).map { base + $0 }))
        }
        var kept = Batch(plan.tableSchema, columns, rowCount: batch.rowCount)
        if !plan.kind.keepsTable,
            let matchable = JoinPlan.matchable(plan.tableMatchColumns.map { kept.columns[$0] }, isAsOf: plan.asOf != nil)
        {
            kept = kept.filter(matchable)
        }
        if kept.rowCount == 0 { return }
        rows.take(kept, at: position)
        if state.isSpilling, !rows.hasSpilled { try rows.spill() } else { try rows.settle() }
        if rows.hasSpilled { state.spill() }
    }
}
