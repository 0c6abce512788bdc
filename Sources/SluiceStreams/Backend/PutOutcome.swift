package import SluiceCore

/// What became of one record of a put.
package enum PutOutcome: Sendable {
    case stored(PutReceipt)
    /// This record was not stored; others of the call may have been.
    case failed(SluiceError)

    package var receipt: PutReceipt? {
        if case .stored(let receipt) = self { receipt } else { nil }
    }
}

/// Where a record is.
package struct PutReceipt: Hashable, Sendable {
    package var shard: ShardID
    package var sequenceNumber: SequenceNumber
    /// The record had been stored by an earlier call with the same producer and batch number, and was not stored again.
    package var isDuplicate: Bool
    /// The record does not fit the stream's schema, and the place is one of the stream of dead letters.
    package var isDeadLetter: Bool

    package init(shard: ShardID, sequenceNumber: SequenceNumber, isDuplicate: Bool = false, isDeadLetter: Bool = false) {
        self.shard = shard
        self.sequenceNumber = sequenceNumber
        self.isDuplicate = isDuplicate
        self.isDeadLetter = isDeadLetter
    }
}
