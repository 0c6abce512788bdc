#if Kafka
import SluiceCore
@testable import SluiceKafka
import SluiceStreams
import Testing

@Suite("making and changing Kafka topics")
struct AdminTests {
    let broker: AdminBroker

    init() throws { broker = try AdminBroker() }

    @Test("a stream is made as a topic with its settings, described, and removed")
    func life() async throws {
        let streams = try broker.streams()
        let configuration = StreamConfiguration(shards: 3, retentionHours: 48, retentionBytes: 1 << 30, recordBytes: 2 << 20)
        try await streams.createStream("s", configuration)
        let made = try #require(broker["s"])
        #expect(made.partitions == 3)
        #expect(made.replicas == -1)
        #expect(made.settings["retention.ms"] == "172800000")
        #expect(made.settings["retention.bytes"] == "1073741824")
        #expect(try await streams.describeStream("s").configuration == configuration)
        #expect(await code { try await streams.createStream("s", configuration) } == .alreadyExists)
        try await streams.deleteStream("s")
        #expect(broker["s"] == nil)
        #expect(await code { try await streams.deleteStream("s") } == .notFound)
        #expect(try await streams.listStreams().isEmpty)
    }

    @Test("a change replaces what it names and keeps the topic's other settings")
    func change() async throws {
        broker["s"] = PlayedTopic(partitions: 1, settings: ["cleanup.policy": "compact", "retention.ms": "-1"])
        let streams = try broker.streams()
        #expect(try await streams.describeStream("s").configuration.retentionHours == StreamLimits.retentionHours.upperBound)
        var change = StreamChange()
        change.retentionHours = 24
        try await streams.updateStream("s", change)
        #expect(broker["s"]?.settings == ["cleanup.policy": "compact", "retention.ms": "86400000"])
        change = StreamChange()
        change.retentionBytes = .some(1_000)
        try await streams.updateStream("s", change)
        #expect(try await streams.describeStream("s").configuration.retentionBytes == 1_000)
        change.retentionBytes = .some(nil)
        try await streams.updateStream("s", change)
        #expect(try await streams.describeStream("s").configuration.retentionBytes == nil)
        change = StreamChange()
        change.addedTags = ["a": "b"]
        #expect(await refusal(of: change, streams) == .notOffered)
        change = StreamChange()
        change.retentionHours = 0
        #expect(await refusal(of: change, streams) == .invalidOption)
    }

    private func refusal(of change: StreamChange, _ streams: KafkaStreams) async -> SluiceError.Code? {
        await code { try await streams.updateStream("s", change) }
    }

    @Test("partitions are added, and the ranges become equal slices again")
    func scaling() async throws {
        broker["s"] = PlayedTopic(partitions: 2)
        let streams = try broker.streams()
        #expect(try await streams.listShards("s", .atLatest).map(\.range) == HashRange.slices(2))
        try await streams.updateShardCount("s", to: 5)
        #expect(broker["s"]?.partitions == 5)
        #expect(try await streams.listShards("s", .atLatest).map(\.range) == HashRange.slices(5))
    }

    @Test("what a broker refuses comes with its reason")
    func refusals() async throws {
        let streams = try broker.streams()
        broker.refuse(44, "no topics on Sundays")
        let policy = await #expect(throws: SluiceError.self) { try await streams.createStream("s", StreamConfiguration()) }
        #expect(policy?.code == .invalidArgument)
        #expect(policy?.message.contains("no topics on Sundays") == true)
        broker["s"] = PlayedTopic(partitions: 1)
        broker.refuse(29, "not you")
        #expect(await code { try await streams.updateShardCount("s", to: 2) }?.name == "access-denied")
        broker.refuse(73, "")
        #expect(await code { try await streams.deleteStream("s") } == .notOffered)
        broker.refuse(40, "retention.ms cannot be that")
        var change = StreamChange()
        change.retentionHours = 1
        let shorter = change
        let configuration = await #expect(throws: SluiceError.self) { try await streams.updateStream("s", shorter) }
        #expect(configuration?.code == .invalidArgument)
        #expect(configuration?.message.contains("retention.ms cannot be that") == true)
    }

    @Test("an unknown topic is named with the nearest that there is, and is not made by asking")
    func unknownTopic() async throws {
        broker["orders"] = PlayedTopic(partitions: 1)
        let streams = try broker.streams()
        let error = await #expect(throws: SluiceError.self) { try await streams.putRecords(put([("k", "x")]), to: "order") }
        #expect(error?.code == .notFound)
        #expect(error?.remedy?.contains("\"orders\"") == true)
        #expect(await code { try await streams.describeStream("order") } == .notFound)
        #expect(await code { try await streams.shardIterator("order", ShardID(0), .latest) } == .notFound)
        #expect(await code { try await streams.shardIterator("orders", ShardID(1), .latest) } == .notFound)
        #expect(try await streams.listStreams() == ["orders"])
    }

    @Test("a time is the first record that arrived at or after it, in whole milliseconds; the end where there is none")
    func times() async throws {
        broker["s"] = PlayedTopic(partitions: 1, arrivals: [1_000, 2_000, 2_000, 3_000])
        let streams = try broker.streams()
        let place = try await streams.place("s", ShardID(0))
        let expected: [(micros: Int64, offset: Int64)] = [
            (0, 0), (1_000_000, 0), (1_000_001, 1), (2_000_000, 1), (2_999_999, 3), (3_000_000, 3), (3_000_001, 4),
        ]
        for (micros, offset) in expected {
            let found = try await streams.offset(of: .atTimestamp(micros: micros), place)
            #expect(found == offset, "\(micros)")
        }
        #expect(try await streams.shardEnd("s", ShardID(0)) == .record(SequenceNumber(3)))
    }
}
#endif
