/// The right to read a shard for a group, and how far it was read.
package struct StoredLease: Hashable, Sendable {
    package var shard: String
    package var owner: String?
    /// Fencing counter: a new one with each change of owner, greater than any before.
    package var counter: Int64
    package var position: String
    package var subSequence: Int64?
    /// Where the lease began; nil once a record was checkpointed.
    package var start: String?
    package var startSubSequence: Int64?
    /// A position that its owner announced.
    package var pending: String?
    package var pendingSubSequence: Int64?
    /// When the checkpointed record arrived, in microseconds since 1970.
    package var reachedMicros: Int64?
    /// Changes of owner since the last checkpoint.
    package var ownerSwitches: Int
    /// The member that asked for the lease.
    package var wantedBy: String?
    package var parents: [String]
    /// Decimal bounds of the shard's hash range, both in it.
    package var firstHash: String
    package var lastHash: String
}
