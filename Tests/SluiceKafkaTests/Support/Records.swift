#if Kafka
import SluiceCore
import SluiceKafka
import SluiceStreams
import Testing

/// Records with these keys and texts.
func put(_ records: [(key: String, text: String)], hashKeys: [UInt128?]? = nil, headers: [RecordHeader] = []) -> PutBatch {
    let rows = ByteRows(texts: records.map(\.text))
    return PutBatch(
        keys: ByteRows(texts: records.map(\.key)),
        payloads: RawRecords(bytes: rows.data, starts: Array(rows.offsets.dropLast()), ends: Array(rows.offsets.dropFirst())),
        hashKeys: hashKeys, headers: headers)
}

extension RecordPage {
    var texts: [String] { batches.flatMap { batch in (0..<batch.count).map { String(decoding: batch.payloads[$0], as: UTF8.self) } } }
    var numbers: [SequenceNumber] { batches.flatMap { batch in (0..<batch.count).map { batch.sequenceNumber($0) } } }
}

extension KafkaStreams {
    /// All that is behind a position now.
    func texts(
        _ stream: String, _ shard: Int = 0, _ position: IteratorPosition = .trimHorizon, limit: Int = 3
    ) async throws -> [String] {
        var texts: [String] = []
        var iterator: ShardIterator? = try await shardIterator(stream, ShardID(shard), position)
        while let now = iterator {
            let page = try await getRecords(now, limit: limit)
            texts += page.texts
            if page.count == 0 { return texts }
            iterator = page.next
        }
        return texts
    }
}

/// The code of the error that some work ends with.
func code<Result>(_ work: () async throws -> Result) async -> SluiceError.Code? {
    do {
        _ = try await work()
        return nil
    } catch {
        return (error as? SluiceError)?.code
    }
}
#endif
