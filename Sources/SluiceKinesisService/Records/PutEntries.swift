import SluiceCore
import SluiceServer
import SluiceStreams

/// The records of a put, side by side.
struct PutEntries: Sendable {
    var keys = ByteRows()
    var payload: [UInt8] = []
    var starts: [Int32] = []
    var ends: [Int32] = []
    /// Where records go instead of the hash of their keys; empty where none says so.
    var hashKeys: [UInt128?] = []

    var count: Int { keys.count }

    var batch: PutBatch {
        PutBatch(
            keys: keys, payloads: RawRecords(bytes: payload, starts: starts, ends: ends), hashKeys: hashKeys.isEmpty ? nil : hashKeys)
    }

    /// Takes a record from its members `Data`, `PartitionKey` and `ExplicitHashKey`.
    ///
    /// - Throws: `SerializationException`, and `InvalidArgumentException` for a hash key that is too large.
    mutating func append(_ input: inout InputReader, _ format: WireFormat) throws(ServiceFault) {
        let key = try input.requiredText("PartitionKey", Rules.key)
        let hashKey = try input.text("ExplicitHashKey", Rules.hashKey)
        let start = payload.count
        switch input.value("Data") {
        case .bytes(let bytes)?: payload += bytes
        case .text(let text)? where format == .json:
            guard let bytes = Base64.decode(text.utf8) else { throw .serialization("Data is not in base 64") }
            payload += bytes
        case nil: input.missing("Data")
        default: throw .serialization("Data is no blob")
        }
        // What is longer is refused with its place; more than a request holds cannot come.
        starts.append(Int32(start))
        ends.append(Int32(payload.count))
        keys.append(key.utf8)
        if let hashKey {
            hashKeys += repeatElement(nil, count: count - 1 - hashKeys.count)
            // The rule of the text is told by `finish`, together with all others.
            guard SequenceNumber(parsing: hashKey) != nil, hashKey.utf8.count <= 39 else { return }
            guard let hash = UInt128(hashKey) else { throw Self.tooLarge(hashKey) }
            hashKeys.append(hash)
        } else if !hashKeys.isEmpty {
            hashKeys.append(nil)
        }
    }

    static func tooLarge(_ hashKey: String) -> ServiceFault {
        Faults.invalid("Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was \(hashKey)")
    }

    /// The records but those of some rows.
    func without(_ gone: [Int: String]) -> PutEntries {
        let rows = (0..<Int32(count)).filter { gone[Int($0)] == nil }
        var kept = self
        kept.keys = keys.gather(rows)
        kept.starts = rows.map { starts[Int($0)] }
        kept.ends = rows.map { ends[Int($0)] }
        kept.hashKeys = hashKeys.isEmpty ? [] : rows.map { hashKeys[Int($0)] }
        return kept
    }
}
