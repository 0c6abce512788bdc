import SluiceCore
import SluiceServer
import SluiceStreams

extension PutEntries {
    /// What the stream does not take of the records.
    ///
    /// - Throws: for the whole call: nothing of it is stored.
    func check(_ summary: StreamSummary, _ target: StreamTarget) throws(ServiceFault) {
        var total = 0
        for row in 0..<count {
            let bytes = Int(ends[row] - starts[row]) + keys.length(row)
            guard bytes <= summary.configuration.recordBytes else {
                throw Faults.invalid(
                    "Record \(row + 1) has \(bytes) bytes with its partition key, more than the maximum record size of "
                        + "\(summary.configuration.recordBytes) bytes of stream \(target.name) under account \(target.scope.id.account).")
            }
            total += bytes
        }
        guard total <= StreamLimits.putBytes else {
            throw Faults.invalid("Records size exceeds 10 MB limit: the request has \(total) bytes of records and partition keys.")
        }
    }
}
