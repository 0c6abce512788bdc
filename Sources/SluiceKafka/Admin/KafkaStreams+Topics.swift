#if Kafka
package import SluiceCore
package import SluiceStreams

extension KafkaStreams {
    package func createStream(_ name: String, _ configuration: StreamConfiguration) async throws(SluiceError) {
        try TopicTable.checkName(name)
        try configuration.check(retentionHours: KafkaLimits.retentionHours)
        try Self.checkOffered(configuration)
        var settings = TopicSettings()
        settings.set(retentionHours: configuration.retentionHours)
        settings.set(retentionBytes: configuration.retentionBytes)
        settings.set(recordBytes: configuration.recordBytes)
        try await TopicAdmin.create(name, partitions: configuration.shards, settings, try readers.client())
        forgetTopic(name)
        try await waitForTopic(name) { $0 == configuration.shards }
    }

    package func deleteStream(_ name: String) async throws(SluiceError) {
        _ = try await freshTopic(name)
        try await TopicAdmin.delete(name, try readers.client())
        forgetTopic(name)
        try await waitForTopic(name) { $0 == nil }
    }

    /// Names of all topics but the cluster's own (`__consumer_offsets`), sorted.
    package func listStreams() async throws(SluiceError) -> [String] { try await topicNames() }

    /// The topic as a stream. Kafka does not tell when a topic was made (0), knows no tags, and "for ever" is shown as the longest retention;
    /// where the brokers do not tell a topic's settings, Kafka's own defaults are shown.
    package func describeStream(_ name: String) async throws(SluiceError) -> StreamSummary {
        let topic = try await freshTopic(name)
        var settings = TopicSettings()
        do throws(SluiceError) {
            settings = try await TopicAdmin.settings(of: name, try readers.client())
        } catch {
            guard [.notOffered, .accessDenied].contains(error.code) else { throw error }
        }
        return StreamSummary(
            name: name, status: .active, createdMicros: 0, openShardCount: topic.partitions,
            configuration: StreamConfiguration(
                shards: topic.partitions, retentionHours: settings.retentionHours, retentionBytes: settings.retentionBytes,
                recordBytes: settings.recordBytes))
    }

    package func updateStream(_ name: String, _ change: StreamChange) async throws(SluiceError) {
        let topic = try await freshTopic(name)
        let client = try readers.client()
        var settings = try await TopicAdmin.settings(of: name, client)
        var wanted = StreamConfiguration(
            shards: topic.partitions, retentionHours: change.retentionHours ?? StreamLimits.defaultRetentionHours,
            retentionBytes: change.retentionBytes ?? nil, recordBytes: change.recordBytes ?? StreamLimits.defaultRecordBytes,
            tags: change.addedTags)
        wanted.mode = change.mode ?? .provisioned
        wanted.durability = change.durability ?? .always
        wanted.isEncrypted = change.isEncrypted ?? false
        try wanted.check(retentionHours: KafkaLimits.retentionHours)
        try Self.checkOffered(wanted)
        guard change.removedTags.isEmpty else { throw .kafkaUnsupported("tags of a topic") }
        if let hours = change.retentionHours { settings.set(retentionHours: hours) }
        if let bytes = change.retentionBytes { settings.set(retentionBytes: bytes) }
        if let bytes = change.recordBytes { settings.set(recordBytes: bytes) }
        try await TopicAdmin.alter(name, settings, client)
    }

    private static func checkOffered(_ configuration: StreamConfiguration) throws(SluiceError) {
        guard configuration.mode == .provisioned else { throw .kafkaUnsupported("capacity on demand", remedy: "name a number of shards") }
        guard configuration.durability == .always else {
            throw .kafkaUnsupported("durability \(configuration.durability.rawValue) of a topic", remedy: "leave it at always")
        }
        guard !configuration.isEncrypted else {
            throw .kafkaUnsupported("encryption of a topic at rest", remedy: "encrypt the brokers' disks")
        }
        guard configuration.tags.isEmpty else { throw .kafkaUnsupported("tags of a topic") }
    }

    /// Waits until all brokers can be expected to know of a change.
    func waitForTopic(_ name: String, _ isReached: (Int?) -> Bool) async throws(SluiceError) {
        let deadline = ContinuousClock.now + .milliseconds(KafkaLimits.creationMillis)
        while ContinuousClock.now < deadline {
            do throws(SluiceError) {
                if isReached(try await freshTopic(name).partitions) { return }
            } catch {
                guard error.code == .notFound || error.isRetriable else { throw error }
                if error.code == .notFound, isReached(nil) { return }
            }
            do { try await Task.sleep(for: .milliseconds(50)) } catch { throw SluiceError(.interrupted, "the task was cancelled") }
        }
    }
}
#endif
