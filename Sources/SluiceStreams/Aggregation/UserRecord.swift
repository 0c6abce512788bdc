import SluiceCore

/// A record as its producer put it: one of a stream's, or one of those that are packed in it.
package struct UserRecord: Hashable, Sendable {
    package var sequenceNumber: SequenceNumber
    /// Place among the records of one packed record; nil for a plain one.
    package var subsequence: Int?
    package var key: String
    package var data: [UInt8]
}

extension RecordBatch {
    /// The batch's records with packed ones unpacked.
    ///
    /// - Parameter range: Of the shard that they were read from: packed records that belong to another one, since a split or merge, are left out.
    package func userRecords(in range: HashRange) -> [UserRecord] {
        var records: [UserRecord] = []
        for row in 0..<count {
            let number = sequenceNumber(row)
            guard let packed = AggregatedRecord(parsing: payloads[row]) else {
                records.append(UserRecord(sequenceNumber: number, key: keys.text(row), data: Array(payloads[row])))
                continue
            }
            for (place, record) in packed.records.enumerated() where range.contains(record.hash) {
                records.append(UserRecord(sequenceNumber: number, subsequence: place, key: record.key, data: record.data))
            }
        }
        return records
    }
}
