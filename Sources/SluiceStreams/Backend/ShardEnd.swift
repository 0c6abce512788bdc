/// Where a shard ended at a moment: what a reader that wants all records up to then has to reach.
///
/// A reader that finds the end of a closed shard, or is behind by nothing without having got records, has reached it in any case.
package enum ShardEnd: Hashable, Sendable {
    /// There was no record.
    case empty
    /// With this record.
    case record(SequenceNumber)
    /// With the last record that arrived by this time, in microseconds since 1970: where the backend does not name its newest record.
    case arrival(micros: Int64)
}

extension ShardEnd {
    /// How many rows of a batch belong to what was there at the moment: all of them, or those up to the end.
    package func rows(of batch: RecordBatch) -> Int {
        switch self {
        case .empty: 0
        case .record(let last): (0..<batch.count).first { batch.sequenceNumber($0) > last } ?? batch.count
        case .arrival(let micros): (0..<batch.count).first { batch.arrivalMicros($0) > micros } ?? batch.count
        }
    }

    /// Whether a page that was read in order reaches the end.
    package func isReached(by page: RecordPage) -> Bool {
        if page.isAtEnd || (page.count == 0 && page.millisBehindLatest == 0) || self == .empty { return true }
        guard let last = page.batches.last else { return false }
        switch self {
        case .empty: return true
        case .record(let number): return last.sequenceNumber(last.count - 1) >= number
        case .arrival(let micros): return last.arrivalMicros(last.count - 1) > micros || page.millisBehindLatest == 0
        }
    }
}
