import SluiceCore
import SluiceLog
import SluiceServer
import SluiceStreams

enum SplitShard {
    static let operation = KinesisOperation("SplitShard") { call in
        var input = try call.input()
        let reference = try input.stream()
        let shard = try input.requiredText("ShardToSplit", Rules.shard)
        let hashKey = try input.requiredText("NewStartingHashKey", Rules.hashKey)
        try input.finish()
        let target = try call.target(reference)
        let open = try Resharding.open(shard, target)
        guard let hash = UInt128(hashKey), hash > open.range.first, hash <= open.range.last,
            hash > open.range.first + 1 || hash < open.range.last
        else {
            throw Faults.invalid(
                "NewStartingHashKey \(hashKey) used in SplitShard() on shard \(shard) in stream \(target.name) under account "
                    + "\(target.scope.id.account) is not both greater than one plus the shard's StartingHashKey \(open.range.first) and less "
                    + "than the shard's EndingHashKey \(open.range.last).")
        }
        do throws(SluiceError) {
            try await target.scope.writing.splitShard(target.name, open.id, at: hash)
        } catch {
            throw target.refusal(error)
        }
        return .empty
    }
}
