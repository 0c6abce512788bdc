/// One shard of a stream, open or closed.
package struct ShardSummary: Hashable, Sendable {
    package var id: ShardID
    package var range: HashRange
    /// The shard that was split, or the first of the two that were merged; nil for a shard of the beginning. It may
    /// have expired.
    package var parent: ShardID?
    /// The second of two that were merged.
    package var adjacentParent: ShardID?
    package var startingSequence: SequenceNumber
    /// Of the last record that the shard will ever hold; nil while it is open.
    package var endingSequence: SequenceNumber?

    package init(
        id: ShardID, range: HashRange, parent: ShardID? = nil, adjacentParent: ShardID? = nil, startingSequence: SequenceNumber,
        endingSequence: SequenceNumber? = nil
    ) {
        self.id = id
        self.range = range
        self.parent = parent
        self.adjacentParent = adjacentParent
        self.startingSequence = startingSequence
        self.endingSequence = endingSequence
    }

    package var isOpen: Bool { endingSequence == nil }
}
