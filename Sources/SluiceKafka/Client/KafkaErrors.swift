#if Kafka
import CRdkafka
import SluiceCore
import SluiceStreams

extension SluiceError.Code {
    /// The cluster knows who asks and does not let them, or does not believe who they are.
    static let accessDenied = Self("access-denied", .definition)
}

extension SluiceError {
    /// What a code of the library means to whoever asked.
    ///
    /// - Parameters:
    ///   - action: With a verb, behind "cannot": `read topic "x"`.
    ///   - detail: What the broker said, where that is more than the code.
    ///   - trouble: The last problem with a broker.
    static func kafka(
        _ code: rd_kafka_resp_err_t, cannot action: String, detail: String? = nil, brokers: String = "", trouble: String? = nil
    ) -> SluiceError {
        let text = detail.map { "\(LibraryText.tidy($0)) (\(LibraryText.of(code)))" } ?? LibraryText.of(code)
        let message = "cannot \(action): \(text)"
        switch code {
        case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
            return SluiceError(.notFound, message, remedy: "see what topics there are")
        case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS: return SluiceError(.alreadyExists, message)
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
            return SluiceError(.recordTooLarge, message, remedy: "raise the topic's max.message.bytes, or send shorter records")
        case RD_KAFKA_RESP_ERR__QUEUE_FULL, RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED:
            return SluiceError(.throughputExceeded, message, remedy: "send less at a time", isRetriable: true)
        case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE, RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION,
            RD_KAFKA_RESP_ERR_TOPIC_DELETION_DISABLED:
            return SluiceError(.notOffered, message, remedy: "the brokers must allow it")
        case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, RD_KAFKA_RESP_ERR_INVALID_PARTITIONS, RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR,
            RD_KAFKA_RESP_ERR_INVALID_CONFIG, RD_KAFKA_RESP_ERR_INVALID_REQUEST, RD_KAFKA_RESP_ERR_POLICY_VIOLATION,
            RD_KAFKA_RESP_ERR__INVALID_ARG:
            return SluiceError(.invalidArgument, message)
        case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
            RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, RD_KAFKA_RESP_ERR__AUTHENTICATION:
            return SluiceError(.accessDenied, message, remedy: "check the security properties, and the access rights on the cluster")
        case RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__TIMED_OUT,
            RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_RESP_ERR__RESOLVE:
            let reason = trouble.map { "; the last trouble was: \($0)" } ?? ""
            return SluiceError(
                .ioFailure, message + reason,
                remedy: "check that the brokers (\(brokers)) run, that they can be reached from here, and the security properties",
                isRetriable: true)
        default: return SluiceError(.ioFailure, message, isRetriable: isPassing(code) || Self.retried.contains(code.rawValue))
        }
    }

    /// Whether a broker's error ends by itself.
    static func isPassing(_ code: rd_kafka_resp_err_t) -> Bool { passing.contains(code.rawValue) }

    private static let passing: Set<Int32> = Set(
        [
            RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
            RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION,
            RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND,
            RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, RD_KAFKA_RESP_ERR_NOT_CONTROLLER, RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH,
            RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH, RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE,
        ].map(\.rawValue))

    /// What the library gave up, and another try may do: a producer that lost its place in the sequence is replaced.
    private static let retried: Set<Int32> = Set(
        [
            RD_KAFKA_RESP_ERR__PURGE_QUEUE, RD_KAFKA_RESP_ERR__PURGE_INFLIGHT, RD_KAFKA_RESP_ERR__FATAL,
            RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, RD_KAFKA_RESP_ERR_DUPLICATE_SEQUENCE_NUMBER,
            RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID,
        ].map(\.rawValue))

    static func kafkaUnsupported(_ what: String, remedy: String? = nil) -> SluiceError {
        SluiceError(.notOffered, "Kafka has no \(what)", remedy: remedy)
    }

    static func kafkaClosed() -> SluiceError { SluiceError(.interrupted, "the connection to the Kafka cluster was closed") }
}

extension KafkaClient {
    /// The error of a request of this client.
    func error(_ code: rd_kafka_resp_err_t, cannot action: String, detail: String? = nil) -> SluiceError {
        .kafka(code, cannot: action, detail: detail, brokers: brokers, trouble: trouble)
    }
}
#endif
