#if Kafka
import CRdkafka
import SluiceCore
import SluiceKafka
import SluiceStreams
import Testing

/// The library's own cluster in this process: brokers that keep records in memory and listen on loopback.
///
/// It makes no topics by request, finds no offsets by time, keeps 5 MiB of a partition, and lets a fetch that finds nothing wait its whole time.
final class MockCluster: @unchecked Sendable {
    enum API: Int16 {
        case produce = 0
        case fetch = 1
        case listOffsets = 2
        case metadata = 3
    }

    private let client: OpaquePointer
    private let cluster: OpaquePointer
    let brokers: String

    init(brokers count: Int32 = 1) throws {
        let configuration = rd_kafka_conf_new()
        rd_kafka_conf_set_log_cb(configuration) { _, _, _, _ in }
        var reason = [CChar](repeating: 0, count: 256)
        client = try #require(rd_kafka_new(RD_KAFKA_PRODUCER, configuration, &reason, reason.count))
        cluster = try #require(rd_kafka_mock_cluster_new(client, count))
        brokers = String(cString: rd_kafka_mock_cluster_bootstraps(cluster))
    }

    deinit {
        rd_kafka_mock_cluster_destroy(cluster)
        rd_kafka_destroy(client)
    }

    func makeTopic(_ name: String, partitions: Int32 = 1) {
        #expect(rd_kafka_mock_topic_create(cluster, name, partitions, 1) == RD_KAFKA_RESP_ERR_NO_ERROR)
    }

    /// Lets the next requests of a kind fail.
    func fail(_ api: API, with errors: [rd_kafka_resp_err_t]) {
        rd_kafka_mock_push_request_errors_array(cluster, api.rawValue, errors.count, errors)
    }

    func setDown(_ broker: Int32 = 1) { #expect(rd_kafka_mock_broker_set_down(cluster, broker) == RD_KAFKA_RESP_ERR_NO_ERROR) }
    func setUp(_ broker: Int32 = 1) { #expect(rd_kafka_mock_broker_set_up(cluster, broker) == RD_KAFKA_RESP_ERR_NO_ERROR) }

    /// A backend that asks often and gives up early enough for a test.
    func streams(_ properties: [String: String] = [:], requestMillis: Int = 20_000) throws -> KafkaStreams {
        let quick = [
            "fetch.wait.max.ms": "20", "reconnect.backoff.ms": "20", "reconnect.backoff.max.ms": "100", "fetch.error.backoff.ms": "20",
        ]
        var settings = try KafkaSettings(brokers: brokers, properties: quick.merging(properties) { $1 })
        settings.requestMillis = requestMillis
        return KafkaStreams(settings)
    }
}
#endif
