package import SluiceCore
package import SluiceStreams
import Synchronization

extension RecordStream {
    /// From now on looks at the load every `LogLimits.loadSeconds`, as long as the stream is open, and splits and merges shards while it is on
    /// demand. Whoever calls this appends with `append(_:rows:to:rerouting:_:)` or `put`, which find the shards of the moment.
    package func watchLoad() {
        guard mode == .writing else { return }
        _ = try? lookAtLoad()
        loadTicker.start(every: .seconds(LogLimits.loadSeconds)) { [weak self] in
            guard let self else { return false }
            // A change that fails, because another one is under way or the disk is full, is tried again if the load stays.
            _ = try? await self.adjustCapacity()
            return true
        }
    }

    /// Splits shards that took much since the last look, and merges those that have long taken little (`CapacityPolicy`); nothing at the first
    /// look, nor for a stream that is not on demand.
    ///
    /// - Returns: What was changed.
    @discardableResult
    package func adjustCapacity() async throws(SluiceError) -> [ReshardAction] {
        let actions = try lookAtLoad()
        if !actions.isEmpty { try await reshard(actions) }
        return actions
    }

    private func lookAtLoad() throws(SluiceError) -> [ReshardAction] {
        try requireWriting()
        guard configuration.mode == .onDemand else {
            load.withLock { $0.reset() }
            return []
        }
        let writers = table.withLock { $0.writers }
        let shards = openRanges.compactMap { shard, range in
            writers[shard].map { (shard: shard, range: range, taken: $0.state.withLock { $0.taken }) }
        }
        return load.withLock { $0.look(at: shards, micros: settings.clock.nowMicros()) }
    }

    /// Appends records to the shard that a router chose for them, or, where it was split or merged meanwhile, to those that continue it.
    ///
    /// - Parameters:
    ///   - rows: Which of the records, in order.
    ///   - router: Made anew where the shards have changed.
    /// - Throws: as `append(_:rows:to:_:)`, and `interrupted` where the task is cancelled while the new shards are being made.
    package func append(
        _ records: NewRecords, rows: [Int32], to shard: Int, rerouting router: inout KeyRouter, _ durability: Durability
    ) async throws(SluiceError) {
        var pending = try await refused(records, rows, by: shard, durability)
        while !pending.isEmpty {
            // The shards that continue it are there soon.
            do { try await Task.sleep(for: .milliseconds(1)) } catch { throw SluiceError(.interrupted, "the task was cancelled") }
            router = self.router()
            let shards = router.route(records.keys)
            let groups = Dictionary(grouping: pending) { shards[Int($0)] }
            pending = []
            for (shard, rows) in groups.sorted(by: { $0.key < $1.key }) {
                pending += try await refused(records, rows, by: Int(shard), durability)
            }
        }
    }

    /// Appends rows, and returns them if the shard is closed.
    private func refused(
        _ records: NewRecords, _ rows: [Int32], by shard: Int, _ durability: Durability
    ) async throws(SluiceError) -> [Int32] {
        do throws(SluiceError) {
            try await append(records, rows: rows, to: shard, durability)
            return []
        } catch {
            // One that was closed long ago may have expired.
            guard error.code == .shardClosed || (error.code == .notFound && shard < shardCount) else { throw error }
            return rows
        }
    }
}
