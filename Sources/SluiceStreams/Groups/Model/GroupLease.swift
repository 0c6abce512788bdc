/// The right to read one shard for a group, and how far it was read.
///
/// - Invariant: `counter` is greater after each change of owner than any counter that the store gave before, also of leases that were
///   removed; so a counter names one owner for ever.
package struct GroupLease: Hashable, Sendable {
    /// What a person sees of a lease.
    package enum State: String, Hashable, Sendable {
        /// Nobody reads the shard.
        case available
        case owned
        /// Its owner was asked to give it to another member.
        case handingOver = "handing-over"
        /// The shard was read to its end.
        case finished
    }

    package var shard: String
    package var owner: String?
    package var counter: Int64
    package var position: GroupPosition
    /// Where the lease began; nil once a record was checkpointed.
    package var start: GroupPosition?
    /// A position that its owner prepared, and did not reach as far as is known.
    package var pending: GroupPosition?
    /// When the checkpointed record arrived, in microseconds since 1970, if its reader said so.
    package var reachedMicros: Int64?
    /// Changes of owner since the last checkpoint: a record that stops its readers makes it grow.
    package var ownerSwitches = 0
    /// The member that asked for the lease.
    package var wantedBy: String?
    package var parents: [String]
    package var range: HashRange

    package init(_ new: NewLease, counter: Int64) {
        shard = new.shard
        self.counter = counter
        position = new.position
        start = new.position
        parents = new.parents
        range = new.range
    }

    package var isFinished: Bool { position == .shardEnd }
    /// Whether something was checkpointed since it was created or reset.
    package var hasBegun: Bool { start == nil || isFinished }

    package var state: State {
        if isFinished { return .finished }
        if owner == nil { return .available }
        return wantedBy == nil ? .owned : .handingOver
    }
}
