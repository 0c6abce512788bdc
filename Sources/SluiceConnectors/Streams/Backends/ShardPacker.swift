import SluiceCore
import SluiceStreams

/// Packs records that wait, so that one record of the stream has many of one shard (the Kinesis Producer Library's aggregation).
///
/// Readers leave those of its records out whose keys belong to another shard than the one where it is, so it has records of one shard alone.
struct ShardPacker {
    /// Bytes of a packed record; one record that is longer is put alone.
    static let packedBytes = 256 << 10
    /// What a record takes beside its key and data when it is packed, at most: keys of fields, lengths and an index.
    private static let overheadBytes = 24

    private let ranges: [Int: HashRange]
    private let router: KeyRouter

    /// - Parameter shards: Of the stream, closed ones too. Nil while the open ones do not share all hashes, which a change of them may show.
    init?(_ shards: [ShardSummary]) {
        let open = shards.filter(\.isOpen).sorted { $0.range.first < $1.range.first }
        var next: UInt128? = 0
        for shard in open {
            guard shard.range.first == next else { return nil }
            next = shard.range.last == .max ? nil : shard.range.last + 1
        }
        guard next == nil else { return nil }
        ranges = Dictionary(shards.map { ($0.id.number, $0.range) }) { $1 }
        // A service numbers shards as it likes: those of the router are their places.
        router = KeyRouter(open.map(\.range))
    }

    /// The rows of each record of the next call, those that stand first.
    ///
    /// - Parameter keepsOrder: Whether a call has one record of a shard at most, so that none overtakes one that is refused.
    func groups(of queue: PutQueue, keepsOrder: Bool) -> [[Int]] {
        var groups: [[Int]] = []
        var sizes: [Int] = []
        var growing: [Int32: Int] = [:]
        var full: Set<Int32> = []
        var bytes = 0
        for row in queue.waiting {
            let shard = router.shard(owning: queue.hashes[row])
            let size = queue.size(row) + Self.overheadBytes
            if full.contains(shard) { continue }
            if bytes + size > StreamLimits.putBytes, !groups.isEmpty { break }
            if let group = growing[shard], sizes[group] + size <= Self.packedBytes {
                groups[group].append(row)
                sizes[group] += size
            } else if groups.count == StreamLimits.putRecords || (keepsOrder && growing[shard] != nil) {
                full.insert(shard)
                continue
            } else {
                growing[shard] = groups.count
                groups.append([row])
                sizes.append(size)
            }
            bytes += size
        }
        return groups
    }

    /// A record for each group: a packed one, or for one row a plain one.
    func batch(_ groups: [[Int]], of queue: PutQueue) -> PutBatch {
        var payloads = RawRecords(bytes: [])
        for rows in groups {
            payloads.starts.append(Int32(payloads.bytes.count))
            if rows.count == 1 {
                payloads.bytes += queue.payloads[rows[0]]
            } else {
                payloads.bytes += AggregatedRecord(rows.map { .init(key: queue.keys[$0], data: Array(queue.payloads[$0])) }).payload
            }
            payloads.ends.append(Int32(payloads.bytes.count))
        }
        return PutBatch(keys: ByteRows(texts: groups.map { queue.keys[$0[0]] }), payloads: payloads)
    }

    /// Those rows of a stored record that readers of its shard get; nil where the shard is not known.
    func readable(_ rows: [Int], of queue: PutQueue, in shard: ShardID) -> [Int]? {
        if rows.count == 1 { return rows }
        return ranges[shard.number].map { range in rows.filter { range.contains(queue.hashes[$0]) } }
    }
}
