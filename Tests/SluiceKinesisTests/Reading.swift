import SluiceCore
import SluiceStreams

/// One record as a test compares it.
struct FoundRecord {
    var number: SequenceNumber
    var arrival: Int64
    var key: String
    var payload: [UInt8]
}

extension StreamBackend {
    /// All that is behind a position now.
    func read(_ stream: String, _ shard: ShardID, _ position: IteratorPosition = .trimHorizon) async throws -> [FoundRecord] {
        var records: [FoundRecord] = []
        var iterator: ShardIterator? = try await shardIterator(stream, shard, position)
        while let now = iterator {
            let page = try await getRecords(now, limit: 3)
            for batch in page.batches { records += batch.found }
            if page.count == 0 { return records }
            iterator = page.next
        }
        return records
    }
}

extension RecordBatch {
    var found: [FoundRecord] {
        (0..<count).map {
            FoundRecord(number: sequenceNumber($0), arrival: arrivalMicros($0), key: keys.text($0), payload: Array(payloads[$0]))
        }
    }
}

/// The code of the error that `body` throws; nil if it throws none.
func errorCode(_ body: () async throws -> Void) async -> SluiceError.Code? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? SluiceError)?.code
    }
}
