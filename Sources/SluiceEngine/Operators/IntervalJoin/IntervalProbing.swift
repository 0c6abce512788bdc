import SluiceCore
import SluicePipelines

/// The input's rows go past the other side's, which stay as they are meanwhile. What the other side's new rows gave with older ones of the
/// input comes behind, and so do rows that find no other any more.
struct IntervalProbing: ProbingOperator {
    let step: IntervalStep
    /// Time of the other side's newest row by the number of its input.
    let tableNewest: [Int: Int64]
    /// What the other side's new rows gave, and those of them that can find none.
    let output: [Batch]

    func makePart() -> any ProbingPart { IntervalProbingPart(step) }

    func combine(_ parts: [any ProbingPart]) throws -> GatheredResult {
        let parts = parts.compactMap { $0 as? IntervalProbingPart }
        if let spilled = step.spilled { return try combine(parts, spilled) }
        for part in parts { part.tableMarks.apply() }
        let state = step.state
        guard let epoch = step.epoch else {
            let unmatched = step.plan.marksTable ? state.table.unmatched().map(step.plan.unmatchedTable) : []
            return GatheredResult(streams: [ListedBatches(output + unmatched)])
        }
        for part in parts {
            for (rows, isMatched) in part.kept {
                state.input.add(rows, isMatched: isMatched)
                try state.input.changes?.append(rows)
            }
        }
        let unmatched = advance(parts, epoch)
        // What one epoch brings may be beyond the limit; what is left of it may not.
        if state.byteCount > state.limitBytes / 2 { state.leaveMemory() }
        return GatheredResult(streams: [ListedBatches(output + unmatched)])
    }

    private func combine(_ parts: [IntervalProbingPart], _ spilled: SpilledInterval) throws -> GatheredResult {
        let state = step.state
        let earlier = state.closedThrough
        if let epoch = step.epoch {
            if let changes = state.input.changes { try spilled.input.forEach { try changes.append($0) } }
            _ = advance(parts, epoch)
        }
        let isMoved = state.closedThrough > earlier && (step.plan.keepsUnmatched || step.plan.marksTable)
        // Without new rows only those without a match may be handed on.
        if step.epoch != nil, !isMoved, spilled.input.isEmpty, spilled.table.isEmpty {
            return GatheredResult(streams: [ListedBatches(output)])
        }
        let joined = SpilledIntervalStream(
            step, spilled, from: earlier, through: state.closedThrough, isNarrow: step.epoch != nil && !isMoved)
        return GatheredResult(streams: [ListedBatches(output), joined])
    }

    /// Moves the watermark.
    ///
    /// - Returns: Rows in memory that found no other.
    private func advance(_ parts: [IntervalProbingPart], _ epoch: EpochContext) -> [Batch] {
        var newest: [String: Int64] = [:]
        for part in parts {
            for (number, time) in part.newest {
                let name = epoch.splitName(ofInput: number)
                newest[name] = max(newest[name] ?? .min, time)
            }
        }
        var tableTimes: [String: Int64] = [:]
        for (number, time) in tableNewest { tableTimes[epoch.splitName(ofInput: number, followedBy: step.index)] = time }
        return step.state.advance(newest, tableTimes, open: epoch.openSplits, now: epoch.nowMicros)
    }
}

/// What one worker does of it.
final class IntervalProbingPart: ProbingPart, @unchecked Sendable {
    /// A batch with rows that were not looked at.
    private struct Pending {
        let rows: Batch
        let times: [Int64]
        let keys: ByteRows
        /// Rows without a null in their keys; nil: all.
        let matchable: Bitmap?
        var isMatched: [Bool]
        var next = 0
    }

    private let step: IntervalStep
    private var waiting: [Pending] = []
    /// Rows of the input for those of the other side that come later, and whether they have found others.
    private(set) var kept: [(rows: Batch, isMatched: [Bool])] = []
    /// Rows of the other side that have found some of the input.
    private(set) var tableMarks = SpanMarks()
    /// Time of the newest row by the number of the input.
    private(set) var newest: [Int: Int64] = [:]

    init(_ step: IntervalStep) { self.step = step }

