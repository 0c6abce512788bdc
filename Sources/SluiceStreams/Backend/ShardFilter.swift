/// Which shards a listing shows (Kinesis: ListShards' ShardFilter). Times are microseconds since 1970.
package enum ShardFilter: Hashable, Sendable {
    /// Those with a number above this one's.
    case afterShard(ShardID)
    /// Those that were open at the trim horizon.
    case atTrimHorizon
    /// All that hold records: open ones, and closed ones whose last record has not expired.
    case fromTrimHorizon
    /// Those that are open now.
    case atLatest
    /// Those that were open at this time.
    case at(micros: Int64)
    /// Those that were open at this time or later.
    case from(micros: Int64)
}
