import SluiceCore
import SluiceExpressions
import SluicePipelines

/// Aggregates of windows of so many rows. All rows go through one part, in source order.
struct CountedWindowing: ProbingOperator {
    let state: CountedWindows
    let spill: SpillDirectory
    /// Nil for a run over a whole input, at whose end windows that are not full are handed on.
    let epoch: EpochContext?

    var isSerial: Bool { true }

    func makePart() throws -> any ProbingPart {
        try state.returnToMemory()
        return CountedWindowingPart(self)
    }

    func combine(_ parts: [any ProbingPart]) throws -> GatheredResult {
        var rejects: [Reject] = []
        let full = try parts.compactMap { $0 as? CountedWindowingPart }.flatMap { try $0.lookUp(&rejects) }
        if let epoch {
            try state.endEpoch(epoch.number)
            return GatheredResult(streams: [ListedBatches(full)], rejects: rejects)
        }
        let rest = state.isSpilled ? state.drainBeyond() : ListedBatches(state.drain(rejects: &rejects).map { [$0] } ?? [])
        return GatheredResult(streams: [ListedBatches(full), rest], rejects: rejects)
    }
}

private final class CountedWindowingPart: ProbingPart, @unchecked Sendable {
    private let step: CountedWindowing
    /// Rows whose windows are to be looked up on disk.
    private var waiting: [CountedRows] = []
    private var waitingBytes = 0

    init(_ step: CountedWindowing) { self.step = step }

    func push(_ batch: Batch, at position: BatchPosition, rejects: inout [Reject]) throws -> [Batch] {
        let operation = step.state.operation
        var errors = RowErrors()
        func evaluated(_ expression: BoundExpression) -> Column {
            let result = expression.evaluate(batch)
            errors.merge(result.errors)
            return result.column
        }
        let time = evaluated(operation.time)
        let keys = operation.groups.groups.map(evaluated)
        let arguments = operation.groups.aggregates.map { $0.argument.map(evaluated) }
        let times = EventTimes.micros(time, &errors)
        guard errors.isEmpty else {
            let (kept, rejected) = batch.separating(errors)
            rejects.append(contentsOf: rejected)
            return kept.rowCount == 0 ? [] : try push(kept, at: position, rejects: &rejects)
        }
        let place = step.epoch?.place(of: position) ?? position.rawValue
        let state = step.state
        if state.isSpilled {
            let rows = CountedRows(keys: keys, times: times, arguments: arguments, place: place)
            waiting.append(rows)
            waitingBytes += rows.byteCount
            return waitingBytes > max(state.limitBytes / 4, OperatorLimits.leastBytes) ? try lookUp(&rejects) : []
        }
        let full = state.take(keys, times, arguments, at: place, rejects: &rejects)
        if state.byteCount > state.limitBytes { try state.leaveMemory(epoch: step.epoch?.number, step.spill) }
        return full.map { [$0] } ?? []
    }

    /// The windows that the rows that wait make full.
    func lookUp(_ rejects: inout [Reject]) throws -> [Batch] {
        if waiting.isEmpty { return [] }
        defer { (waiting, waitingBytes) = ([], 0) }
        return try step.state.take(waiting, epoch: step.epoch?.number, rejects: &rejects)
    }
}
