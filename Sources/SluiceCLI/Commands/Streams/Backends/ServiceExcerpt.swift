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
                records += try await read(shard, start.iteratorPosition, upTo: limit)
            } else {
                records += try await newest(shard, limit)
            }
        }
        records.sort {
            ($0.arrivalMicros, $0.shard, $0.sequence, $0.part ?? 0) < ($1.arrivalMicros, $1.shard, $1.sequence, $1.part ?? 0)
        }
        return Array(start == nil ? records.suffix(limit) : records.prefix(limit))
    }

    private func newest(_ shard: ShardSummary, _ limit: Int) async throws -> [PrintedRecord] {
        if let step = streams.sequenceStep { return try await newest(shard, limit, step: step) }
        let now = WallClock.system.nowMicros()
        for seconds in Self.windowSeconds {
            let found = try await read(shard, .atTimestamp(micros: now - seconds * 1_000_000), upTo: nil, keeping: limit)
            if found.count == limit { return found }
        }
        return try await read(shard, .trimHorizon, upTo: nil, keeping: limit)
    }

    /// Finds them by their numbers. Some may belong to no record, so it looks further back until there are enough.
    private func newest(_ shard: ShardSummary, _ limit: Int, step: UInt128) async throws -> [PrintedRecord] {
        guard case .records(let oldest, let newest, _, _) = try await streams.shardContents(stream, shard.id, withTimes: false),
            let first = oldest.value, let last = newest.value
        else { return [] }
        var distance = UInt128(limit - 1) * step
        while true {
            let start = last - first > distance ? last - distance : first
            let found = try await read(shard, .atSequenceNumber(SequenceNumber(start)), upTo: nil, keeping: limit)
            if found.count >= limit || start == first { return found }
            distance = distance * 2 + step
        }
    }

    /// Reads to the end that the shard has when this begins.
    ///
    /// - Parameters:
    ///   - most: Stops after so many records.
    ///   - last: Keeps no more than so many, the last ones.
    private func read(
        _ shard: ShardSummary, _ position: IteratorPosition, upTo most: Int?, keeping last: Int = .max
    ) async throws -> [PrintedRecord] {
        let end = try await streams.shardEnd(stream, shard.id)
        var records: [PrintedRecord] = []
        var iterator: ShardIterator? = try await streams.shardIterator(stream, shard.id, position)
        while let now = iterator, records.count < most ?? .max {
            try Task.checkCancellation()
            let page = try await streams.getRecords(now, limit: min(most ?? .max, StreamLimits.getRecords))
            for batch in page.batches { records += batch.printed(rows: end.rows(of: batch), shard.id, shard.range) }
            if records.count > last { records.removeFirst(records.count - last) }
            iterator = end.isReached(by: page) ? nil : page.next
        }
        return Array(records.prefix(most ?? .max))
    }
}

extension RecordBatch {
    /// Records with packed ones taken apart.
    ///
    /// - Parameters:
    ///   - rows: How many of the first rows; nil for all.
    ///   - range: Of the shard: packed records of others are left out.
    func printed(rows: Int? = nil, _ shard: ShardID, _ range: HashRange) -> [PrintedRecord] {
        (0..<(rows ?? count)).flatMap { row -> [PrintedRecord] in
            let record = PrintedRecord(
                shard: shard.number, sequence: sequenceNumber(row), arrivalMicros: arrivalMicros(row), key: Array(keys[row]),
                payload: Array(payloads[row]))
            guard let packed = AggregatedRecord(parsing: payloads[row]) else { return [record] }
            return packed.records.enumerated().filter { range.contains($0.element.hash) }.map { part, user in
                var found = record
                (found.part, found.key, found.payload) = (part, Array(user.key.utf8), user.data)
                return found
            }
        }
    }
}
