/// A shard to read and where to begin.
package struct GroupAssignment: Hashable, Sendable {
    package var shard: String
    package var position: GroupPosition
    /// How far the last reader had announced to come.
    package var pending: GroupPosition?
    /// The fencing counter of this ownership.
    package var counter: Int64
    /// Changes of owner since the last checkpoint.
    package var ownerSwitches: Int

    package init(shard: String, position: GroupPosition, pending: GroupPosition? = nil, counter: Int64, ownerSwitches: Int = 0) {
        self.shard = shard
        self.position = position
        self.pending = pending
        self.counter = counter
        self.ownerSwitches = ownerSwitches
    }
}