    func push(_ batch: Batch, at position: BatchPosition, rejects: inout [Reject]) throws -> [Batch] {
        let plan = step.plan
        let (rows, times) = step.accepted(batch, time: plan.match.inputTime, rejects: &rejects)
        guard let last = times.max() else { return [] }
        newest[position.inputNumber] = max(newest[position.inputNumber] ?? .min, last)
        let keys = plan.inputKeys.map { rows.columns[$0] }
        if let spilled = step.spilled { return try putAside(rows, times, keys, spilled) }
        waiting.append(
            Pending(
                rows: rows, times: times, keys: HashKeyEncoder.encode(keys, rowCount: rows.rowCount),
                matchable: JoinPlan.matchable(keys, isAsOf: false), isMatched: [Bool](repeating: false, count: rows.rowCount)))
        return try next(rejects: &rejects)
    }

    /// Rows go to disk, to meet those of the other side there; those without keys meet none.
    private func putAside(_ rows: Batch, _ times: [Int64], _ keys: [Column], _ spilled: SpilledInterval) throws -> [Batch] {
        let kept = step.state.input.kept(rows, times)
        guard let matchable = JoinPlan.matchable(keys, isAsOf: false) else {
            try spilled.input.add(kept)
            return []
        }
        try spilled.input.add(kept.filter(matchable))
        let others = rows.filter(~matchable)
        return step.plan.keepsUnmatched && others.rowCount > 0 ? [step.plan.unmatched(others)] : []
    }

    func next(rejects: inout [Reject]) throws -> [Batch] {
        while !waiting.isEmpty {
            let output = try start()
            if !output.isEmpty { return output }
        }
        return []
    }

    /// What the next rows of the first batch that waits give.
    private func start() throws -> [Batch] {
        var pending = waiting[0]
        var pairs: [IntervalPair] = []
        var rows: [Int32] = []
        while pending.next < pending.times.count, rows.count < EngineLimits.outputRows {
            find(pending.next, &pending, &rows, &pairs)
            pending.next += 1
        }
        if pending.next < pending.times.count {
            waiting[0] = pending
        } else {
            waiting.removeFirst()
            try keep(pending)
        }
        let plan = step.plan
        return stride(from: 0, to: rows.count, by: EngineLimits.outputRows).map { start in
            let range = start..<min(start + EngineLimits.outputRows, rows.count)
            let input = pending.rows.gather(Array(rows[range]))
            return plan.kind.addsColumns ? plan.joined(input, Array(pairs[range])) : input.with(plan.outputSchema, input.columns)
        }
    }

    /// Adds what one row gives, which is handed on at once.
    private func find(_ row: Int, _ pending: inout Pending, _ rows: inout [Int32], _ pairs: inout [IntervalPair]) {
        let plan = step.plan
        let number = Int32(truncatingIfNeeded: row)
        let canMatch = pending.matchable?[row] ?? true
        if canMatch {
            pending.keys.withRow(row) { key in
                step.state.table.forEach(key, in: plan.tableTimes(of: pending.times[row])) { span, found in
                    defer { pending.isMatched[row] = true }
                    if plan.marksTable { tableMarks.mark(found, of: span) }
                    guard plan.kind.addsColumns || (plan.kind == .semi && !pending.isMatched[row]) else { return }
                    rows.append(number)
                    pairs.append(IntervalPair(span: span, row: found))
                }
            }
        }
        // Nothing else comes of a whole input, nor for a row without keys.
        if plan.keepsUnmatched, !pending.isMatched[row], step.epoch == nil || !canMatch {
            rows.append(number)
            pairs.append(IntervalPair(span: nil, row: 0))
        }
    }

    private func keep(_ pending: Pending) throws {
        if step.epoch == nil { return }
        let state = step.state
        var (rows, isMatched) = (state.input.kept(pending.rows, pending.times), pending.isMatched)
        if let matchable = pending.matchable {
            rows = rows.filter(matchable)
            isMatched = matchable.setPositions.map { isMatched[Int($0)] }
        }
        if rows.rowCount == 0 { return }
        kept.append((rows, isMatched))
    }
}
