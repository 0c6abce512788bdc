import SluiceCore
import SluiceStreams

/// A batch that was checked, and what storing it needs to know.
struct PutWork: Sendable {
    let batch: PutBatch
    let records: NewRecords
    /// Places must be behind this one.
    let after: UInt64?

    /// - Throws: `recordTooLarge`, `invalidArgument` with the row.
    init(_ batch: PutBatch, _ rules: PutRules, recordBytes: Int, after: UInt64?) throws(SluiceError) {
        self.batch = batch
        self.after = after
        records = NewRecords(keys: batch.keys, payloads: batch.payloads, headers: batch.headers)
        if let producer = batch.producer, producer.id == 0 { throw SluiceError(.invalidArgument, "0 is no id of a producer") }
        if rules == .log { return }
        for row in 0..<batch.count {
            let bytes = batch.keys.length(row) + batch.payloads.range(row).count
            guard bytes <= recordBytes else {
                throw SluiceError(
                    .recordTooLarge, "record \(row) has \(bytes) bytes with its key; the stream takes \(recordBytes)",
                    remedy: "raise the stream's record size, at most \(StreamLimits.recordBytes.upperBound)")
            }
            // Characters of UTF-8: all bytes but continuations.
            let characters = batch.keys.withRow(row) { $0.reduce(0) { $0 + ($1 & 0xC0 != 0x80 ? 1 : 0) } }
            guard StreamLimits.keyCharacters.contains(characters) else {
                throw SluiceError(
                    .invalidArgument, "the partition key of record \(row) has \(characters) characters",
                    remedy: "keys have \(StreamLimits.keyCharacters.lowerBound) to \(StreamLimits.keyCharacters.upperBound)")
            }
        }
    }

    /// Where a row goes.
    func hash(_ row: Int32) -> UInt128 {
        if let explicit = batch.hashKeys?[Int(row)] { return explicit }
        return batch.keys.withRow(Int(row)) { HashRange.hash(of: UnsafeRawBufferPointer($0)) }
    }
}
