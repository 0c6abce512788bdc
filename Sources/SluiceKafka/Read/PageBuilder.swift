#if Kafka
import CRdkafka
import SluiceCore
import SluiceStreams

/// Messages as batches of records, within the bounds of one read.
struct PageBuilder {
    private let limit: Int
    private(set) var batches: [RecordBatch] = []
    private(set) var count = 0
    private(set) var lastArrivalMicros: Int64?
    /// Offset behind the last message.
    private(set) var next: Int64
    private var bytes = 0
    // The batch that grows: records with the same headers.
    private var headers: [RecordHeader] = []
    private var offsets: [Int64] = []
    private var arrivals: [Int64] = []
    private var keys = ByteRows()
    private var payloads = RawRecords(bytes: [])

    /// - Parameter limit: Records at most; `StreamLimits.getBytes` bounds the bytes, and one record is taken even if it is longer.
    init(from offset: Int64, limit: Int) {
        self.limit = limit
        next = offset
    }

    var isFull: Bool { count >= limit || bytes >= StreamLimits.getBytes }

    /// - Returns: False when the message does not fit.
    mutating func take(_ message: UnsafePointer<rd_kafka_message_t>) -> Bool {
        let size = message.pointee.key_len + message.pointee.len
        guard count < limit, count == 0 || bytes + size <= StreamLimits.getBytes else { return false }
        let own = LibraryHeaders.of(message)
        if own != headers {
            finish()
            headers = own
        }
        var kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let millis = rd_kafka_message_timestamp(message, &kind)
        let arrival = millis < 0 ? 0 : millis.multipliedReportingOverflow(by: 1_000).partialValue
        offsets.append(message.pointee.offset)
        arrivals.append(arrival)
        keys.append(UnsafeBufferPointer(rebasing: Self.bytes(message.pointee.key, message.pointee.key_len)[...]))
        payloads.starts.append(Int32(payloads.bytes.count))
        payloads.bytes += Self.bytes(message.pointee.payload, message.pointee.len)
        payloads.ends.append(Int32(payloads.bytes.count))
        lastArrivalMicros = arrival
        next = message.pointee.offset + 1
        bytes += size
        count += 1
        return true
    }

    /// Goes on behind offsets that no record has, such as the marks of transactions.
    mutating func skip(to offset: Int64) { next = max(next, offset) }

    /// Ends the batch that grows.
    mutating func finish() {
        guard !offsets.isEmpty else { return }
        let isDense = offsets[offsets.count - 1] - offsets[0] == Int64(offsets.count - 1)
        let isSame = arrivals.allSatisfy { $0 == arrivals[0] }
        batches.append(
            RecordBatch(
                numbers: isDense
                    ? .stepping(first: UInt128(offsets[0]), step: 1) : .listed(offsets.map { SequenceNumber(UInt128($0)) }),
                arrivals: isSame ? .same(arrivals[0]) : .listed(arrivals), headers: headers, keys: keys, payloads: payloads))
        (offsets, arrivals, keys, payloads) = ([], [], ByteRows(), RawRecords(bytes: []))
    }

    private static func bytes(_ start: UnsafeMutableRawPointer?, _ count: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: start?.assumingMemoryBound(to: UInt8.self), count: start == nil ? 0 : count)
    }
}
#endif
