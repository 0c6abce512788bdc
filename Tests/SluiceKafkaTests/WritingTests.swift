#if Kafka
import CRdkafka
import SluiceCore
import SluiceKafka
import SluiceStreams
import Testing

@Suite("putting records into a Kafka topic")
struct WritingTests {
    let cluster: MockCluster

    init() throws { cluster = try MockCluster() }

    @Test("a record goes to the shard that owns its hash, as in the embedded log")
    func routing() async throws {
        cluster.makeTopic("s", partitions: 5)
        let streams = try cluster.streams()
        let keys = (0..<200).map { "key \($0)" }
        let outcomes = try await streams.putRecords(put(keys.map { ($0, "of " + $0) }), to: "s")
        let receipts = outcomes.compactMap(\.receipt)
        var router = KeyRouter(HashRange.slices(5))
        #expect(receipts.map { Int32($0.shard.number) } == router.route(ByteRows(texts: keys)))
        let shards = try await streams.listShards("s", .atLatest)
        #expect(shards.map(\.range) == HashRange.slices(5))
        #expect(shards.map(\.id) == (0..<5).map { ShardID($0) })
        for shard in 0..<5 {
            let own = zip(keys, receipts).filter { $0.1.shard.number == shard }
            #expect(own.map(\.1.sequenceNumber) == own.indices.map { SequenceNumber(UInt128($0)) })
            #expect(try await streams.texts("s", shard, limit: 100) == own.map { "of " + $0.0 })
        }
        let explicit = try await streams.putRecords(put([("a", "1"), ("a", "2")], hashKeys: [0, .max]), to: "s")
        #expect(explicit.compactMap { $0.receipt?.shard.number } == [0, 4])
    }

    @Test("what is wrong with a put fails the whole call")
    func badPuts() async throws {
        cluster.makeTopic("s")
        let streams = try cluster.streams()
        func refused(_ batch: PutBatch, _ name: String = "s") async -> SluiceError.Code? {
            await code { try await streams.putRecords(batch, to: name) }
        }
        #expect(await refused(put([("", "x")])) == .invalidArgument)
        #expect(await refused(put([(String(repeating: "ü", count: 257), "x")])) == .invalidArgument)
        #expect(await refused(put([])) == .invalidArgument)
        #expect(await refused(put((0..<501).map { ("\($0)", "") })) == .invalidArgument)
        #expect(await refused(PutBatch(key: "k", payload: [UInt8](repeating: 0, count: 10 << 20))) == .recordTooLarge)
        #expect(await refused(put([("k", "x")], headers: [RecordHeader("h", [UInt8](repeating: 0, count: 64 << 10))])) == .recordTooLarge)
        var named = put([("k", "x")])
        named.producer = PutBatch.Producer(id: 1, batch: 1)
        #expect(await refused(named) == .notOffered)
        var ahead = put([("k", "x")])
        ahead.sequenceNumberForOrdering = SequenceNumber(0)
        #expect(await refused(ahead) == .invalidArgument)
        #expect(await refused(put([("k", "x")]), "a b") == .invalidOption)
        #expect(try await streams.texts("s").isEmpty)
        #expect(await refused(put([(String(repeating: "ü", count: 256), "x")])) == nil)
        #expect(await refused(ahead) == nil)
        #expect(try await streams.texts("s") == ["x", "x"])
    }

    @Test(
        "a broker that refuses a record makes that record fail, with the reason",
        arguments: [
            (RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, SluiceError.Code.recordTooLarge),
            (RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, SluiceError.Code("access-denied")),
        ])
    func refusal(_ answer: rd_kafka_resp_err_t, _ expected: SluiceError.Code) async throws {
        cluster.makeTopic("s")
        let streams = try cluster.streams()
        cluster.fail(.produce, with: [answer])
        let outcome = try await streams.putRecords(put([("k", "x")]), to: "s")[0]
        guard case .failed(let error) = outcome else { return #expect(outcome.receipt == nil) }
        #expect(error.code == expected)
        #expect(!error.isRetriable)
        #expect(error.message.contains("\"s\""))
        #expect(try await streams.texts("s").isEmpty)
        try await streams.putRecord(put([("k", "y")]), to: "s")
        #expect(try await streams.texts("s") == ["y"])
    }

    @Test("a record waits for a broker that is away, and fails when it stays away too long")
    func brokerAway() async throws {
        cluster.makeTopic("s")
        let patient = try cluster.streams()
        let hasty = try cluster.streams(["message.timeout.ms": "300"])
        try await patient.putRecord(put([("k", "0")]), to: "s")
        try await hasty.putRecord(put([("k", "1")]), to: "s")
        cluster.setDown()
        guard case .failed(let error) = try await hasty.putRecords(put([("k", "2")]), to: "s")[0] else {
            Issue.record("a record was stored by a broker that is away")
            return
        }
        #expect(error.code == .ioFailure)
        #expect(error.isRetriable)
        async let waiting = patient.putRecord(put([("k", "3")]), to: "s")
        cluster.setUp()
        #expect(try await waiting.sequenceNumber == SequenceNumber(2))
        #expect(try await patient.texts("s") == ["0", "1", "3"])
    }

    @Test("a put that is cancelled says so, and a closed backend gives up what waits")
    func givingUp() async throws {
        cluster.makeTopic("s")
        let streams = try cluster.streams()
        try await streams.putRecord(put([("k", "0")]), to: "s")
        cluster.setDown()
        let cancelled = Task { try await streams.putRecords(put([("k", "1")]), to: "s") }
        cancelled.cancel()
        guard case .failed(let error) = try await cancelled.value[0] else {
            Issue.record("a record was stored by a broker that is away")
            return
        }
        #expect(error.code == .interrupted)
        let closed = Task { try await streams.putRecords(put([("k", "2"), ("k", "3")]), to: "s") }
        try await Task.sleep(for: .milliseconds(50))
        streams.close()
        // It may have been closed before the put began, which throws.
        #expect((try? await closed.value)?.contains { $0.receipt != nil } != true)
        #expect(await code { try await streams.putRecord(put([("k", "4")]), to: "s") } == .interrupted)
    }
}
#endif
