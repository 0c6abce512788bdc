/// How far a group is behind its stream.
package struct GroupLag: Hashable, Sendable {
    /// One shard that the group reads, or will read.
    package struct Shard: Hashable, Sendable {
        package var shard: String
        package var state: GroupLease.State?
        package var owner: String?
        /// Nil for a shard that waits for the end of its parents.
        package var position: GroupPosition?
        /// Records that were not checkpointed; nil where the stream does not number records densely, or does not say what it holds.
        package var records: Int?
        /// Milliseconds between the arrival of the last checkpointed record and that of the newest; nil where one is not known, and 0 when
        /// nothing is left.
        package var millis: Int64?
    }

    /// By shard; without those that were read to their end.
    package var shards: [Shard]

    /// Of all shards; nil if one is not known.
    package var records: Int? { shards.reduce(0) { sum, shard in sum.flatMap { sum in shard.records.map { sum + $0 } } } }
    /// The greatest of a shard; nil if one is not known.
    package var millis: Int64? { shards.reduce(0) { most, shard in most.flatMap { most in shard.millis.map { max(most, $0) } } } }

    /// Compares leases with what shards hold.
    ///
    /// - Parameter isDense: Whether numbers of records that follow each other differ by one.
    package init(_ group: GroupSnapshot, _ shards: [GroupShard], isDense: Bool) {
        let known = Dictionary(shards.map { ($0.id, $0) }) { $1 }
        var lags = group.leases.filter { !$0.isFinished }.map { lease in
            let left = Self.left(known[lease.shard]?.contents ?? .unknown, lease.position, lease.reachedMicros, isDense)
            return Shard(
                shard: lease.shard, state: lease.state, owner: lease.owner, position: lease.position, records: left.records,
                millis: left.millis)
        }
        for shard in shards where Self.waits(shard, group.leases) {
            let left = Self.left(shard.contents, .trimHorizon, nil, isDense)
            lags.append(Shard(shard: shard.id, records: left.records, millis: left.millis))
        }
        self.shards = lags.sorted { $0.shard < $1.shard }
    }

    /// Whether a shard will get a lease: none of its keys has come to a younger lease.
    private static func waits(_ shard: GroupShard, _ leases: [GroupLease]) -> Bool {
        !leases.isEmpty && !leases.contains { $0.shard >= shard.id && $0.range.intersects(shard.range) }
    }

    private static func left(
        _ contents: GroupShard.Contents, _ position: GroupPosition, _ reachedMicros: Int64?, _ isDense: Bool
    ) -> (records: Int?, millis: Int64?) {
        guard case .records(let oldest, let newest, let newestMicros) = contents else { return contents == .empty ? (0, 0) : (nil, nil) }
        let all = oldest.distanceIncluding(newest)
        switch position {
        case .latest, .shardEnd: return (0, 0)
        case .time(let micros): return newestMicros < micros ? (0, 0) : (nil, nil)
        case .trimHorizon: return (isDense ? all : nil, nil)
        case .at(let next):
            if newest < next { return (0, 0) }
            return (isDense ? next.distanceIncluding(newest).flatMap { left in all.map { min(left, $0) } } : nil, nil)
        case .after(let last, let part):
            if newest < last || (newest == last && part == nil) { return (0, 0) }
            let behind = newest.distance(from: last).map { part == nil ? $0 : $0 + 1 }
            let millis = reachedMicros.map { max(0, newestMicros - $0) / 1_000 }
            return (isDense ? behind.flatMap { left in all.map { min(left, $0) } } : nil, millis)
        }
    }
}

extension GroupSequence {
    /// Records from this one to `last`, both counted; nil where the numbers are too large.
    fileprivate func distanceIncluding(_ last: GroupSequence) -> Int? { last.distance(from: self).map { $0 + 1 } }
}
