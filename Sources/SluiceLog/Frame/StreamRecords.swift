package import SluiceCore
package import SluiceStreams

/// Records to append: one partition key and one payload each, and headers that they share.
///
/// - Invariant: `keys` and `payloads` have one row a record.
package struct NewRecords: Sendable {
    package var keys: ByteRows
    /// Ranges of a buffer that the caller may share, so that raw lines of a file are not copied before they are framed.
    package var payloads: RawRecords
    package var headers: [RecordHeader]

    package init(keys: ByteRows, payloads: RawRecords, headers: [RecordHeader] = []) {
        precondition(keys.count == payloads.count, "\(keys.count) keys for \(payloads.count) payloads")
        self.keys = keys
        self.payloads = payloads
        self.headers = headers
    }

    /// Payloads that lie one after another.
    package init(keys: ByteRows, payloads: ByteRows, headers: [RecordHeader] = []) {
        let raw = RawRecords(bytes: payloads.data, starts: Array(payloads.offsets.dropLast()), ends: Array(payloads.offsets.dropFirst()))
        self.init(keys: keys, payloads: raw, headers: headers)
    }

    package var count: Int { keys.count }

    /// Some of the records, in order.
    package func gather(_ rows: [Int32]) -> NewRecords {
        NewRecords(keys: keys.gather(rows), payloads: payloads.gather(rows), headers: headers)
    }
}

/// The records of one frame, as a reader returns them; sequence numbers are dense inside.
package struct StreamRecords: Sendable {
    package let baseSequence: UInt64
    /// Microseconds since 1970; not descending within a shard.
    package let arrivalMicros: Int64
    package let headers: [RecordHeader]
    package let keys: ByteRows
    /// Ranges of the buffer that the reader fetched, which neighbouring frames share: payloads were not copied.
    package let payloads: RawRecords
    /// Whether they lie encrypted on the disk.
    var isEncrypted = false

    package var count: Int { keys.count }
    package var sequences: Range<UInt64> { baseSequence..<(baseSequence + UInt64(count)) }

    package func header(_ name: String) -> [UInt8]? { headers.first { $0.name == name }?.value }

    /// The records before a number; the same where all are.
    package func keeping(before sequence: UInt64) -> StreamRecords {
        guard sequences.upperBound > sequence else { return self }
        return slice(0..<Int(max(sequence, baseSequence) - baseSequence))
    }

    /// A range of the rows; payloads are not copied.
    func slice(_ rows: Range<Int>) -> StreamRecords {
        if rows == 0..<count { return self }
        return StreamRecords(
            baseSequence: baseSequence + UInt64(rows.lowerBound), arrivalMicros: arrivalMicros, headers: headers, keys: keys.slice(rows),
            payloads: payloads.slice(rows), isEncrypted: isEncrypted)
    }

    /// Where the records came from, for a batch that is decoded from their payloads row by row.
    package func origin(stream: String, shard: Int) -> Origin {
        Origin(
            .shard(stream: stream, shard: ShardID(shard).description), .dense(first: Int64(bitPattern: baseSequence), count: count),
            raw: payloads)
    }
}
