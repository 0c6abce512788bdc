package import SluiceCore
package import SluiceStreams
import Synchronization

extension RecordStream {
    /// The oldest and the newest record of a shard.
    ///
    /// - Parameter withTimes: Whether to look up when they arrived.
    /// - Complexity: O(1), and with times a walk over the headers of the newest segment where another process writes the stream.
    package func contents(of shard: Int, withTimes: Bool = false) throws(SluiceError) -> ShardContents {
        let start = table.withLock { $0.metadata.shards.first { $0.id.number == shard }?.start } ?? 0
        let (first, end) = (max(start, try horizon(shard)), try view(shard).durableEnd())
        guard first < end else { return .empty }
        let oldest = withTimes ? try header(shard, from: first) : nil
        let micros = withTimes ? try newestMicros(shard, end: end) : nil
        // Records may have been trimmed, or taken by damage, between the mark and the first that is there.
        if withTimes, oldest == nil { return .empty }
        return .records(
            oldest: SequenceNumber(shard: shard, offset: max(first, oldest?.baseSequence ?? 0)),
            newest: SequenceNumber(shard: shard, offset: end - 1), oldestMicros: oldest?.arrivalMicros, newestMicros: micros)
    }

    /// When the newest record of a shard arrived.
    func newestMicros(_ shard: Int, end: UInt64) throws(SluiceError) -> Int64? {
        if let writer = table.withLock({ $0.writers[shard] }) { return writer.state.withLock { $0.visibleArrivalMicros } }
        return try header(shard, from: end - 1)?.arrivalMicros
    }

    /// The header of the frame with a record, or of the next one there is.
    private func header(_ shard: Int, from offset: UInt64) throws(SluiceError) -> FrameHeader? {
        var reader = try reader(shard: shard, from: .sequence(offset))
        return try reader.nextHeader()
    }
}
