#if Kafka
package import SluiceCore
package import SluiceStreams

extension KafkaStreams {
    /// Offsets count records; where a topic is compacted or written by transactions, some belong to none, so a distance is an upper bound.
    package var sequenceStep: UInt128? { 1 }

    package func shardContents(_ stream: String, _ shard: ShardID, withTimes: Bool) async throws(SluiceError) -> ShardContents {
        let place = try await place(stream, shard)
        let marks = try await watermarks(place)
        guard marks.high > marks.low else { return .empty }
        let newest = marks.high - 1
        var micros: (oldest: Int64?, newest: Int64?) = (nil, nil)
        if withTimes {
            micros.oldest = try await arrival(place, at: marks.low, marks)
            micros.newest = newest == marks.low ? micros.oldest : try await arrival(place, at: newest, marks)
        }
        return .records(
            oldest: SequenceNumber(UInt128(marks.low)), newest: SequenceNumber(UInt128(newest)), oldestMicros: micros.oldest,
            newestMicros: micros.newest)
    }

    /// When the first record from an offset on arrived; nil where there is none any more.
    private func arrival(_ place: PartitionPlace, at offset: Int64, _ marks: Watermarks) async throws(SluiceError) -> Int64? {
        try await page(place, from: offset, to: marks.high, limit: 1).lastArrivalMicros
    }
}
#endif
