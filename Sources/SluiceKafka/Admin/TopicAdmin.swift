#if Kafka
import CRdkafka
import SluiceCore

/// The library's requests that make, change and remove topics.
enum TopicAdmin {
    /// As many replicas as the brokers are configured to make.
    private static let replicas: Int32 = -1

    /// - Throws: `alreadyExists`, `invalidArgument` with the broker's reason, and what all requests throw.
    static func create(_ name: String, partitions: Int, _ settings: TopicSettings, _ client: KafkaClient) async throws(SluiceError) {
        let action = "make topic \(name.quotedForMessage)"
        try await client.request { client -> Result<Void, SluiceError> in
            var reason = [CChar](repeating: 0, count: 512)
            guard let topic = rd_kafka_NewTopic_new(name, Int32(partitions), replicas, &reason, reason.count) else {
                return .failure(client.error(RD_KAFKA_RESP_ERR__INVALID_ARG, cannot: action, detail: LibraryText.decode(reason)))
            }
            defer { rd_kafka_NewTopic_destroy(topic) }
            for (key, value) in settings.values { rd_kafka_NewTopic_set_config(topic, key, value) }
            var topics: [OpaquePointer?] = [topic]
            return ask(client, action, RD_KAFKA_ADMIN_OP_CREATETOPICS) { options, queue in
                rd_kafka_CreateTopics(client.handle.pointer, &topics, topics.count, options, queue)
            } read: { event in
                var count = 0
                return check(rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count), count, client, action)
            }
        }
    }

    static func delete(_ name: String, _ client: KafkaClient) async throws(SluiceError) {
        let action = "delete topic \(name.quotedForMessage)"
        try await client.request { client -> Result<Void, SluiceError> in
            guard let topic = rd_kafka_DeleteTopic_new(name) else { preconditionFailure("librdkafka makes no request") }
            defer { rd_kafka_DeleteTopic_destroy(topic) }
            var topics: [OpaquePointer?] = [topic]
            return ask(client, action, RD_KAFKA_ADMIN_OP_DELETETOPICS) { options, queue in
                rd_kafka_DeleteTopics(client.handle.pointer, &topics, topics.count, options, queue)
            } read: { event in
                var count = 0
                return check(rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count), count, client, action)
            }
        }
    }

    static func addPartitions(_ name: String, upTo total: Int, _ client: KafkaClient) async throws(SluiceError) {
        let action = "give topic \(name.quotedForMessage) \(total) partitions"
        try await client.request { client -> Result<Void, SluiceError> in
            var reason = [CChar](repeating: 0, count: 512)
            guard let change = rd_kafka_NewPartitions_new(name, total, &reason, reason.count) else {
                return .failure(client.error(RD_KAFKA_RESP_ERR__INVALID_ARG, cannot: action, detail: LibraryText.decode(reason)))
            }
            defer { rd_kafka_NewPartitions_destroy(change) }
            var changes: [OpaquePointer?] = [change]
            return ask(client, action, RD_KAFKA_ADMIN_OP_CREATEPARTITIONS) { options, queue in
                rd_kafka_CreatePartitions(client.handle.pointer, &changes, changes.count, options, queue)
            } read: { event in
                var count = 0
                return check(
                    rd_kafka_CreatePartitions_result_topics(rd_kafka_event_CreatePartitions_result(event), &count), count, client, action)
            }
        }
    }

    /// What a topic is configured with, those that nobody set included.
    static func settings(of name: String, _ client: KafkaClient) async throws(SluiceError) -> TopicSettings {
        let action = "read the settings of topic \(name.quotedForMessage)"
        return try await client.request { client -> Result<TopicSettings, SluiceError> in
            guard let resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name) else {
                return .failure(client.error(RD_KAFKA_RESP_ERR__INVALID_ARG, cannot: action))
            }
            defer { rd_kafka_ConfigResource_destroy(resource) }
            var resources: [OpaquePointer?] = [resource]
            return ask(client, action, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS) { options, queue in
                rd_kafka_DescribeConfigs(client.handle.pointer, &resources, resources.count, options, queue)
            } read: { event in
                var count = 0
                let list = rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event), &count)
                return resourceError(list, count, client, action).map { .failure($0) } ?? .success(read(list, count))
            }
        }
    }

    /// Replaces all settings of a topic: those that are not named go back to what the brokers have.
    static func alter(_ name: String, _ settings: TopicSettings, _ client: KafkaClient) async throws(SluiceError) {
        let action = "change the settings of topic \(name.quotedForMessage)"
        try await client.request { client -> Result<Void, SluiceError> in
            guard let resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name) else {
                return .failure(client.error(RD_KAFKA_RESP_ERR__INVALID_ARG, cannot: action))
            }
            defer { rd_kafka_ConfigResource_destroy(resource) }
            for (key, value) in settings.values { rd_kafka_ConfigResource_set_config(resource, key, value) }
            var resources: [OpaquePointer?] = [resource]
            return ask(client, action, RD_KAFKA_ADMIN_OP_ALTERCONFIGS) { options, queue in
                rd_kafka_AlterConfigs(client.handle.pointer, &resources, resources.count, options, queue)
            } read: { event in
                var count = 0
                let list = rd_kafka_AlterConfigs_result_resources(rd_kafka_event_AlterConfigs_result(event), &count)
                return resourceError(list, count, client, action).map { .failure($0) } ?? .success(())
            }
        }
    }

    /// Makes a request and waits for its one answer.
    private static func ask<Answer>(
        _ client: KafkaClient, _ action: String, _ operation: rd_kafka_admin_op_t, _ make: (OpaquePointer?, OpaquePointer?) -> Void,
        read: (OpaquePointer) -> Result<Answer, SluiceError>
    ) -> Result<Answer, SluiceError> {
        let options = rd_kafka_AdminOptions_new(client.handle.pointer, operation)
        defer { rd_kafka_AdminOptions_destroy(options) }
        var reason = [CChar](repeating: 0, count: 256)
        rd_kafka_AdminOptions_set_request_timeout(options, client.requestMillis, &reason, reason.count)
        let queue = rd_kafka_queue_new(client.handle.pointer)
        defer { rd_kafka_queue_destroy(queue) }
        make(options, queue)
        // The library gives up by itself; its answer comes a little later.
        guard let event = rd_kafka_queue_poll(queue, client.requestMillis + 5_000) else {
            return .failure(client.error(RD_KAFKA_RESP_ERR__TIMED_OUT, cannot: action))
        }
        defer { rd_kafka_event_destroy(event) }
        let code = rd_kafka_event_error(event)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            return .failure(client.error(code, cannot: action, detail: rd_kafka_event_error_string(event).map { String(cString: $0) }))
        }
        return read(event)
    }

    private static func check(
        _ topics: UnsafeMutablePointer<OpaquePointer?>?, _ count: Int, _ client: KafkaClient, _ action: String
    ) -> Result<Void, SluiceError> {
        for topic in UnsafeBufferPointer(start: topics, count: count) {
            let code = rd_kafka_topic_result_error(topic)
            guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { continue }
            return .failure(
                client.error(code, cannot: action, detail: rd_kafka_topic_result_error_string(topic).map { String(cString: $0) }))
        }
        return .success(())
    }

    private static func resourceError(
        _ resources: UnsafeMutablePointer<OpaquePointer?>?, _ count: Int, _ client: KafkaClient, _ action: String
    ) -> SluiceError? {
        for resource in UnsafeBufferPointer(start: resources, count: count) {
            let code = rd_kafka_ConfigResource_error(resource)
            guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { continue }
            return client.error(code, cannot: action, detail: rd_kafka_ConfigResource_error_string(resource).map { String(cString: $0) })
        }
        return nil
    }

    private static func read(_ resources: UnsafeMutablePointer<OpaquePointer?>?, _ count: Int) -> TopicSettings {
        var own: [String: String] = [:]
        var inherited: [String: String] = [:]
        for resource in UnsafeBufferPointer(start: resources, count: count) {
            var entryCount = 0
            let entries = rd_kafka_ConfigResource_configs(resource, &entryCount)
            for entry in UnsafeBufferPointer(start: entries, count: entryCount) {
                guard let name = rd_kafka_ConfigEntry_name(entry), let value = rd_kafka_ConfigEntry_value(entry) else { continue }
                if rd_kafka_ConfigEntry_source(entry) == RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG {
                    own[String(cString: name)] = String(cString: value)
                } else {
                    inherited[String(cString: name)] = String(cString: value)
                }
            }
        }
        return TopicSettings(values: own, inherited: inherited)
    }
}
#endif
