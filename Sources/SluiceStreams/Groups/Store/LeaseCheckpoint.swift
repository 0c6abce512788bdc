package import SluiceCore

/// A position that the owner of a lease wants to record, with the counter that proves the ownership.
///
/// A store refuses it with `leaseLost` unless the lease has this owner and this counter, so a member that was presumed dead can do no harm.
package struct LeaseCheckpoint: Hashable, Sendable {
    package let group: GroupID
    package let shard: String
    package let owner: String
    package let counter: Int64
    package let position: GroupPosition
    /// When the record arrived, in microseconds since 1970, if the reader knows.
    package let recordMicros: Int64?
    /// Whether the position is only announced: the next owner is told that work up to it had begun.
    package let isPending: Bool

    /// - Throws: `invalidArgument` for a start: a checkpoint names a record, or the shard's end.
    package init(
        group: GroupID, shard: String, owner: String, counter: Int64, position: GroupPosition, recordMicros: Int64? = nil,
        isPending: Bool = false
    ) throws(SluiceError) {
        guard !position.isStart else {
            throw SluiceError(
                .invalidArgument, "\(position.text) is no checkpoint", remedy: "checkpoint a record that was read, or the shard's end")
        }
        self.group = group
        self.shard = shard
        self.owner = owner
        self.counter = counter
        self.position = position
        self.recordMicros = recordMicros
        self.isPending = isPending
    }
}
