import SluiceCore
import SluiceStreams
import Synchronization

/// Keeps records out of a stream that do not fit its schema. One for an opened stream.
final class StreamGate: Sendable {
    /// Behind the stream's name: where its dead letters are.
    static let suffix = ".dead-letters"

    private let store: StreamStore
    private let stream: String
    /// For the schema that the stream was bound to when it was looked up.
    private let found = Mutex<(schema: String, check: RecordCheck)?>(nil)
    private let letters = Mutex<RecordStream?>(nil)

    init(store: StreamStore, stream: String) {
        self.store = store
        self.stream = stream
    }

    /// The rows that do not fit, in order.
    ///
    /// - Throws: what keeps the schema from being used: nothing may be stored then.
    func faults(of payloads: RawRecords, _ binding: SchemaBinding) throws(SluiceError) -> [(row: Int32, error: SluiceError)] {
        let check = try check(for: binding.schema)
        var faults: [(row: Int32, error: SluiceError)] = []
        for row in 0..<payloads.count {
            if let error = check(payloads[row]) { faults.append((Int32(row), error)) }
        }
        return faults
    }

    private func check(for schema: String) throws(SluiceError) -> RecordCheck {
        if let known = found.withLock({ $0 }), known.schema == schema { return known.check }
        guard let checks = store.checks else {
            throw SluiceError(
                .notOffered, "stream \"\(stream)\" takes records of schema \"\(schema)\" only, and whoever opened it cannot check them",
                remedy: "write it with a program that has the schema registry, or take the binding away with `stream set`")
        }
        let check = try checks.check(for: schema)
        found.withLock { $0 = (schema, check) }
        return check
    }

    /// Stores a record that does not fit among the dead letters, with the reason in its headers; it is on disk on return.
    func keep(_ key: ArraySlice<UInt8>, _ payload: ArraySlice<UInt8>, _ error: SluiceError, _ schema: String) async throws(SluiceError)
        -> PutReceipt
    {
        let headers = [
            RecordHeader("sluice.error.code", Array(error.code.name.utf8)), RecordHeader("sluice.error.message", Array(error.message.utf8)),
            RecordHeader("sluice.schema", Array(schema.utf8)),
        ]
        let bytes = Array(payload)
        let batch = PutBatch(
            keys: ByteRows([key]), payloads: RawRecords(bytes: bytes, starts: [0], ends: [Int32(bytes.count)]), headers: headers)
        guard let outcome = try await letterStream().put(batch, .log).first else {
            throw SluiceError(.ioFailure, "a dead letter of stream \"\(stream)\" was not stored")
        }
        switch outcome {
        case .failed(let error): throw error
        case .stored(var receipt):
            receipt.isDeadLetter = true
            return receipt
        }
    }

    /// Made when the first letter comes.
    private func letterStream() throws(SluiceError) -> RecordStream {
        try letters.withLock { held throws(SluiceError) in
            if let held { return held }
            let name = stream + Self.suffix
            if !store.exists(name) { try store.create(name, shards: 1, retentionHours: StreamLimits.retentionHours.upperBound) }
            let opened = try store.open(name, for: .writing)
            held = opened
            return opened
        }
    }

    func close() {
        letters.withLock { held in
            held?.close()
            held = nil
        }
    }
}
