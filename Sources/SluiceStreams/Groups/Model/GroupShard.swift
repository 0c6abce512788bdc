/// What a group has to know of a shard, whichever system keeps it.
///
/// - Invariant: ids of one stream have one length, no spaces, and ascend with age, so that a child's is greater than its parents'; they are
///   never reused.
package struct GroupShard: Hashable, Sendable {
    /// The durable records that a shard holds.
    package enum Contents: Hashable, Sendable {
        /// The system does not say.
        case unknown
        case empty
        /// The oldest and the newest record, and when the newest arrived in microseconds since 1970.
        case records(oldest: GroupSequence, newest: GroupSequence, newestMicros: Int64)
    }

    package var id: String
    /// The shards that were split or merged into this one; none for the first shards of a stream.
    package var parents: [String]
    package var range: HashRange
    package var isClosed: Bool
    package var contents: Contents

    package init(id: String, parents: [String] = [], range: HashRange, isClosed: Bool = false, contents: Contents = .unknown) {
        self.id = id
        self.parents = parents
        self.range = range
        self.isClosed = isClosed
        self.contents = contents
    }
}
