import SluiceAWS
package import SluiceCore
package import SluiceStreams

extension KinesisStreams {
    package func putRecords(_ records: PutBatch, to stream: String) async throws(SluiceError) -> [PutOutcome] {
        try check(records)
        if records.count == 1, records.sequenceNumberForOrdering != nil { return [.stored(try await putOne(records, to: stream))] }
        guard records.sequenceNumberForOrdering == nil else {
            throw Self.unsupported("sequence number for ordering of several records")
        }
        var body = body(stream)
        body.put("Records", (0..<records.count).map { Self.entry(records, $0) })
        let answer = try await service.call("PutRecords", body)
        let entries = try require(answer["Records"], "Records", "PutRecords").elements
        guard entries.count == records.count else { return try require(nil, "number of Records", "PutRecords") }
        var outcomes: [PutOutcome] = []
        for entry in entries { outcomes.append(try outcome(entry)) }
        return outcomes
    }

    private func check(_ records: PutBatch) throws(SluiceError) {
        guard (1...StreamLimits.putRecords).contains(records.count) else {
            throw SluiceError(
                .invalidArgument, "a put of \(records.count) records", remedy: "send 1 to \(StreamLimits.putRecords) at a time")
        }
        guard records.headers.isEmpty else { throw Self.unsupported("headers of records") }
        guard records.producer == nil else { throw Self.unsupported("producer whose batches are stored once") }
        var total = 0
        for row in 0..<records.count {
            let key = records.keys.text(row)
            guard StreamLimits.keyCharacters.contains(key.unicodeScalars.count), Array(key.utf8) == Array(records.keys[row]) else {
                throw SluiceError(
                    .invalidArgument, "\(key.quotedForMessage) is no partition key", remedy: "use 1 to 256 characters of UTF-8")
            }
            let bytes = records.keys.length(row) + records.payloads.range(row).count
            guard bytes <= StreamLimits.recordBytes.upperBound else {
                throw SluiceError(
                    .recordTooLarge, "a record of \(bytes) bytes with its key",
                    remedy: "a record has at most \(StreamLimits.recordBytes.upperBound) bytes")
            }
            total += bytes
        }
        guard total <= StreamLimits.putBytes else {
            throw SluiceError(
                .recordTooLarge, "a put of \(total) bytes", remedy: "send at most \(StreamLimits.putBytes) bytes at a time")
        }
    }

    private func putOne(_ records: PutBatch, to stream: String) async throws(SluiceError) -> PutReceipt {
        var body = Self.entry(records, 0)
        body.put("StreamName", stream)
        body.put("SequenceNumberForOrdering", records.sequenceNumberForOrdering?.description)
        return try receipt(try await service.call("PutRecord", body), "PutRecord")
    }

    private static func entry(_ records: PutBatch, _ row: Int) -> JSONBody {
        var entry = JSONBody()
        entry.put("PartitionKey", records.keys.text(row))
        entry.put("Data", base64: records.payloads[row])
        entry.put("ExplicitHashKey", records.hashKeys?[row].map { String($0) })
        return entry
    }

    private func outcome(_ entry: JSONNode) throws(SluiceError) -> PutOutcome {
        guard let type = entry["ErrorCode"]?.string else { return .stored(try receipt(entry, "PutRecords")) }
        let text = entry["ErrorMessage"]?.string ?? ""
        let isThrottled = type == "ProvisionedThroughputExceededException"
        return .failed(
            SluiceError(
                isThrottled ? .throughputExceeded : .serviceFailed,
                "kinesis PutRecords did not store a record: \(type.quotedForMessage) \(text.quotedForMessage)",
                remedy: isThrottled ? "write slower, or give the stream more shards" : "try again later", isRetriable: true))
    }

    private func receipt(_ node: JSONNode, _ operation: String) throws(SluiceError) -> PutReceipt {
        let number = node["SequenceNumber"]?.string.flatMap { SequenceNumber(parsing: $0) }
        return PutReceipt(shard: try id(node["ShardId"], operation), sequenceNumber: try require(number, "SequenceNumber", operation))
    }
}
