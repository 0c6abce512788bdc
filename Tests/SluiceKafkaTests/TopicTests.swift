#if Kafka
import CRdkafka
import SluiceCore
import SluiceKafka
import SluiceStreams
import Testing

@Suite("Kafka topics as streams")
struct TopicTests {
    let cluster: MockCluster
    /// One with a controller, which is asked for settings and which the library's cluster lacks.
    let broker: RecordBroker

    init() throws {
        cluster = try MockCluster()
        broker = try RecordBroker()
    }

    @Test("a topic is described by what its brokers tell, and by Kafka's own settings where they tell none")
    func description() async throws {
        broker.makeTopic("s", partitions: 4)
        broker.makeTopic("__offsets", partitions: 1)
        let streams = try broker.streams()
        let summary = try await streams.describeStream("s")
        #expect(summary.status == .active)
        #expect(summary.openShardCount == 4)
        #expect(summary.configuration.retentionHours == 168)
        #expect(try await streams.listStreams() == ["s"])
        #expect(try await streams.listShards("s", .afterShard(ShardID(1))).map(\.id.number) == [2, 3])
        #expect(try await streams.listShards("s", .fromTrimHorizon).allSatisfy(\.isOpen))
    }

    @Test("what Kafka does not have is refused as such, each with its reason")
    func unsupported() async throws {
        cluster.makeTopic("s", partitions: 2)
        let streams = try cluster.streams()
        #expect(await code { try await streams.splitShard("s", ShardID(0), at: 1) } == .notOffered)
        #expect(await code { try await streams.mergeShards("s", ShardID(0), ShardID(1)) } == .notOffered)
        let fewer = await #expect(throws: SluiceError.self) { try await streams.updateShardCount("s", to: 1) }
        #expect(fewer?.code == .notOffered)
        #expect(fewer?.message.contains("has 2, not 1") == true)
        #expect(await code { try await streams.updateShardCount("s", to: 2) } == nil)
        #expect(await code { try await streams.updateShardCount("s", to: 0) } == .invalidOption)
        for configuration in [
            StreamConfiguration(mode: .onDemand), StreamConfiguration(durability: .none), StreamConfiguration(isEncrypted: true),
            StreamConfiguration(tags: ["a": "b"]),
        ] {
            #expect(await code { try await streams.createStream("t", configuration) } == .notOffered)
        }
        #expect(await code { try await streams.createStream("a b", StreamConfiguration()) } == .invalidOption)
        #expect(await code { try await streams.createStream("t", StreamConfiguration(shards: 0)) } == .invalidOption)
        // A broker that does not know a request.
        let others = try broker.streams()
        #expect(await code { try await others.createStream("t", StreamConfiguration()) } == .notOffered)
    }

    @Test("brokers that do not answer are an error that names them and the reason")
    func unreachable() async throws {
        let brokers = cluster.brokers
        cluster.setDown()
        let streams = try cluster.streams(requestMillis: 500)
        let error = await #expect(throws: SluiceError.self) { try await streams.listStreams() }
        #expect(error?.code == .ioFailure)
        #expect(error?.isRetriable == true)
        #expect(error?.remedy?.contains(brokers) == true)
    }
}
#endif
