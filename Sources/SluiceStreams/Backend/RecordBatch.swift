package import SluiceCore

/// Neighbouring records of a shard: keys and payloads side by side, numbers and times by row.
///
/// - Invariant: `keys` and `payloads` have one row a record.
package struct RecordBatch: Sendable {
    /// The numbers of the rows.
    package enum Numbers: Hashable, Sendable {
        /// From this one on by equal steps.
        case stepping(first: UInt128, step: UInt128)
        case listed([SequenceNumber])
    }

    /// Approximate arrival times of the rows, in microseconds since 1970.
    package enum Arrivals: Hashable, Sendable {
        case same(Int64)
        case listed([Int64])
    }

    package var numbers: Numbers
    package var arrivals: Arrivals
    /// What all rows share.
    package var headers: [RecordHeader]
    package var keys: ByteRows
    package var payloads: RawRecords
    /// Whether the records are kept encrypted; false where the stream does not say.
    package var isEncrypted: Bool

    package init(
        numbers: Numbers, arrivals: Arrivals, headers: [RecordHeader] = [], keys: ByteRows, payloads: RawRecords, isEncrypted: Bool = false
    ) {
        precondition(keys.count == payloads.count, "\(keys.count) keys for \(payloads.count) payloads")
        self.numbers = numbers
        self.arrivals = arrivals
        self.headers = headers
        self.keys = keys
        self.payloads = payloads
        self.isEncrypted = isEncrypted
    }

    package var count: Int { keys.count }

    package func sequenceNumber(_ row: Int) -> SequenceNumber {
        switch numbers {
        case .stepping(let first, let step): SequenceNumber(first + UInt128(row) * step)
        case .listed(let numbers): numbers[row]
        }
    }

    /// When a record was taken in, in microseconds since 1970.
    package func arrivalMicros(_ row: Int) -> Int64 {
        switch arrivals {
        case .same(let micros): micros
        case .listed(let micros): micros[row]
        }
    }
}
