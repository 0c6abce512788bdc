import SluiceCore
import SluiceLog
import SluiceServer
import SluiceStreams

enum MergeShards {
    static let operation = KinesisOperation("MergeShards") { call in
        var input = try call.input()
        let reference = try input.stream()
        let first = try input.requiredText("ShardToMerge", Rules.shard)
        let second = try input.requiredText("AdjacentShardToMerge", Rules.shard)
        try input.finish()
        let target = try call.target(reference)
        let (a, b) = (try Resharding.open(first, target), try Resharding.open(second, target))
        let (low, high) = a.range.first < b.range.first ? (a, b) : (b, a)
        guard low.id != high.id, low.range.last < .max, low.range.last + 1 == high.range.first else {
            throw Faults.invalid(
                "Shards \(first) and \(second) in stream \(target.name) under account \(target.scope.id.account) are not an adjacent pair of "
                    + "shards eligible for merging")
        }
        do throws(SluiceError) {
            try await target.scope.writing.mergeShards(target.name, a.id, b.id)
        } catch {
            throw target.refusal(error)
        }
        return .empty
    }
}
