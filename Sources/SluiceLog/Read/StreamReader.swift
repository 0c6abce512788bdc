package import SluiceCore
package import SluiceStreams
import Synchronization

/// Reads all shards of a stream so that the records of a key come in order whatever is split and merged: a shard is read once all records of
/// its parents were returned.
///
/// A value that one task owns. New children are found as the shards before them end.
package struct StreamReader: Sendable {
    private let stream: RecordStream
    private var readers: [Int: ShardReader] = [:]
    /// Shards that were read to their end, or that ended before the start.
    private var drained: Set<Int> = []
    /// The only ones that are read; nil for all.
    private let chosen: Set<Int>?
    /// Whose turn it is.
    private var turn = 0

    /// - Parameters:
    ///   - start: Where shards that are there are begun; their children are read from their first record on.
    ///   - shards: To read these only, and not what continues them.
    package init(_ stream: RecordStream, from start: StartPosition = .start, only shards: [Int]? = nil) throws(SluiceError) {
        self.stream = stream
        chosen = shards.map(Set.init)
        if case .end = start {
            for record in stream.shardRecords where !record.isOpen { drained.insert(record.id.number) }
        }
        try open(from: start)
    }

    /// The next records of any shard, or nil when all are read for now; shards take turns.
    package mutating func next() async throws(SluiceError) -> (shard: ShardID, records: StreamRecords)? {
        repeat {
            let shards = readers.keys.sorted()
            for index in shards.indices {
                let shard = shards[(turn + index) % shards.count]
                if let records = try next(of: shard) {
                    turn = (turn + index + 1) % shards.count
                    return (ShardID(shard), records)
                }
            }
        } while try advance()
        return nil
    }

    /// The next records of a shard; nil at its end, also where what is left of it expired while it was read.
    private mutating func next(of shard: Int) throws(SluiceError) -> StreamRecords? {
        do throws(SluiceError) {
            return try readers[shard]!.nextNow()
        } catch {
            guard !stream.shardRecords.contains(where: { $0.id.number == shard }) else { throw error }
            return nil
        }
    }

    /// Suspends until one of the shards has records, or one ended.
    ///
    /// - Returns: False where no more will come.
    package func waitForRecords() async -> Bool {
        while true {
            let signal = Signal()
            let states = readers.values.map { $0.follow(signal) }
            defer { for reader in readers.values { reader.unfollow(signal) } }
            let hasEnded = readers.contains { (try? stream.hasEnded($0.key, at: $0.value.position)) ?? false }
            if hasEnded || states.contains(.there) { return true }
            if states.contains(.waiting) {
                await signal.wait()
            } else if states.contains(.polling) {
                try? await Task.sleep(for: stream.remote?.pollInterval ?? .milliseconds(10))
            } else {
                return false
            }
            if Task.isCancelled { return false }
        }
    }

    /// Leaves shards that ended and begins their children; whether there were any.
    private mutating func advance() throws(SluiceError) -> Bool {
        var ended = false
        for (shard, reader) in readers where try stream.hasEnded(shard, at: reader.position) {
            readers[shard] = nil
            drained.insert(shard)
            ended = true
        }
        if ended { try open(from: .start) }
        return ended
    }

    /// Begins all shards whose parents are drained or gone.
    private mutating func open(from start: StartPosition) throws(SluiceError) {
        let records = stream.shardRecords.filter { chosen?.contains($0.id.number) ?? true }
        let present = Set(records.map(\.id.number))
        for record in records where readers[record.id.number] == nil && !drained.contains(record.id.number) {
            let waits = record.parents.contains { present.contains($0.number) && !drained.contains($0.number) }
            if waits { continue }
            readers[record.id.number] = try stream.reader(shard: record.id.number, from: start)
        }
    }
}

extension RecordStream {
    /// The shards, by number.
    var shardRecords: [ShardRecord] { metadata.shards }
}
