import SluiceStreams

/// What a shard took since it was opened.
struct ShardLoad: Hashable, Sendable {
    /// Of keys and payloads.
    var bytes = 0
    var records = 0
}

/// Turns what the shards of an on-demand stream have taken into splits and merges, from look to look.
struct LoadWatch: Sendable {
    private var policy = CapacityPolicy()
    /// The look before: when it was, in microseconds since 1970, and what the shards had taken.
    private var last: (micros: Int64, taken: [Int: ShardLoad])?

    /// - Parameters:
    ///   - shards: The open ones with their ranges, and what each has taken.
    ///   - micros: Now. Where the clock stepped back, counting begins anew.
    mutating func look(at shards: [(shard: Int, range: HashRange, taken: ShardLoad)], micros: Int64) -> [ReshardAction] {
        let before = last
        last = (micros, Dictionary(uniqueKeysWithValues: shards.map { ($0.shard, $0.taken) }))
        guard let before, micros > before.micros else { return [] }
        let seconds = Double(micros - before.micros) / 1_000_000
        let loads = shards.map { shard, range, taken in
            let known = before.taken[shard] ?? ShardLoad()
            return CapacityPolicy.Load(
                shard: ShardID(shard), range: range, bytesPerSecond: Double(taken.bytes - known.bytes) / seconds,
                recordsPerSecond: Double(taken.records - known.records) / seconds)
        }
        return policy.observe(loads, at: micros)
    }

    /// Forgets what was seen, because the stream is not on demand.
    mutating func reset() { self = LoadWatch() }
}
