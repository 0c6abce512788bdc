import SluiceCore
import SluiceStreams

/// The records of a batch as their producers put them: packed ones (`AggregatedRecord`) taken apart.
struct UnpackedRecords {
    private(set) var payloads: RawRecords
    /// Sequence numbers, each with the place in its packed record behind a dot.
    private(set) var numbers: [String] = []

    /// - Parameters:
    ///   - rows: How many of the batch's first rows to take.
    ///   - range: Of the shard that they were read from.
    init(_ batch: RecordBatch, rows: Int, in range: HashRange) {
        let isPacked = (0..<rows).contains { batch.payloads[$0].starts(with: AggregatedRecord.magic) }
        guard isPacked else {
            payloads = batch.payloads.slice(0..<rows)
            numbers = (0..<rows).map { batch.sequenceNumber($0).description }
            return
        }
        payloads = RawRecords(bytes: [])
        for row in 0..<rows {
            let number = batch.sequenceNumber(row).description
            guard let packed = AggregatedRecord(parsing: batch.payloads[row]) else {
                append(batch.payloads[row], number)
                continue
            }
            for (place, record) in packed.records.enumerated() where range.contains(record.hash) {
                append(record.data[...], "\(number).\(place)")
            }
        }
    }

    private mutating func append(_ data: ArraySlice<UInt8>, _ number: String) {
        payloads.starts.append(Int32(payloads.bytes.count))
        payloads.bytes += data
        payloads.ends.append(Int32(payloads.bytes.count))
        numbers.append(number)
    }
}
