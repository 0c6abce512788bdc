/// When an append returns.
package enum Durability: Sendable {
    /// After `fdatasync`: the records survive a power cut, and readers see them. Appenders of one shard share a sync.
    case synced
    /// At once. The records count as accepted, and readers see them, when a later `sync` has returned; a failure in between is thrown by it.
    case buffered
}
