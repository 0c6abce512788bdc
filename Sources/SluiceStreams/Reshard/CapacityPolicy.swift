/// Decides for a stream in on-demand mode which shards to split and which to merge, from the rates that were observed: a value that takes what
/// happened and returns what to do.
///
/// A shard that took more than half of what one should take is split in the middle of its range; two neighbours that together took less than
/// a tenth for `coolMicros` are merged. Kinesis: a shard is split above 500 KB/s, and capacity has head-room of twice the peak.
package struct CapacityPolicy: Sendable {
    /// What a shard took lately.
    package struct Load: Hashable, Sendable {
        package var shard: ShardID
        package var range: HashRange
        package var bytesPerSecond: Double
        package var recordsPerSecond: Double

        package init(shard: ShardID, range: HashRange, bytesPerSecond: Double, recordsPerSecond: Double) {
            self.shard = shard
            self.range = range
            self.bytesPerSecond = bytesPerSecond
            self.recordsPerSecond = recordsPerSecond
        }

        /// The part of its capacity that a shard uses: 1 MiB or 1,000 records a second (Kinesis).
        fileprivate var use: Double { max(bytesPerSecond / Double(1 << 20), recordsPerSecond / 1_000) }
    }

    /// A shard that uses more of its capacity is split.
    package static let hotUse = 0.5
    /// Two neighbours that use less together are merged, once they have for `coolMicros`.
    package static let coldUse = 0.1
    package static let coolMicros: Int64 = 15 * 60 * 1_000_000

    package let shardLimits: ClosedRange<Int>
    /// Since when a shard has been cold.
    private var coldSince: [ShardID: Int64] = [:]

    /// - Parameter shardLimits: Open shards at least and at most (Kinesis: a new on-demand stream has 4).
    package init(shardLimits: ClosedRange<Int> = StreamLimits.onDemandShards...StreamLimits.shards) { self.shardLimits = shardLimits }

    /// - Parameters:
    ///   - loads: All open shards, in any order.
    ///   - micros: Now, in microseconds since 1970.
    /// - Returns: Changes that do not touch each other's shards.
    package mutating func observe(_ loads: [Load], at micros: Int64) -> [ReshardAction] {
        let ordered = loads.sorted { $0.range.first < $1.range.first }
        var count = ordered.count
        var actions: [ReshardAction] = []
        for load in ordered where load.use > Self.hotUse && count < shardLimits.upperBound {
            let width = load.range.last - load.range.first
            guard width > 2 else { continue }
            actions.append(.split(load.shard, at: load.range.first + width / 2 + 1))
            count += 1
        }
        noteCold(ordered, at: micros)
        var index = 0
        while index + 1 < ordered.count, count > shardLimits.lowerBound {
            let (left, right) = (ordered[index], ordered[index + 1])
            if isCool(left, at: micros), isCool(right, at: micros), left.use + right.use < Self.coldUse {
                actions.append(.merge(left.shard, right.shard))
                count -= 1
                index += 1
            }
            index += 1
        }
        return actions
    }

    private mutating func noteCold(_ loads: [Load], at micros: Int64) {
        var still: [ShardID: Int64] = [:]
        for load in loads where load.use < Self.coldUse { still[load.shard] = coldSince[load.shard] ?? micros }
        coldSince = still
    }

    private func isCool(_ load: Load, at micros: Int64) -> Bool {
        coldSince[load.shard].map { micros - $0 >= Self.coolMicros } ?? false
    }
}
