import SluiceCore
import SluiceLog
import SluiceServer
import SluiceStreams

extension StreamQuotas {
    /// What the shards of a stream refuse of a put.
    ///
    /// - Parameter rows: Rows of the entries that are put.
    /// - Returns: The shard that refuses, by row.
    func refusals(_ entries: PutEntries, rows: [Int], _ target: StreamTarget) throws(SluiceError) -> [Int: ShardID] {
        var router = try target.scope.writing.stream(target.name).router()
        let shards = router.route(entries.keys)
        let records = rows.map { row in
            let hash = entries.hashKeys.isEmpty ? nil : entries.hashKeys[row]
            let number = Int(hash.map { router.shard(owning: $0) } ?? shards[row])
            return (
                shard: Shard(scope: target.scope.id, stream: target.name, number: number),
                bytes: Int(entries.ends[row] - entries.starts[row]) + entries.keys.length(row)
            )
        }
        var refused: [Int: ShardID] = [:]
        for (place, isTaken) in put(records).enumerated() where !isTaken { refused[rows[place]] = ShardID(records[place].shard.number) }
        return refused
    }
}

extension RecordPage {
    /// Bytes of the records and their keys.
    var recordBytes: Int {
        batches.reduce(0) { sum, batch in
            sum + (0..<batch.count).reduce(0) { $0 + batch.payloads.range($1).count + batch.keys.length($1) }
        }
    }
}
