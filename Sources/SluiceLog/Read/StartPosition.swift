/// Where a reader begins.
package enum StartPosition: Hashable, Sendable {
    /// The oldest record that was not trimmed.
    case start
    /// Behind the newest durable record.
    case end
    /// The record with this number, or the oldest after it.
    case sequence(UInt64)
    /// The oldest record that arrived at or after this time, in microseconds since 1970.
    case time(Int64)
}
