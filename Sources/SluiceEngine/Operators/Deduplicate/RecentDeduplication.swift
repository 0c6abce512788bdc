import SluiceCore
import SluiceExpressions
import SluicePipelines

/// Leaves out rows whose key an earlier row had at nearly the same time. All rows go through one part, in source order.
struct RecentDeduplication: ProbingOperator {
    let state: RecentRows
    let budget: StateBudget
    /// Nil for a run over a whole input, which forgets nothing.
    let epoch: EpochContext?

    var isSerial: Bool { true }

    func makePart() -> any ProbingPart { RecentDeduplicationPart(self) }

    func combine(_ parts: [any ProbingPart]) throws -> GatheredResult {
        if let epoch {
            var newest: [String: Int64] = [:]
            for part in parts.compactMap({ $0 as? RecentDeduplicationPart }) {
                for (input, time) in part.newest {
                    let name = epoch.splitName(ofInput: input)
                    newest[name] = max(newest[name] ?? .min, time)
                }
            }
            state.advance(newest, open: epoch.openSplits, now: epoch.nowMicros)
        }
        return GatheredResult(streams: [])
    }
}

private final class RecentDeduplicationPart: ProbingPart, @unchecked Sendable {
    private let step: RecentDeduplication
    /// Event time of the newest row by the number of the input.
    private(set) var newest: [Int: Int64] = [:]

    init(_ step: RecentDeduplication) { self.step = step }

    func push(_ batch: Batch, at position: BatchPosition, rejects: inout [Reject]) throws -> [Batch] {
        let operation = step.state.operation
        let time = operation.time.evaluate(batch)
        var errors = time.errors
        let times = EventTimes.micros(time.column, &errors)
        if errors.isEmpty, step.epoch != nil { addLate(times, to: &errors) }
        guard errors.isEmpty else {
            let (kept, rejected) = batch.separating(errors)
            rejects.append(contentsOf: rejected)
            return kept.rowCount == 0 ? [] : try push(kept, at: position, rejects: &rejects)
        }
        if let last = times.max() { newest[position.inputNumber] = max(newest[position.inputNumber] ?? .min, last) }
        let keys = HashKeyEncoder.encode(operation.keys.map { batch.columns[$0] }, rowCount: batch.rowCount)
        let kept = batch.filter(try step.state.take(keys, times))
        try step.budget.check(step.state.byteCount)
        return kept.rowCount == 0 ? [] : [kept]
    }

    private func addLate(_ times: [Int64], to errors: inout RowErrors) {
        let (watermark, policy) = (step.state.closedThrough, step.state.operation.lateRows)
        for row in times.indices where times[row] < watermark {
            errors.add(EventTimes.late(times[row], "the keys of rows before \(EventTimes.text(watermark)) are forgotten", policy), row: row)
        }
    }
}
