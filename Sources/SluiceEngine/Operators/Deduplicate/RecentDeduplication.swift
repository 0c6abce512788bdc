import SluiceCore
import SluiceExpressions
import SluicePipelines

/// Leaves out rows whose key an earlier row had at nearly the same time. All rows go through one part, in source order.
struct RecentDeduplication: ProbingOperator {
    let state: RecentRows
    let spill: SpillDirectory
    /// Nil for a run over a whole input, which forgets nothing.
    let epoch: EpochContext?
    /// Takes late rows, where an output is named for them.
    let side: SideRows?

    var isSerial: Bool { true }

    func makePart() throws -> any ProbingPart {
        try state.returnToMemory()
        return RecentDeduplicationPart(self)
    }

    func combine(_ parts: [any ProbingPart]) throws -> GatheredResult {
        let rest = try parts.compactMap { $0 as? RecentDeduplicationPart }.flatMap { try $0.lookUp() }
        if let epoch, !epoch.isReplay {
            var newest: [String: Int64] = [:]
            for part in parts.compactMap({ $0 as? RecentDeduplicationPart }) {
                for (input, time) in part.newest {
                    let name = epoch.splitName(ofInput: input)
                    newest[name] = max(newest[name] ?? .min, time)
                }
            }
            state.advance(newest, open: epoch.openSplits, now: epoch.nowMicros)
        }
        return GatheredResult(streams: [ListedBatches(rest)])
    }
}

private final class RecentDeduplicationPart: ProbingPart, @unchecked Sendable {
    private let step: RecentDeduplication
    /// Event time of the newest row by the number of the input.
    private(set) var newest: [Int: Int64] = [:]
    /// Rows whose keys are to be looked up on disk.
    private var waiting: [(rows: Batch, keys: ByteRows, times: [Int64])] = []
    private var waitingBytes = 0

    init(_ step: RecentDeduplication) { self.step = step }

    func push(_ batch: Batch, at position: BatchPosition, rejects: inout [Reject]) throws -> [Batch] {
        let operation = step.state.operation
        let time = operation.time.evaluate(batch)
        var errors = time.errors
        let times = EventTimes.micros(time.column, &errors)
        if errors.isEmpty, step.epoch != nil {
            let late = times.indices.filter { times[$0] < step.state.closedThrough }
            if let side = step.side, !late.isEmpty {
                let kept = try side.take(late, of: batch, at: position)
                return kept.rowCount == 0 ? [] : try push(kept, at: position, rejects: &rejects)
            }
            addLate(late, times, to: &errors)
        }
        guard errors.isEmpty else {
            let (kept, rejected) = batch.separating(errors)
            rejects.append(contentsOf: rejected)
            return kept.rowCount == 0 ? [] : try push(kept, at: position, rejects: &rejects)
        }
        if let last = times.max() { newest[position.inputNumber] = max(newest[position.inputNumber] ?? .min, last) }
        let keys = HashKeyEncoder.encode(operation.keys.map { batch.columns[$0] }, rowCount: batch.rowCount)
        let state = step.state
        if state.isSpilled {
            waiting.append((batch, keys, times))
            waitingBytes += batch.byteCount + keys.byteCount
            return waitingBytes > max(state.limitBytes / 4, OperatorLimits.leastBytes) ? try lookUp() : []
        }
        let kept = batch.filter(try state.take(keys, times))
        if state.byteCount > state.limitBytes { try state.leaveMemory(step.spill) }
        return kept.rowCount == 0 ? [] : [kept]
    }

    /// Those of the rows that wait that are no duplicates.
    func lookUp() throws -> [Batch] {
        if waiting.isEmpty { return [] }
        let kept = try step.state.take(waiting.map { ($0.keys, $0.times) })
        defer { (waiting, waitingBytes) = ([], 0) }
        return zip(waiting, kept).filter { !$1.noneSet }.map { $0.rows.filter($1) }
    }

    private func addLate(_ late: [Int], _ times: [Int64], to errors: inout RowErrors) {
        let (watermark, policy) = (step.state.closedThrough, step.state.operation.lateRows)
        for row in late {
            errors.add(EventTimes.late(times[row], "the keys of rows before \(EventTimes.text(watermark)) are forgotten", policy), row: row)
        }
    }
}
