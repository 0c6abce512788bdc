/// The durable records that a shard holds.
package enum ShardContents: Hashable, Sendable {
    /// The backend does not say.
    case unknown
    case empty
    /// The oldest and the newest record, and when they arrived, in microseconds since 1970; nil where that was not asked for or is not known.
    case records(oldest: SequenceNumber, newest: SequenceNumber, oldestMicros: Int64? = nil, newestMicros: Int64? = nil)
}
