import Crypto
package import SluiceCore
package import SluiceStreams
import Synchronization

/// The streams of a state directory behind the protocol that all backends share.
///
/// Streams are opened when they are first used and stay open. Opened for writing, a second process that would write them is told that this one
/// has them, and the load of those that are on demand is looked at; opened for reading, any number of processes read beside the one that
/// writes, and see what it splits and merges.
package final class EmbeddedStreams: StreamBackend {
    package let store: StreamStore
    private let mode: RecordStream.Mode
    /// Records may be kept for less than Kinesis keeps them at least, `LogLimits.retentionHours` instead of `StreamLimits.retentionHours`.
    private let allowsShortRetention: Bool
    let streams = Mutex<[String: RecordStream]>([:])
    private let iteratorKey = Mutex<SymmetricKey?>(nil)

    package init(_ store: StreamStore, for mode: RecordStream.Mode = .writing, allowsShortRetention: Bool = false) {
        self.store = store
        self.mode = mode
        self.allowsShortRetention = allowsShortRetention
    }

    /// Closes all streams; what was acknowledged stays.
    package func close() {
        let open = streams.withLock { streams in
            defer { streams = [:] }
            return Array(streams.values)
        }
        for stream in open { stream.close() }
    }

    /// The opened stream.
    ///
    /// - Throws: `notFound`, and `alreadyRunning` while another process writes it and this one wants to.
    package func stream(_ name: String) throws(SluiceError) -> RecordStream {
        try streams.withLock { streams throws(SluiceError) in
            if let stream = streams[name] {
                if try isCurrent(stream) { return stream }
                streams[name] = nil
            }
            let stream = try store.open(name, for: mode)
            stream.watchLoad()
            streams[name] = stream
            return stream
        }
    }

    /// Whether an opened stream is still there; what another process changed is taken in.
    private func isCurrent(_ stream: RecordStream) throws(SluiceError) -> Bool {
        do throws(SluiceError) {
            try stream.refresh()
            return true
        } catch {
            guard error.code == .notFound else { throw error }
            return false
        }
    }

    package func createStream(_ name: String, _ configuration: StreamConfiguration) throws(SluiceError) {
        if !allowsShortRetention { try configuration.check() }
        try store.create(name, configuration)
    }

    package func deleteStream(_ name: String) throws(SluiceError) {
        try streams.withLock { streams throws(SluiceError) in
            streams.removeValue(forKey: name)?.close()
            try store.delete(name)
        }
    }

    package func listStreams() throws(SluiceError) -> [String] { try store.list() }

    package func describeStream(_ name: String) throws(SluiceError) -> StreamSummary { try stream(name).summary }

    package func updateStream(_ name: String, _ change: StreamChange) throws(SluiceError) {
        let stream = try stream(name)
        if !allowsShortRetention, change.retentionHours != nil {
            var changed = stream.configuration
            changed.apply(change)
            try changed.check()
        }
        try stream.update(change)
    }

    package func listShards(_ stream: String, _ filter: ShardFilter) throws(SluiceError) -> [ShardSummary] {
        let opened = try self.stream(stream)
        try opened.enforceRetention()
        return opened.shards(filter)
    }

    package func splitShard(_ stream: String, _ shard: ShardID, at hashKey: UInt128) async throws(SluiceError) {
        try await self.stream(stream).split(shard.number, at: hashKey)
    }

    package func mergeShards(_ stream: String, _ shard: ShardID, _ adjacent: ShardID) async throws(SluiceError) {
        try await self.stream(stream).merge(shard.number, adjacent.number)
    }

    package func updateShardCount(_ stream: String, to target: Int) async throws(SluiceError) {
        try await self.stream(stream).updateShardCount(to: target)
    }

    package func putRecords(_ records: PutBatch, to stream: String) async throws(SluiceError) -> [PutOutcome] {
        guard (1...StreamLimits.putRecords).contains(records.count) else {
            throw SluiceError(
                .invalidArgument, "a put of \(records.count) records", remedy: "send 1 to \(StreamLimits.putRecords) at a time")
        }
        let bytes = (0..<records.count).reduce(records.keys.data.count) { $0 + records.payloads.range($1).count }
        guard bytes <= StreamLimits.putBytes else {
            throw SluiceError(
                .recordTooLarge, "a put of \(bytes) bytes", remedy: "send at most \(StreamLimits.putBytes) bytes at a time")
        }
        return try await self.stream(stream).put(records)
    }

    package var sequenceStep: UInt128? { SequenceNumber.step }

    package func shardContents(_ stream: String, _ shard: ShardID, withTimes: Bool) throws(SluiceError) -> ShardContents {
        try self.stream(stream).contents(of: shard.number, withTimes: withTimes)
    }

    package func shardIterator(
        _ stream: String, _ shard: ShardID, _ position: IteratorPosition
    ) throws(SluiceError) -> ShardIterator {
        let opened = try self.stream(stream)
        return try iterator(opened, shard.number, try opened.offset(of: position, shard: shard.number))
    }

    package func getRecords(_ iterator: ShardIterator, limit: Int) throws(SluiceError) -> RecordPage {
        guard (1...StreamLimits.getRecords).contains(limit) else {
            throw SluiceError(.invalidArgument, "a read of \(limit) records", remedy: "ask for 1 to \(StreamLimits.getRecords)")
        }
        let token = try IteratorToken(iterator, try key(), nowMicros: store.clock.nowMicros())
        let opened = try stream(tag: token.tag)
        // Whoever was at the end of a shard that is gone by now goes on with those that came of it.
        guard opened.shardNumbers.contains(token.shard) else {
            return RecordPage(batches: [], next: nil, millisBehindLatest: 0, children: opened.children(of: token.shard))
        }
        var page = ShardPage(try opened.pageReader(shard: token.shard, from: token.offset))
        try page.fill(limit: limit)
        let isAtEnd = try opened.hasEnded(token.shard, at: page.offset)
        return RecordPage(
            batches: page.batches, next: isAtEnd ? nil : try self.iterator(opened, token.shard, page.offset),
            millisBehindLatest: try opened.millisBehind(token.shard, page), children: isAtEnd ? opened.children(of: token.shard) : [],
            continuation: page.continuation)
    }

    package func shardEnd(_ stream: String, _ shard: ShardID) throws(SluiceError) -> ShardEnd {
        let end = try self.stream(stream).endSequence(shard: shard.number)
        return end == 0 ? .empty : .record(SequenceNumber(shard: shard.number, offset: end - 1))
    }

    package func subscribe(
        _ stream: String, _ shard: ShardID, _ position: IteratorPosition
    ) throws(SluiceError) -> any ShardSubscription {
        let opened = try self.stream(stream)
        let offset = try opened.offset(of: position, shard: shard.number)
        return EmbeddedSubscription(opened, shard: shard.number, reader: try opened.pageReader(shard: shard.number, from: offset))
    }

    private func iterator(_ stream: RecordStream, _ shard: Int, _ offset: UInt64) throws(SluiceError) -> ShardIterator {
        IteratorToken(tag: stream.settings.tag, shard: shard, offset: offset, madeMicros: store.clock.nowMicros()).signed(try key())
    }

    /// The stream that an iterator was made for, which may have been made by an earlier process.
    func stream(tag: UInt64) throws(SluiceError) -> RecordStream {
        if let open = streams.withLock({ $0.values.first { $0.settings.tag == tag } }) { return open }
        for name in try store.list() {
            let opened = try? stream(name)
            if let opened, opened.settings.tag == tag { return opened }
        }
        throw SluiceError(.notFound, "the stream of the iterator was deleted")
    }

    func key() throws(SluiceError) -> SymmetricKey {
        if let key = iteratorKey.withLock({ $0 }) { return key }
        let master = SymmetricKey(data: try store.keys.readOrCreate())
        let key = HKDF<SHA256>.deriveKey(inputKeyMaterial: master, info: Array("sluice-shard-iterator".utf8), outputByteCount: 32)
        iteratorKey.withLock { $0 = key }
        return key
    }
}
