/// What a group has to know of a shard, whichever system keeps it.
///
/// - Invariant: ids of one stream have one length, no spaces, and ascend with age, so that a child's is greater than its parents'; they are
///   never reused.
package struct GroupShard: Hashable, Sendable {
    package var id: String
    /// The shards that were split or merged into this one; none for the first shards of a stream.
    package var parents: [String]
    package var range: HashRange
    package var isClosed: Bool
    package var contents: ShardContents

    package init(id: String, parents: [String] = [], range: HashRange, isClosed: Bool = false, contents: ShardContents = .unknown) {
        self.id = id
        self.parents = parents
        self.range = range
        self.isClosed = isClosed
        self.contents = contents
    }
}
