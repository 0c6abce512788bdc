import SluiceCore
import SluiceStreams
import SluiceTestKit
import Synchronization

/// A backend that refuses some records of a put: by chance, or all of them; and may change the shards meanwhile.
final class ReluctantStreams: StreamBackend {
    private let streams: any StreamBackend
    private let random: Mutex<SeededGenerator>
    private let refusesAll: Bool
    private let reshards: Bool

    /// - Parameters:
    ///   - seed: Nil refuses every record.
    ///   - reshards: Whether shards are split or merged, by chance, right before records are stored.
    init(_ streams: any StreamBackend, seed: UInt64?, reshards: Bool = false) {
        self.streams = streams
        self.reshards = reshards
        random = Mutex(SeededGenerator(seed: seed ?? 0))
        refusesAll = seed == nil
    }

    func putRecords(_ records: PutBatch, to stream: String) async throws(SluiceError) -> [PutOutcome] {
        let refusal = PutOutcome.failed(SluiceError(.throughputExceeded, "refused", isRetriable: true))
        let stored = (0..<records.count).filter { _ in !refusesAll && random.withLock { Int.random(in: 0..<3, using: &$0) > 0 } }
        guard !stored.isEmpty else { return records.keys.offsets.dropLast().map { _ in refusal } }
        if reshards, chance(in: 3) { try await reshard(stream) }
        let rows = stored.map { Int32($0) }
        let part = PutBatch(keys: ByteRows(stored.map { records.keys[$0] }), payloads: records.payloads.gather(rows))
        let outcomes = try await streams.putRecords(part, to: stream)
        return (0..<records.count).map { row in stored.firstIndex(of: row).map { outcomes[$0] } ?? refusal }
    }

    private func chance(in count: Int) -> Bool { random.withLock { Int.random(in: 0..<count, using: &$0) == 0 } }

    private func reshard(_ stream: String) async throws(SluiceError) {
        let open = try await streams.listShards(stream, .fromTrimHorizon).filter(\.isOpen).sorted { $0.range.first < $1.range.first }
        let place = random.withLock { Int.random(in: open.indices, using: &$0) }
        if open.count > 1, place + 1 < open.count, chance(in: 2) {
            try await streams.mergeShards(stream, open[place].id, open[place + 1].id)
        } else {
            let range = open[place].range
            try await streams.splitShard(stream, open[place].id, at: range.first + (range.last - range.first) / 2 + 1)
        }
    }

    func createStream(_ name: String, _ configuration: StreamConfiguration) async throws(SluiceError) {
        try await streams.createStream(name, configuration)
    }
    func deleteStream(_ name: String) async throws(SluiceError) { try await streams.deleteStream(name) }
    func listStreams() async throws(SluiceError) -> [String] { try await streams.listStreams() }
    func describeStream(_ name: String) async throws(SluiceError) -> StreamSummary { try await streams.describeStream(name) }
    func updateStream(_ name: String, _ change: StreamChange) async throws(SluiceError) { try await streams.updateStream(name, change) }
    func listShards(_ stream: String, _ filter: ShardFilter) async throws(SluiceError) -> [ShardSummary] {
        try await streams.listShards(stream, filter)
    }
    func splitShard(_ stream: String, _ shard: ShardID, at hashKey: UInt128) async throws(SluiceError) {
        try await streams.splitShard(stream, shard, at: hashKey)
    }
    func mergeShards(_ stream: String, _ shard: ShardID, _ adjacent: ShardID) async throws(SluiceError) {
        try await streams.mergeShards(stream, shard, adjacent)
    }
    func updateShardCount(_ stream: String, to target: Int) async throws(SluiceError) {
        try await streams.updateShardCount(stream, to: target)
    }
    func shardIterator(
        _ stream: String, _ shard: ShardID, _ position: IteratorPosition
    ) async throws(SluiceError) -> ShardIterator { try await streams.shardIterator(stream, shard, position) }
    func getRecords(_ iterator: ShardIterator, limit: Int) async throws(SluiceError) -> RecordPage {
        try await streams.getRecords(iterator, limit: limit)
    }
    func shardEnd(_ stream: String, _ shard: ShardID) async throws(SluiceError) -> ShardEnd { try await streams.shardEnd(stream, shard) }
    func subscribe(
        _ stream: String, _ shard: ShardID, _ position: IteratorPosition
    ) async throws(SluiceError) -> any ShardSubscription { try await streams.subscribe(stream, shard, position) }
}
