import SluiceCore
import SluiceServer
import SluiceStreams

/// Records of a page as answers and events have them.
enum RecordWriter {
    /// A whole answer of GetRecords.
    static func json(_ page: RecordPage) -> [UInt8] {
        var bytes = records(page)
        bytes += #","NextShardIterator":"#.utf8
        if let next = page.next { JSONText.appendString(next.token.utf8, to: &bytes) } else { bytes += "null".utf8 }
        bytes += #","MillisBehindLatest":\#(page.millisBehindLatest)"#.utf8
        appendChildren(page, to: &bytes)
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    /// An event of SubscribeToShard.
    ///
    /// - Parameter continuation: The number that a later subscription goes on behind. At the end of a shard there is none, by which clients know
    ///   the end, although the service's model has it in every event.
    static func event(_ page: RecordPage, continuation: String, _ format: WireFormat) -> [UInt8] {
        let continuation = page.children.isEmpty ? continuation : nil
        switch format {
        case .json:
            var bytes = records(page)
            if let continuation { bytes += #","ContinuationSequenceNumber":"\#(continuation)""#.utf8 }
            bytes += #","MillisBehindLatest":\#(page.millisBehindLatest)"#.utf8
            appendChildren(page, to: &bytes)
            bytes.append(UInt8(ascii: "}"))
            return bytes
        case .cbor:
            return format.encode(
                .structure([
                    "Records": value(page), "ContinuationSequenceNumber": .some(continuation),
                    "MillisBehindLatest": .integer(page.millisBehindLatest), "ChildShards": children(page),
                ]))
        }
    }

    static func children(_ page: RecordPage) -> WireValue? {
        page.children.isEmpty ? nil : .list(page.children.map(StreamValues.child))
    }

    static func value(_ page: RecordPage) -> WireValue {
        .list(
            page.batches.flatMap { batch in
                (0..<batch.count).map { row in
                    .structure([
                        "SequenceNumber": ServiceNumber(batch.sequenceNumber(row)).map { .text($0.text) },
                        "ApproximateArrivalTimestamp": .time(micros: batch.arrivalMicros(row)),
                        "Data": .bytes(Array(batch.payloads[row])), "PartitionKey": .text(batch.keys.text(row)),
                        "EncryptionType": batch.isEncrypted ? .text("KMS") : nil,
                    ])
                }
            })
    }

    private static func appendChildren(_ page: RecordPage, to bytes: inout [UInt8]) {
        guard let children = children(page) else { return }
        bytes += #","ChildShards":"#.utf8
        children.appendJSON(to: &bytes)
    }

    /// `{"Records":[…]`, the records straight from the page's bytes.
    private static func records(_ page: RecordPage) -> [UInt8] {
        var bytes: [UInt8] = []
        let size = page.batches.reduce(0) { sum, batch in
            sum + batch.keys.data.count + (0..<batch.count).reduce(0) { $0 + batch.payloads.range($1).count }
        }
        bytes.reserveCapacity(256 + size / 3 * 4 + page.count * 192)
        bytes += #"{"Records":["#.utf8
        for batch in page.batches {
            let end = (batch.isEncrypted ? StaticBytes.encrypted : StaticBytes.end) + [UInt8(ascii: ",")]
            var arrival = (micros: Int64.min, text: [UInt8]())
            var numbers = NumberRun()
            for row in 0..<batch.count {
                if arrival.micros != batch.arrivalMicros(row) || arrival.text.isEmpty {
                    arrival = (batch.arrivalMicros(row), StaticBytes.arrival)
                    WireValue.appendSeconds(arrival.micros, to: &arrival.text)
                    arrival.text += StaticBytes.data
                }
                bytes += StaticBytes.sequence
                if let number = ServiceNumber(batch.sequenceNumber(row)) { numbers.append(number, to: &bytes) }
                bytes += arrival.text
                batch.payloads.bytes.withUnsafeBufferPointer { payload in
                    Base64.append(UnsafeBufferPointer(rebasing: payload[batch.payloads.range(row)]), to: &bytes)
                }
                bytes += StaticBytes.key
                batch.keys.withRow(row) { JSONText.appendString($0, to: &bytes) }
                bytes += end
            }
        }
        // The comma behind the last record.
        if page.count > 0 { bytes.removeLast() }
        bytes.append(UInt8(ascii: "]"))
        return bytes
    }
}
