import SluiceCore
import SluiceStreams

/// Records that wait to be put, in order, and what each call takes of them.
///
/// With `keepsOrder`, a call takes one record of a key at most: when the backend refuses some records of a call and stores others, no record
/// overtakes an earlier one of its key.
struct PutQueue {
    let keepsOrder: Bool
    /// Whether the hashes of keys are known, for whoever packs records.
    private let isHashed: Bool
    private(set) var keys: [String] = []
    private(set) var payloads = RawRecords(bytes: [])
    /// Of the keys; none unless they are wanted.
    private(set) var hashes: [UInt128] = []
    /// Rows that are not stored yet, in order.
    private(set) var waiting: [Int] = []

    init(keepsOrder: Bool, isHashed: Bool = false) {
        self.keepsOrder = keepsOrder
        self.isHashed = isHashed
    }

    var isEmpty: Bool { waiting.isEmpty }
    var count: Int { waiting.count }
    var byteCount: Int { payloads.bytes.count }

    mutating func append(key: String, payload: ArraySlice<UInt8>) {
        waiting.append(keys.count)
        keys.append(key)
        if isHashed { hashes.append(HashRange.hash(of: key)) }
        payloads.starts.append(Int32(payloads.bytes.count))
        payloads.bytes += payload
        payloads.ends.append(Int32(payloads.bytes.count))
    }

    /// Bytes of a row's key and payload.
    func size(_ row: Int) -> Int { keys[row].utf8.count + payloads.range(row).count }

    /// The rows of the next call: those that stand first, within the bounds of a put.
    func nextCall() -> [Int] {
        var rows: [Int] = []
        var taken: Set<String> = []
        var bytes = 0
        for row in waiting {
            let size = size(row)
            if rows.count == StreamLimits.putRecords || (bytes + size > StreamLimits.putBytes && !rows.isEmpty) { break }
            if keepsOrder, !taken.insert(keys[row]).inserted { continue }
            rows.append(row)
            bytes += size
        }
        return rows
    }

    func batch(_ rows: [Int]) -> PutBatch {
        PutBatch(keys: ByteRows(texts: rows.map { keys[$0] }), payloads: payloads.gather(rows.map { Int32($0) }))
    }

    /// Takes stored rows out.
    mutating func remove(_ rows: Set<Int>) {
        waiting.removeAll { rows.contains($0) }
        if waiting.isEmpty { self = PutQueue(keepsOrder: keepsOrder, isHashed: isHashed) }
    }
}
