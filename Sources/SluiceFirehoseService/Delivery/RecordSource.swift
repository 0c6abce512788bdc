import SluiceCore
import SluiceLog
import SluiceServer
import SluiceStreams

/// Where the records of a delivery stream come from: a log of its own, which it writes, or a data stream, which it reads beside its writers.
final class RecordSource: Sendable {
    private let own: RecordStream?
    private let streams: EmbeddedStreams?
    private let name: String

    private init(own: RecordStream?, streams: EmbeddedStreams?, name: String) {
        self.own = own
        self.streams = streams
        self.name = name
    }

    /// The log of a stream that takes records itself, opened for writing.
    static func own(_ name: String, _ store: StreamStore) throws(SluiceError) -> RecordSource {
        RecordSource(own: try store.open(name, for: .writing), streams: nil, name: name)
    }

    /// The data stream that a delivery stream names.
    static func kinesis(_ stream: DeliveryStream, _ world: FirehoseHome.World) throws -> RecordSource {
        guard let arn = stream.source?["KinesisStreamARN"]?.string, let source = SourceName(arn) else {
            throw Faults.invalid("The delivery stream names no data stream.")
        }
        let place =
            source.scope == world.own ? world.directory : "\(world.directory)/aws/\(source.scope.account)/\(source.scope.region)"
        let store = StreamStore(directory: place + "/streams", clock: world.clock)
        return RecordSource(
            own: nil, streams: EmbeddedStreams(store, for: .reading, allowsShortRetention: true), name: source.stream)
    }

    /// - Throws: `notFound` while there is no such data stream.
    private func stream() throws(SluiceError) -> RecordStream {
        if let own { return own }
        guard let streams else { preconditionFailure("a source has a log or a data stream") }
        return try streams.stream(name)
    }

    /// Nil for a log of its own.
    func createdMicros() throws(SluiceError) -> Int64? { try streams?.describeStream(name).createdMicros }

    /// Behind the newest record of each shard that is there.
    func ends() throws(SluiceError) -> Progress.Places {
        let stream = try stream()
        var places: Progress.Places = [:]
        for shard in stream.shardNumbers { places[shard] = try stream.endSequence(shard: shard) }
        return places
    }

    func put(_ batch: PutBatch) async throws(SluiceError) -> [PutOutcome] {
        guard let own else { throw SluiceError(.invalidArgument, "the records of a data stream are put there") }
        return try await own.put(batch)
    }

    /// Records from here on are encrypted, or not, while they wait.
    func setEncrypted(_ isEncrypted: Bool) throws(SluiceError) {
        var change = StreamChange()
        change.isEncrypted = isEncrypted
        try own?.update(change)
    }

    /// Counts what waits behind what was counted already.
    ///
    /// - Parameters:
    ///   - limit: Of bytes; counting ends with the record that reaches it.
    ///   - extra: Bytes that each record is longer when it is delivered.
    func count(_ waiting: inout Waiting, limit: Int, extra: Int) async throws(SluiceError) {
        let stream = try stream()
        for shard in stream.shardNumbers {
            let start = waiting.end[shard] ?? 0
            guard try stream.endSequence(shard: shard) > start else { continue }
            var reader = try stream.reader(shard: shard, from: .sequence(start))
            while let records = try await reader.next() {
                for row in 0..<records.count {
                    guard waiting.bytes < limit, waiting.count < FirehoseLimits.deliveryRecords else { return }
                    waiting.bytes += records.payloads.range(row).count + extra
                    waiting.count += 1
                    waiting.oldestMicros = min(waiting.oldestMicros, records.arrivalMicros)
                    waiting.end[shard] = records.baseSequence + UInt64(row) + 1
                }
            }
        }
    }

    /// The records between two places of each shard. Aggregated records of a data stream come as what is in them.
    func records(from start: Progress.Places, to end: Progress.Places) async throws(SluiceError) -> RecordPile {
        let stream = try stream()
        let shards = own == nil ? try streams?.listShards(name, .fromTrimHorizon) ?? [] : []
        var pile = RecordPile()
        for (shard, upper) in end.sorted(by: { $0.key < $1.key }) where upper > start[shard] ?? 0 {
            guard stream.shardNumbers.contains(shard) else { continue }
            let range = shards.first { $0.id.number == shard }?.range
            var reader = try stream.reader(shard: shard, from: .sequence(start[shard] ?? 0))
            while reader.position < upper, let records = try await reader.next() {
                for row in 0..<records.keeping(before: upper).count {
                    let payload = records.payloads[row]
                    if own == nil, let aggregated = AggregatedRecord(parsing: payload) {
                        let parts = range.map { aggregated.records(in: $0) } ?? aggregated.records
                        for part in parts { pile.append(part.data, micros: records.arrivalMicros) }
                    } else {
                        pile.append(payload, micros: records.arrivalMicros)
                    }
                }
            }
        }
        return pile
    }

    /// Frees what was delivered.
    func forget(before places: Progress.Places) async throws(SluiceError) {
        guard let own else { return }
        for (shard, place) in places { try await own.trim(shard: shard, before: place) }
    }

    func close() {
        own?.close()
        streams?.close()
    }
}

/// What waits for its delivery.
struct Waiting: Hashable, Sendable {
    /// Behind the last record that was counted, by shard.
    var end: Progress.Places
    var bytes = 0
    var count = 0
    /// Arrival of the oldest; `.max` for none.
    var oldestMicros = Int64.max

    init(from next: Progress.Places) { end = next }

    /// How long the oldest has waited; 0 for none. An arrival in the future, because the clock went back, is taken for one at this moment.
    mutating func ageMicros(at now: Int64) -> Int64 {
        guard count > 0 else { return 0 }
        oldestMicros = min(oldestMicros, now)
        return now - oldestMicros
    }
}
