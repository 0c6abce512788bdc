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
    func watermarks(_ place: PartitionPlace) async throws(SluiceError) -> Watermarks {
        try await readers.client().request { client in
            var marks = Watermarks(low: 0, high: 0)
            let code = rd_kafka_query_watermark_offsets(
                client.handle.pointer, place.topic, Int32(place.partition), &marks.low, &marks.high, client.requestMillis)
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
                return .failure(client.error(code, cannot: "look up the end of \(place.description)"))
            }
            return .success(marks)
        }
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
        let found: Int64 = try await readers.client().request { client in
            let list = rd_kafka_topic_partition_list_new(1)
            defer { rd_kafka_topic_partition_list_destroy(list) }
            guard let entry = rd_kafka_topic_partition_list_add(list, place.topic, Int32(place.partition)) else {
                preconditionFailure("librdkafka adds no partition to a list")
            }
            entry.pointee.offset = millis
            var code = rd_kafka_offsets_for_times(client.handle.pointer, list, client.requestMillis)
            if code == RD_KAFKA_RESP_ERR_NO_ERROR { code = entry.pointee.err }
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
                return .failure(client.error(code, cannot: "look up a time in \(place.description)"))
            }
            return .success(entry.pointee.offset)
        }
        // Negative where no record is that late.
        return found < 0 ? marks.high : min(max(found, marks.low), marks.high)
    }
}

extension SluiceError {
    /// A record that is there did not come in time.
    static func unanswered(_ client: KafkaClient, _ place: PartitionPlace) -> SluiceError {
        client.error(RD_KAFKA_RESP_ERR__TIMED_OUT, cannot: "read \(place.description)")
    }
}
#endif
