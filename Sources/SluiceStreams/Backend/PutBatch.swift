package import SluiceCore

/// Records to store in one call: a partition key and a payload each.
///
/// - Invariant: `keys` and `payloads` have one row a record, and so has `hashKeys` where it is not nil.
package struct PutBatch: Sendable {
    /// Says who sends a batch and which of its batches it is, so that one sent again is stored once.
    package struct Producer: Hashable, Sendable {
        /// Chosen at random by the producer, not 0, and kept while it lives.
        package var id: UInt64
        /// Ascends with each batch of this producer. A batch is sent again with the same number, the same records and the same order.
        package var batch: UInt64

        package init(id: UInt64, batch: UInt64) {
            self.id = id
            self.batch = batch
        }
    }

    package var keys: ByteRows
    package var payloads: RawRecords
    /// Where records go instead of the MD5 of their keys; nil for none of them.
    package var hashKeys: [UInt128?]?
    /// What all records share; a backend without headers refuses any.
    package var headers: [RecordHeader]
    package var producer: Producer?
    /// Numbers that are given are above this one.
    package var sequenceNumberForOrdering: SequenceNumber?

    package init(
        keys: ByteRows, payloads: RawRecords, hashKeys: [UInt128?]? = nil, headers: [RecordHeader] = [], producer: Producer? = nil,
        sequenceNumberForOrdering: SequenceNumber? = nil
    ) {
        precondition(keys.count == payloads.count, "\(keys.count) keys for \(payloads.count) payloads")
        precondition(hashKeys.map { $0.count == keys.count } ?? true, "one hash key or nil a record")
        self.keys = keys
        self.payloads = payloads
        self.hashKeys = hashKeys
        self.headers = headers
        self.producer = producer
        self.sequenceNumberForOrdering = sequenceNumberForOrdering
    }

    /// One record.
    package init(key: String, payload: [UInt8], hashKey: UInt128? = nil) {
        self.init(
            keys: ByteRows(texts: [key]), payloads: RawRecords(bytes: payload, starts: [0], ends: [Int32(payload.count)]),
            hashKeys: hashKey.map { [$0] })
    }

    package var count: Int { keys.count }
}
