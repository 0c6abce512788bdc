import SluiceCore
import SluiceLog
import SluicePipelines
import SluiceStreams

extension StreamSource: LaggingSource {
    func lag(behind positions: SourcePositions) throws -> [SplitLag] {
        try stream.refresh()
        return try stream.shardNumbers.map { shard in
            let end = try stream.endSequence(shard: shard)
            let reached = try position(of: shard, positions) ?? stream.horizon(shard)
            return SplitLag(
                split: ShardID(shard).description, reached: Int64(clamping: reached),
                records: Int64(clamping: end > reached ? end - reached : 0))
        }
    }
}
