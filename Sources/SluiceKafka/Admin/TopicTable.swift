#if Kafka
import CRdkafka
import SluiceCore
import SluiceStreams
import Synchronization

/// How many partitions topics have, asked of the cluster and relied on for `KafkaLimits.topicMillis`.
final class TopicTable: Sendable {
    /// A topic and where its keys go.
    struct Topic: Sendable {
        let partitions: Int
        private let router: KeyRouter

        init(partitions: Int) {
            self.partitions = partitions
            router = KeyRouter(HashRange.slices(partitions))
        }

        /// The partition of each record, by the hash of its key or the one that is given.
        func route(_ batch: PutBatch) -> [Int32] {
            if partitions == 1 { return Array(repeating: 0, count: batch.count) }
            return (0..<batch.count).map { row in
                router.shard(owning: batch.hashKeys?[row] ?? batch.keys.withRow(row) { HashRange.hash(of: UnsafeRawBufferPointer($0)) })
            }
        }
    }

    private struct Entry {
        var topic: Topic
        var asked: ContinuousClock.Instant
    }

    private let readers: ReaderPool
    private let entries = Mutex<[String: Entry]>([:])

    init(_ readers: ReaderPool) { self.readers = readers }

    func forget(_ name: String) { entries.withLock { $0[name] = nil } }

    /// - Throws: `notFound`, with the topics that there are; `invalidOption` for what cannot be a topic's name.
    func topic(_ name: String, isFresh: Bool = false) async throws(SluiceError) -> Topic {
        try Self.checkName(name)
        let now = ContinuousClock.now
        if !isFresh, let entry = entries.withLock({ $0[name] }), now - entry.asked < .milliseconds(KafkaLimits.topicMillis) {
            return entry.topic
        }
        let count = try await readers.client().request { client in Self.partitions(of: name, client) }
        guard let count else {
            forget(name)
            throw SluiceError(
                .notFound, "there is no topic \(name.quotedForMessage)",
                remedy: Suggestion.remedy(for: name, in: try await names(), noun: "topics"))
        }
        guard count <= StreamLimits.shards else {
            throw SluiceError(
                .limitExceeded, "topic \(name.quotedForMessage) has \(count) partitions; a stream has at most \(StreamLimits.shards)")
        }
        let topic = Topic(partitions: count)
        entries.withLock { $0[name] = Entry(topic: topic, asked: now) }
        return topic
    }

    /// Names of all topics but the cluster's own, sorted.
    func names() async throws(SluiceError) -> [String] {
        let names = try await readers.client().request { client in
            Self.metadata(client, nil, "list the topics") { topics in topics.map { String(cString: $0.topic) } }
        }
        return names.filter { !$0.hasPrefix("__") }.sorted()
    }

    /// - Throws: `invalidOption` unless the name has 1 to 249 of `[a-zA-Z0-9._-]` (Kafka) and is not `.` or `..`.
    static func checkName(_ name: String) throws(SluiceError) {
        let allowed = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"): true
            default: false
            }
        }
        guard allowed, (1...KafkaLimits.nameCharacters).contains(name.utf8.count), name != ".", name != ".." else {
            throw SluiceError(
                .invalidOption, "\(name.quotedForMessage) cannot name a topic",
                remedy: "use 1 to \(KafkaLimits.nameCharacters) letters a to z, digits, and _ . -")
        }
    }

    /// - Returns: Nil where there is no such topic.
    private static func partitions(of name: String, _ client: KafkaClient) -> Result<Int?, SluiceError> {
        let action = "look up topic \(name.quotedForMessage)"
        guard let handle = rd_kafka_topic_new(client.handle.pointer, name, nil) else {
            return .failure(client.error(rd_kafka_last_error(), cannot: action))
        }
        defer { rd_kafka_topic_destroy(handle) }
        let found = metadata(client, handle, action) { topics in topics.first.map { ($0.err, Int($0.partition_cnt)) } }
        return found.flatMap { found in
            guard let (code, count) = found, code != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART else { return .success(nil) }
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR || (code == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE && count > 0) else {
                return .failure(client.error(code, cannot: action))
            }
            return .success(count > 0 ? count : nil)
        }
    }

    /// Asks for one topic, or for all.
    private static func metadata<Found>(
        _ client: KafkaClient, _ topic: OpaquePointer?, _ action: String, _ read: ([rd_kafka_metadata_topic]) -> Found
    ) -> Result<Found, SluiceError> {
        var answer: UnsafePointer<rd_kafka_metadata>?
        let code = rd_kafka_metadata(client.handle.pointer, topic == nil ? 1 : 0, topic, &answer, client.requestMillis)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let answer else { return .failure(client.error(code, cannot: action)) }
        defer { rd_kafka_metadata_destroy(answer) }
        return .success(read(Array(UnsafeBufferPointer(start: answer.pointee.topics, count: Int(answer.pointee.topic_cnt)))))
    }
}
#endif
