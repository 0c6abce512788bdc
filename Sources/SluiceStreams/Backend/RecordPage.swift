/// The records that one read returned.
package struct RecordPage: Sendable {
    /// A shard that continues this one.
    package struct Child: Hashable, Sendable {
        package var id: ShardID
        package var parents: [ShardID]
        package var range: HashRange

        package init(id: ShardID, parents: [ShardID], range: HashRange) {
            self.id = id
            self.parents = parents
            self.range = range
        }
    }

    /// In order; none is empty.
    package var batches: [RecordBatch]
    /// Where to read on; nil at the end of a closed shard.
    package var next: ShardIterator?
    /// How far the last record of the page, or the place without one, is behind the newest of the shard.
    package var millisBehindLatest: Int64
    /// At the end of a closed shard, where to read on.
    package var children: [Child]
    /// A subscription that begins behind this one goes on without a gap; nil before the first record and at the end.
    package var continuation: SequenceNumber?

    package init(
        batches: [RecordBatch], next: ShardIterator?, millisBehindLatest: Int64, children: [Child] = [], continuation: SequenceNumber? = nil
    ) {
        self.batches = batches
        self.next = next
        self.millisBehindLatest = millisBehindLatest
        self.children = children
        self.continuation = continuation
    }

    package var count: Int { batches.reduce(0) { $0 + $1.count } }
    package var isAtEnd: Bool { next == nil }
}
