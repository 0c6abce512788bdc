#if Kafka
import CRdkafka
import SluiceCore
import SluiceStreams

/// What a partition holds: offsets from `low` up to, not including, `high`.
struct Watermarks: Hashable, Sendable {
    var low: Int64
    var high: Int64
}

extension KafkaStreams {
    /// What a partition holds now.
    ///
    /// The library's own question for both marks waits without end for a broker that went away, so each is asked for as a time.
    func watermarks(_ place: PartitionPlace) async throws(SluiceError) -> Watermarks {
        try await readers.client().request { client in
            let action = "look up the end of \(place.description)"
            return Self.lookUp(Int64(RD_KAFKA_OFFSET_BEGINNING), place, client, action).flatMap { low in
                Self.lookUp(Int64(RD_KAFKA_OFFSET_END), place, client, action).map { Watermarks(low: low, high: max(low, $0)) }
            }
        }
    }

    /// Asks for the first record with a timestamp, in milliseconds, that is not earlier; or for the partition's beginning or end.
    ///
    /// - Returns: Negative where no record is that late.
    private static func lookUp(
        _ millis: Int64, _ place: PartitionPlace, _ client: KafkaClient, _ action: String
    ) -> Result<Int64, SluiceError> {
        let list = rd_kafka_topic_partition_list_new(1)
        defer { rd_kafka_topic_partition_list_destroy(list) }
        guard let entry = rd_kafka_topic_partition_list_add(list, place.topic, Int32(place.partition)) else {
            preconditionFailure("librdkafka adds no partition to a list")
        }
        entry.pointee.offset = millis
        var code = rd_kafka_offsets_for_times(client.handle.pointer, list, client.requestMillis)
        if code == RD_KAFKA_RESP_ERR_NO_ERROR { code = entry.pointee.err }
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { return .failure(client.error(code, cannot: action)) }
        return .success(entry.pointee.offset)
    }

    /// The offset of the first record that an iterator returns.
    ///
    /// - Throws: `invalidArgument` for a number that the partition has not reached.
    func offset(of position: IteratorPosition, _ place: PartitionPlace) async throws(SluiceError) -> Int64 {
        let marks = try await watermarks(place)
        switch position {
        case .trimHorizon: return marks.low
        case .latest: return marks.high
        case .atSequenceNumber(let number): return max(marks.low, try offset(number, place, marks))
        case .afterSequenceNumber(let number): return max(marks.low, try offset(number, place, marks) + 1)
        case .atTimestamp(let micros): return try await offset(atMicros: micros, place, marks)
        }
    }

    private func offset(_ number: SequenceNumber, _ place: PartitionPlace, _ marks: Watermarks) throws(SluiceError) -> Int64 {
        guard let value = number.value, value <= UInt128(max(0, marks.high)) else {
            throw SluiceError(
                .invalidArgument, "\(number) is no sequence number of \(place.description)",
                remedy: "it holds \(marks.low) to \(marks.high), the last one excluded")
        }
        return min(Int64(value), marks.high)
    }

    /// The broker finds the first record with a timestamp, in milliseconds, that is not earlier.
    private func offset(atMicros micros: Int64, _ place: PartitionPlace, _ marks: Watermarks) async throws(SluiceError) -> Int64 {
        let millis = max(0, micros / 1_000 + (micros % 1_000 > 0 ? 1 : 0))
        let found = try await readers.client().request { client in
            Self.lookUp(millis, place, client, "look up a time in \(place.description)")
        }
        // Negative where no record is that late.
        return found < 0 ? marks.high : min(max(found, marks.low), marks.high)
    }
}

extension SluiceError {
    /// A record that is there did not come in time.
    static func unanswered(_ reader: PartitionReader) -> SluiceError {
        reader.client.error(reader.lastRefusal ?? RD_KAFKA_RESP_ERR__TIMED_OUT, cannot: "read \(reader.place.description)")
    }
}
#endif
