import SluiceCore
import SluiceStreams

/// Some records of a service's stream, read once.
struct ServiceExcerpt {
    /// How far back the newest records are looked for, in seconds, one after another; then from the oldest on.
    private static let windowSeconds: [Int64] = [60, 600, 7_200]

    let streams: any StreamBackend
    let stream: String

    /// At most `limit` records: the newest ones, or the first ones behind `start`. In order of arrival, and of their numbers in a shard.
    func read(_ shards: [ShardSummary], from start: StreamPlace?, limit: Int) async throws -> [PrintedRecord] {
        var records: [PrintedRecord] = []
        for shard in shards {
            if let start {
                records += try await read(shard.id, start.iteratorPosition, upTo: limit)
            } else {
                records += try await newest(shard.id, limit)
            }
        }
        records.sort { ($0.arrivalMicros, $0.shard, $0.sequence) < ($1.arrivalMicros, $1.shard, $1.sequence) }
        return Array(start == nil ? records.suffix(limit) : records.prefix(limit))
    }

    private func newest(_ shard: ShardID, _ limit: Int) async throws -> [PrintedRecord] {
        let now = WallClock.system.nowMicros()
        for seconds in Self.windowSeconds {
            let found = try await read(shard, .atTimestamp(micros: now - seconds * 1_000_000), upTo: nil, keeping: limit)
            if found.count == limit { return found }
        }
        return try await read(shard, .trimHorizon, upTo: nil, keeping: limit)
    }

    /// Reads to the end that the shard has when this begins.
    ///
    /// - Parameters:
    ///   - most: Stops after so many records.
    ///   - last: Keeps no more than so many, the last ones.
    private func read(
        _ shard: ShardID, _ position: IteratorPosition, upTo most: Int?, keeping last: Int = .max
    ) async throws -> [PrintedRecord] {
        let end = try await streams.shardEnd(stream, shard)
        var records: [PrintedRecord] = []
        var iterator: ShardIterator? = try await streams.shardIterator(stream, shard, position)
        while let now = iterator, records.count < most ?? .max {
            try Task.checkCancellation()
            let page = try await streams.getRecords(now, limit: min(most ?? .max, StreamLimits.getRecords))
            for batch in page.batches { records += batch.printed(shard: shard.number).prefix(end.rows(of: batch)) }
            if records.count > last { records.removeFirst(records.count - last) }
            iterator = end.isReached(by: page) ? nil : page.next
        }
        return Array(records.prefix(most ?? .max))
    }
}

extension RecordBatch {
    func printed(shard: Int) -> [PrintedRecord] {
        (0..<count).map { row in
            PrintedRecord(
                shard: shard, sequence: sequenceNumber(row), arrivalMicros: arrivalMicros(row), key: Array(keys[row]),
                payload: Array(payloads[row]))
        }
    }
}
