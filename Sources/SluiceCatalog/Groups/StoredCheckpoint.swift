/// A position that the owner of a lease records, with the counter that proves the ownership.
package struct StoredCheckpoint: Hashable, Sendable {
    package var stream: String
    package var group: String
    package var shard: String
    package var owner: String
    package var counter: Int64
    package var position: StoredPosition
    /// When the record arrived, in microseconds since 1970.
    package var recordMicros: Int64?
    /// Whether the position is only announced.
    package var isPending: Bool

    package init(
        stream: String, group: String, shard: String, owner: String, counter: Int64, position: StoredPosition, recordMicros: Int64? = nil,
        isPending: Bool = false
    ) {
        self.stream = stream
        self.group = group
        self.shard = shard
        self.owner = owner
        self.counter = counter
        self.position = position
        self.recordMicros = recordMicros
        self.isPending = isPending
    }
}
