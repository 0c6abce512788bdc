import SluiceCore
import SluiceStreams

/// Records of a shard up to the limits of one read.
struct ShardPage {
    private(set) var reader: ShardReader
    private(set) var batches: [RecordBatch] = []
    /// Place of the first record that is not in the page.
    private(set) var offset: UInt64
    private(set) var lastArrivalMicros: Int64?
    private var bytes = 0
    /// Rest of the frame that was read last, where the limit was reached inside it.
    private var rest: StreamRecords?

    /// Whether there are records in memory for the next page.
    var hasRest: Bool { rest != nil }

    init(_ reader: ShardReader) {
        self.reader = reader
        offset = reader.position
    }

    var continuation: SequenceNumber? {
        lastArrivalMicros == nil ? nil : SequenceNumber(shard: reader.shard, offset: offset - 1)
    }

    /// Fills the page, from where the one before ended.
    ///
    /// - Parameter limit: Records at most; `StreamLimits.getBytes` bounds the bytes, and one record is returned even if it is longer.
    mutating func fill(limit: Int) throws(SluiceError) {
        batches = []
        bytes = 0
        var left = limit
        while left > 0, bytes < StreamLimits.getBytes {
            let frame: StreamRecords
            if let rest { frame = rest } else if let next = try reader.nextNow() { frame = next } else { break }
            let count = rows(of: frame, limit: left)
            guard count > 0 else {
                rest = frame
                break
            }
            take(frame.slice(0..<count))
            left -= count
            rest = count < frame.count ? frame.slice(count..<frame.count) : nil
        }
        if batches.isEmpty, rest == nil { offset = reader.position }
    }

    /// How many rows fit.
    private mutating func rows(of frame: StreamRecords, limit: Int) -> Int {
        var count = 0
        while count < min(limit, frame.count) {
            let size = frame.keys.length(count) + frame.payloads.range(count).count
            if bytes + size > StreamLimits.getBytes, bytes > 0 { break }
            bytes += size
            count += 1
        }
        return count
    }

    private mutating func take(_ records: StreamRecords) {
        offset = records.sequences.upperBound
        lastArrivalMicros = records.arrivalMicros
        let first = SequenceNumber(shard: reader.shard, offset: records.baseSequence)
        batches.append(
            RecordBatch(
                numbers: .stepping(first: first.value!, step: SequenceNumber.step), arrivals: .same(records.arrivalMicros),
                headers: records.headers, keys: records.keys, payloads: records.payloads, isEncrypted: records.isEncrypted))
    }
}
