/// A lease to create.
package struct StoredNewLease: Hashable, Sendable {
    package var shard: String
    package var position: StoredPosition
    /// Ids without spaces.
    package var parents: [String]
    package var firstHash: String
    package var lastHash: String

    package init(shard: String, position: StoredPosition, parents: [String], firstHash: String, lastHash: String) {
        self.shard = shard
        self.position = position
        self.parents = parents
        self.firstHash = firstHash
        self.lastHash = lastHash
    }
}
