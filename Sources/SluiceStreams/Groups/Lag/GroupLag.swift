/// How far a group is behind its stream.
package struct GroupLag: Hashable, Sendable {
    /// One shard that the group reads, or will read.
    package struct Shard: Hashable, Sendable {
        package var shard: String
        package var state: GroupLease.State?
        package var owner: String?
        /// Nil for a shard that waits for the end of its parents.
        package var position: GroupPosition?
        /// Records that were not checkpointed; nil where the stream does not number records evenly, or does not say what it holds.
        package var records: Int?
        /// Milliseconds from the arrival of the last checkpointed record, or where there is none of the next one, to that of the newest; nil
        /// where one is not known, and 0 when nothing is left.
        package var millis: Int64?
    }

    /// What a look at a shard's next record told.
    package struct Upcoming: Hashable, Sendable {
        /// The next record that there is, and when it arrived; nil where none came.
        package var record: Record?
        /// As the backend says.
        package var millisBehind: Int64

        /// A record by its number, and when it arrived, in microseconds since 1970.
        package struct Record: Hashable, Sendable {
            package var sequence: SequenceNumber
            package var micros: Int64

            package init(sequence: SequenceNumber, micros: Int64) {
                self.sequence = sequence
                self.micros = micros
            }
        }

        package init(record: Record?, millisBehind: Int64) {
            self.record = record
            self.millisBehind = millisBehind
        }
    }

    /// By shard; without those that were read to their end.
    package var shards: [Shard]

    /// Of all shards; nil if one is not known.
    package var records: Int? { shards.reduce(0) { sum, shard in sum.flatMap { sum in shard.records.map { sum + $0 } } } }
    /// The greatest of a shard; nil if one is not known.
    package var millis: Int64? { shards.reduce(0) { most, shard in most.flatMap { most in shard.millis.map { max(most, $0) } } } }

    /// Compares leases with what shards hold.
    ///
    /// - Parameters:
    ///   - step: The difference between the numbers of records that follow each other; nil where it varies.
    ///   - upcoming: What was looked up, by shard.
    package init(_ group: GroupSnapshot, _ shards: [GroupShard], step: UInt128?, upcoming: [String: Upcoming] = [:]) {
        let known = Dictionary(shards.map { ($0.id, $0) }) { $1 }
        var lags = group.leases.filter { !$0.isFinished }.map { lease in
            let distance = Distance(contents: known[lease.shard]?.contents ?? .unknown, step: step, upcoming: upcoming[lease.shard])
            let left = distance.left(lease.position, reachedMicros: lease.reachedMicros)
            return Shard(
                shard: lease.shard, state: lease.state, owner: lease.owner, position: lease.position, records: left.records,
                millis: left.millis)
        }
        for shard in shards where Self.waits(shard, group.leases) {
            let left = Distance(contents: shard.contents, step: step, upcoming: nil).left(.trimHorizon, reachedMicros: nil)
            lags.append(Shard(shard: shard.id, records: left.records, millis: left.millis))
        }
        self.shards = lags.sorted { $0.shard < $1.shard }
    }

    /// Whether a shard will get a lease: none of its keys has come to a younger lease.
    private static func waits(_ shard: GroupShard, _ leases: [GroupLease]) -> Bool {
        !leases.isEmpty && !leases.contains { $0.shard >= shard.id && $0.range.intersects(shard.range) }
    }
}

/// What is left of one shard.
private struct Distance {
    let contents: ShardContents
    let step: UInt128?
    let upcoming: GroupLag.Upcoming?

    /// What the look alone tells, where the backend does not say what a shard holds: records only once none is left.
    private func looked(_ reachedMicros: Int64?) -> (records: Int?, millis: Int64?) {
        guard let upcoming else { return (nil, nil) }
        guard let next = upcoming.record else { return (upcoming.millisBehind == 0 ? 0 : nil, upcoming.millisBehind) }
        let newest = next.micros + upcoming.millisBehind * 1_000
        return (nil, max(0, newest - (reachedMicros ?? next.micros)) / 1_000)
    }

    func left(_ position: GroupPosition, reachedMicros: Int64?) -> (records: Int?, millis: Int64?) {
        guard case .records(let oldest, let newest, let oldestMicros, let newestMicros) = contents else {
            return contents == .empty ? (0, 0) : looked(reachedMicros)
        }
        func behind(_ next: SequenceNumber?, _ micros: Int64?) -> (records: Int?, millis: Int64?) {
            let first = next.map { max($0, oldest) } ?? upcoming?.record?.sequence
            let since = micros ?? upcoming?.record?.micros ?? (first == oldest ? oldestMicros : nil)
            let records = first.flatMap { first in step.flatMap { newest.distance(from: first, step: $0) }.map { $0 + 1 } }
            return (records, since.flatMap { since in newestMicros.map { max(0, $0 - since) / 1_000 } })
        }
        switch position {
        case .latest, .shardEnd: return (0, 0)
        case .time(let micros): return newestMicros.map { $0 < micros } ?? false ? (0, 0) : behind(nil, nil)
        case .trimHorizon: return behind(oldest, nil)
        case .at(let next): return newest < next ? (0, 0) : behind(next, nil)
        case .after(let last, let part):
            if newest < last || (newest == last && part == nil) { return (0, 0) }
            var left = behind(last, reachedMicros)
            // The record that was read counts only where retention took it, and it is none of those that are left.
            if part == nil, last >= oldest { left.records = left.records.map { $0 - 1 } }
            return left
        }
    }
}
