/// A lease that does not exist yet.
package struct NewLease: Hashable, Sendable {
    package var shard: String
    package var position: GroupPosition
    package var parents: [String]
    package var range: HashRange

    package init(_ shard: GroupShard, at position: GroupPosition) {
        self.init(shard: shard.id, position: position, parents: shard.parents, range: shard.range)
    }

    package init(shard: String, position: GroupPosition, parents: [String], range: HashRange) {
        self.shard = shard
        self.position = position
        self.parents = parents
        self.range = range
    }
}
