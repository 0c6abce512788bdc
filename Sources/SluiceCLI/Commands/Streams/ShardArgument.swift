import ArgumentParser
import SluiceCore
import SluiceLog
import SluiceStreams

/// A shard as a person names it: `3`, or `shardId-000000000003`.
struct ShardArgument: Hashable, Sendable, ExpressibleByArgument {
    var number: Int

    init?(argument: String) {
        guard let number = ShardID(parsing: argument)?.number ?? Int(argument), number >= 0 else { return nil }
        self.number = number
    }
}

extension RecordStream {
    /// The shards that a command reads: all, or the one that was named.
    ///
    /// - Throws: `usage` for one that is not there.
    func shards(named shard: ShardArgument?) throws(SluiceError) -> [Int] {
        let all = shardNumbers
        guard let shard else { return all }
        guard all.contains(shard.number) else {
            let isGapless = all == Array(0..<all.count)
            throw SluiceError(
                .usage, "stream \(name.quotedForMessage) has no shard \(shard.number)",
                remedy: isGapless
                    ? "shards are numbered 0 to \(all.count - 1)" : "it has the shards \(all.map(String.init).joined(separator: ", "))")
        }
        return [shard.number]
    }
}
