import SluiceCore
import SluiceExpressions
import SluicePipelines
import Synchronization

/// Aggregates of groups within windows of event time: each worker gathers running values by pane, which are put together at the end of the
/// input, or of an epoch of it.
struct WindowGathering: GatheringOperator {
    private let state: WindowState
    /// Nil for a run over a whole input, at whose end all windows are handed on.
    private let epoch: EpochContext?
    private let budget: StateBudget

    init(_ operation: WindowOperation, outputSchema: Schema, state: WindowState?, epoch: EpochContext?, limitBytes: Int) {
        budget = StateBudget(step: "window", limitBytes: limitBytes)
        self.state = state ?? WindowState(operation, outputSchema: outputSchema)
        self.epoch = epoch
    }

    func makePart() -> any GatheringPart { WindowPart(state, epoch, budget) }

    func combine(_ parts: [any GatheringPart]) throws -> GatheredResult {
        var newest: [String: Int64] = [:]
        for part in parts.compactMap({ $0 as? WindowPart }) {
            try state.take(part.takeGroups())
            for (input, time) in part.newest {
                let name = epoch?.splitName(ofInput: input) ?? ""
                newest[name] = max(newest[name] ?? .min, time)
            }
        }
        try budget.check(state.windows.byteCount)
        var rejects: [Reject] = []
        let batches =
            if let epoch {
                state.advance(newest, open: epoch.openSplits, now: epoch.nowMicros, rejects: &rejects)
            } else {
                state.drain(rejects: &rejects)
            }
        return GatheredResult(streams: [ListedBatches(batches)], rejects: rejects)
    }
}

/// What one worker gathered of an epoch.
final class WindowPart: GatheringPart, @unchecked Sendable {
    private var groups: GroupStore
    /// Event time of the newest row by the number of the input.
    private(set) var newest: [Int: Int64] = [:]
    private let state: WindowState
    private let epoch: EpochContext?
    private let budget: StateBudget

    init(_ state: WindowState, _ epoch: EpochContext?, _ budget: StateBudget) {
        self.budget = budget
        self.state = state
        self.epoch = epoch
        groups = GroupStore(state.partLayout)
    }

    func take(_ batch: Batch, at position: BatchPosition, rejects: inout [Reject]) throws {
        var errors = RowErrors()
        let operation = state.operation
        let time = evaluated(operation.time, batch, &errors)
        let keys = operation.groups.groups.map { evaluated($0, batch, &errors) }
        let arguments = operation.groups.aggregates.map { aggregate in aggregate.argument.map { evaluated($0, batch, &errors) } }
        let times = EventTimes.micros(time, &errors)
        let cut = state.windows.cut
        let panes = times.map { cut.pane(of: $0) }
        if errors.isEmpty { noteNewest(times, position) }
        if errors.isEmpty, epoch != nil {
            for row in state.windows.lateRows(panes, times, keys, watermark: state.closedThrough) {
                let reason = "all of its windows ended by \(EventTimes.text(state.closedThrough)) and were handed on"
                errors.add(EventTimes.late(times[row], reason, operation.lateRows), row: row)
            }
        }
        guard errors.isEmpty else {
            let (kept, rejected) = batch.separating(errors)
            rejects.append(contentsOf: rejected)
            if kept.rowCount > 0 { try take(kept, at: position, rejects: &rejects) }
            return
        }
        let spans: [Column?] = state.isSession ? [.integers(times)] : []
        groups.take(
            [.integers(panes)] + keys, spans + arguments, rowCount: batch.rowCount, at: epoch?.place(of: position) ?? position.rawValue)
        try budget.check(groups.byteCount)
    }

    /// What was gathered, which the part forgets.
    func takeGroups() -> GroupStore {
        defer { groups = GroupStore(state.partLayout) }
        return groups
    }

    private func noteNewest(_ times: [Int64], _ position: BatchPosition) {
        guard let last = times.max() else { return }
        newest[position.inputNumber] = max(newest[position.inputNumber] ?? .min, last)
    }

    private func evaluated(_ expression: BoundExpression, _ batch: Batch, _ errors: inout RowErrors) -> Column {
        let result = expression.evaluate(batch)
        errors.merge(result.errors)
        return result.column
    }
}

/// Batches that are there already.
final class ListedBatches: BatchStream {
    private let rest: Mutex<ArraySlice<Batch>>

    init(_ batches: [Batch]) { rest = Mutex(batches[...]) }

    func next(rejects: inout [Reject]) throws -> Batch? { rest.withLock { $0.popFirst() } }
}
