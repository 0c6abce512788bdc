import SluiceCore
import SluicePipelines

/// Takes in what is new of the side that a join within a time adds, before the input's rows pass.
struct IntervalBuilding: BuildingOperator {
    let step: IntervalStep

    var isFollowed: Bool { true }

    func makePart() -> any GatheringPart { IntervalBuildingPart(step) }

    func combine(_ parts: [any GatheringPart]) throws -> any ProbingOperator {
        let parts = parts.compactMap { $0 as? IntervalBuildingPart }
        var newest: [Int: Int64] = [:]
        for part in parts { newest.merge(part.newest) { max($0, $1) } }
        let unmatchable = parts.flatMap(\.unmatchable).map(step.plan.unmatchedTable)
        let state = step.state
        try state.returnToMemory()
        let bytes = state.byteCount + parts.reduce(0) { $0 + $1.byteCount }
        if state.isSpilled || parts.contains(where: { $0.spilled != nil }) || bytes > state.limitBytes {
            // What is in memory is in the files of earlier epochs; a run over a whole input has none of these, and nothing yet.
            state.leaveMemory()
            let spilled = SpilledInterval(step)
            for part in parts {
                try part.forEach {
                    try spilled.table.add($0)
                    try state.table.changes?.append($0)
                }
            }
            return IntervalProbing(step: step.beside(spilled), tableNewest: newest, output: unmatchable)
        }
        let rows = parts.flatMap(\.rows).enumerated().sorted { ($0.element.position, $0.offset) < ($1.element.position, $1.offset) }
        let batches = rows.map(\.element.batch)
        if let changes = state.table.changes { for batch in batches { try changes.append(batch) } }
        return IntervalProbing(step: step, tableNewest: newest, output: state.begin(batches) + unmatchable)
    }
}

/// A join within a time in an epoch of a run, or in a run over a whole input.
struct IntervalStep: Sendable {
    let state: IntervalState
    let resources: OperatorResources
    /// Index in the plan.
    let index: Int
    /// Nil for a run over a whole input, which forgets nothing.
    let epoch: EpochContext?
    /// Rows of the epoch, or of the whole input, where they go to disk as the state does.
    var spilled: SpilledInterval?

    func beside(_ spilled: SpilledInterval) -> IntervalStep {
        var step = self
        step.spilled = spilled
        return step
    }

    var plan: IntervalPlan { state.plan }

    /// Rows of one side that can take part, with their times.
    ///
    /// - Parameter column: The one with the time.
    func accepted(_ batch: Batch, time column: Int, rejects: inout [Reject]) -> (rows: Batch, times: [Int64]) {
        var errors = RowErrors()
        let times = EventTimes.micros(batch.columns[column], &errors)
        if errors.isEmpty, epoch != nil {
            let closed = state.closedThrough
            for row in times.indices where times[row] < closed {
                let reason = "what rows before \(EventTimes.text(closed)) are joined with is forgotten"
                errors.add(EventTimes.late(times[row], reason, plan.match.lateRows), row: row)
            }
        }
        guard !errors.isEmpty else { return (batch, times) }
        let (kept, rejected) = batch.separating(errors)
        rejects.append(contentsOf: rejected)
        return kept.rowCount == 0 ? (kept, []) : accepted(kept, time: column, rejects: &rejects)
    }
}

private final class IntervalBuildingPart: GatheringPart, @unchecked Sendable {
    private let step: IntervalStep
    private(set) var rows: [(batch: Batch, position: BatchPosition)] = []
    /// Rows with a null in their keys, where they are handed on.
    private(set) var unmatchable: [Batch] = []
    /// Time of the newest row by the number of the input.
    private(set) var newest: [Int: Int64] = [:]
    private(set) var byteCount = 0
    private let share: MemoryShare
    /// Rows that memory did not hold.
    private(set) var spilled: KeyedSpill?

    init(_ step: IntervalStep) {
        self.step = step
        share = MemoryShare(step.resources.budget)
    }

    func take(_ batch: Batch, at position: BatchPosition, rejects: inout [Reject]) throws {
        let plan = step.plan
        var (accepted, times) = step.accepted(batch, time: plan.match.tableTime, rejects: &rejects)
        guard let last = times.max() else { return }
        newest[position.inputNumber] = max(newest[position.inputNumber] ?? .min, last)
        if let matchable = JoinPlan.matchable(plan.tableKeys.map { accepted.columns[$0] }, isAsOf: false) {
            if plan.marksTable { unmatchable.append(accepted.filter(~matchable)) }
            accepted = accepted.filter(matchable)
            times = matchable.setPositions.map { times[Int($0)] }
        }
        if accepted.rowCount == 0 { return }
        let kept = step.state.table.kept(accepted, times)
        rows.append((kept, position))
        byteCount += kept.byteCount
        try settle()
    }

    /// Makes sure that what is held is paid for.
    private func settle() throws {
        if share.resize(to: byteCount) { return }
        if byteCount <= OperatorLimits.leastBytes { return share.force(to: byteCount) }
        let place = spilled ?? step.state.table.makeSpill(step.resources.spill)
        spilled = place
        for row in rows { try place.add(row.batch) }
        rows = []
        byteCount = 0
        _ = share.resize(to: 0)
    }

    /// All rows as they are kept, which the part forgets.
    func forEach(_ body: (Batch) throws -> Void) throws {
        for row in rows { try body(row.batch) }
        try spilled?.forEach(body)
        rows = []
        spilled = nil
        _ = share.resize(to: 0)
    }
}
