import SluiceConnectors
import SluiceCore
import SluiceStreams

/// Puts lines into a service's stream, each as a record.
struct ServicePut {
    let streams: any StreamBackend
    let stream: String
    let keys: RecordKeys
    let checksJSON: Bool
    /// Whether records of a shard are packed into one.
    let packs: Bool
    /// How messages call the input.
    let inputName: String

    /// Reads to the end of the input and returns when every record is stored; or when the task is cancelled, with what is stored then.
    ///
    /// - Throws: for the first line that is no record, once all lines before it are stored; what reading and writing throws.
    func run(_ input: LineInput) async throws -> LinePut.Result {
        var input = input
        let putter = RecordPutter(streams, stream, keepsOrder: true, packs: packs)
        do {
            while let block = try input.next() {
                let (found, fault) = keys.keys(of: block.records, checksJSON: checksJSON)
                for row in 0..<found.count { putter.append(key: found.text(row), payload: block.records[row]) }
                if block.isLastForNow || fault != nil || putter.isFull { try await putter.putAll() }
                if let fault {
                    throw SluiceError(
                        fault.code, fault.message, at: .file(path: inputName, line: block.line(of: found.count), column: nil),
                        remedy: "the \(HumanText.count(putter.storedRecords, "record")) before it are stored")
                }
            }
            try await putter.putAll()
            return result(putter, wasInterrupted: false)
        } catch {
            guard Task.isCancelled else { throw error }
            return result(putter, wasInterrupted: true)
        }
    }

    private func result(_ putter: RecordPutter, wasInterrupted: Bool) -> LinePut.Result {
        LinePut.Result(records: putter.storedRecords, bytes: Int(putter.bytesWritten), wasInterrupted: wasInterrupted)
    }
}
