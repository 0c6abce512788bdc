/// What a `GroupReader` tells the one who uses the records, in order.
package enum GroupEvent: Sendable {
    /// The member reads a shard from now on.
    case started(GroupAssignment)
    case records(GroupRecords)
    /// No more records of this reading come, and others wait for the shard: commit what was delivered, then call `finished`.
    case stopping(GroupAssignment, GroupStop)
    /// Somebody else reads the shard: drop what was delivered and not committed, then call `finished`.
    case lost(GroupAssignment, GroupStop)
}

/// Neighbouring records of a shard, and the checkpoint that says that they were read.
package struct GroupRecords: Sendable {
    package let assignment: GroupAssignment
    /// None is empty; there are none where a closed shard ends without any more.
    package let batches: [RecordBatch]
    /// Behind the last of them, or `shardEnd` where none will follow.
    package let position: GroupPosition
    /// When the last of them arrived, in microseconds since 1970.
    package let lastMicros: Int64?

    package var shard: String { assignment.shard }
    package var count: Int { batches.reduce(0) { $0 + $1.count } }

    init(_ page: RecordPage, of assignment: GroupAssignment, isEnd: Bool, before position: GroupPosition) {
        self.assignment = assignment
        batches = page.batches
        let last = batches.last { $0.count > 0 }
        lastMicros = last.map { $0.arrivalMicros($0.count - 1) }
        self.position = isEnd ? .shardEnd : last.map { .after($0.sequenceNumber($0.count - 1)) } ?? position
    }
}
