#if Kafka
import CRdkafka
import SluiceCore
import SluiceStreams

/// Makes the library's configuration of a client.
enum KafkaConfiguration {
    /// What this backend relies on; users cannot set these.
    ///
    /// A producer has one request at a time on its way to a broker. With more, a broker that does not know the producer yet, or no longer, takes a
    /// request behind one that it refused (Kafka: `ProducerAppendInfo.checkSequence`, KAFKA-14359), and the library then takes the refused records
    /// for stored (`rd_kafka_handle_idempotent_Produce_success`); and before 2.3 it gives up, or stores records twice, when it loses a connection
    /// with more than one on it (librdkafka #3584, #4438). Records that wait go together in the next request.
    private static func fixed(_ role: KafkaClient.Role) -> [(String, String)] {
        switch role {
        case .producer:
            [
                ("acks", "all"), ("enable.idempotence", "true"), ("max.in.flight.requests.per.connection", "1"),
                ("allow.auto.create.topics", "false"),
                ("queue.buffering.max.kbytes", String(KafkaLimits.queuedKilobytes)),
                ("message.max.bytes", String(StreamLimits.recordBytes.upperBound + KafkaLimits.overheadBytes)),
            ]
        case .consumer:
            [
                ("enable.auto.commit", "false"), ("enable.auto.offset.store", "false"), ("enable.partition.eof", "true"),
                ("auto.offset.reset", "error"), ("allow.auto.create.topics", "false"), ("check.crcs", "true"),
                ("queued.max.messages.kbytes", String(KafkaLimits.fetchedKilobytes)),
            ]
        }
    }

    /// What users may set otherwise. A put waits for its acknowledgement, so nothing is gained by letting records linger.
    private static func defaults(_ role: KafkaClient.Role) -> [(String, String)] {
        let common = [("client.id", "sluice"), ("socket.keepalive.enable", "true")]
        return switch role {
        case .producer: common + [("linger.ms", "0"), ("message.timeout.ms", String(KafkaLimits.deliveryMillis))]
        case .consumer: common
        }
    }

    /// - Returns: A configuration that the caller gives to a client, or discards.
    /// - Throws: `invalidOption` for a value that the library refuses; a secret's value is not part of it.
    static func make(_ settings: KafkaSettings, _ role: KafkaClient.Role) throws(SluiceError) -> OpaquePointer {
        guard let configuration = rd_kafka_conf_new() else { preconditionFailure("librdkafka makes no configuration") }
        do throws(SluiceError) {
            for (name, value) in defaults(role) { try set(name, value, in: configuration) }
            for (name, value) in settings.properties.sorted(by: { $0.key < $1.key }) {
                if try KafkaProperty(named: name).applies(to: role) { try set(name, value, in: configuration) }
            }
            for (name, value) in fixed(role) + [("bootstrap.servers", settings.brokers)] { try set(name, value, in: configuration) }
        } catch {
            discard(configuration)
            throw error
        }
        return configuration
    }

    static func discard(_ configuration: OpaquePointer) { rd_kafka_conf_destroy(configuration) }

    private static func set(_ name: String, _ value: String, in configuration: OpaquePointer) throws(SluiceError) {
        var reason = [CChar](repeating: 0, count: 512)
        guard rd_kafka_conf_set(configuration, name, value, &reason, reason.count) != RD_KAFKA_CONF_OK else { return }
        let shown = KafkaProperty.isSecret(name) ? "its value is refused" : LibraryText.decode(reason)
        throw SluiceError(
            .invalidOption, "the Kafka property \(name) cannot be set: \(shown)",
            remedy: "see the list of properties in librdkafka's documentation (CONFIGURATION.md)")
    }
}
#endif
