#if Kafka
import CRdkafka
import SluiceCore
import SluiceKafka
import SluiceStreams
import Testing

@Suite("subscribing to a Kafka topic")
struct SubscriptionTests {
    let cluster: MockCluster

    init() throws { cluster = try MockCluster() }

    @Test("records come as they are stored, also behind a broker's absence, and none is missing or twice")
    func records() async throws {
        cluster.makeTopic("s")
        let streams = try cluster.streams()
        try await streams.putRecord(put([("k", "0")]), to: "s")
        let subscription = try await streams.subscribe("s", ShardID(0), .trimHorizon)
        let received = Task {
            var texts: [String] = []
            while texts.count < 20, let page = try await subscription.next() {
                texts += page.texts
                #expect(page.continuation == page.numbers.last)
                #expect(page.next == nil)
            }
            return texts
        }
        for index in 1..<20 {
            if index == 10 {
                cluster.setDown()
                cluster.setUp()
            }
            try await streams.putRecord(put([("k", "\(index)")]), to: "s")
        }
        #expect(try await received.value == (0..<20).map { "\($0)" })
    }

    @Test("one behind a page's continuation goes on without a gap, and one at the end gets what comes")
    func continuation() async throws {
        cluster.makeTopic("s")
        let streams = try cluster.streams()
        _ = try await streams.putRecords(put((0..<5).map { ("k", "\($0)") }), to: "s")
        let page = try await streams.getRecords(try await streams.shardIterator("s", ShardID(0), .trimHorizon), limit: 2)
        let subscription = try await streams.subscribe("s", ShardID(0), .afterSequenceNumber(try #require(page.continuation)))
        let latest = try await streams.subscribe("s", ShardID(0), .latest)
        var texts = page.texts
        while texts.count < 5, let page = try await subscription.next() { texts += page.texts }
        #expect(texts == (0..<5).map { "\($0)" })
        try await streams.putRecord(put([("k", "5")]), to: "s")
        #expect(try await latest.next()?.texts == ["5"])
        #expect(try await subscription.next()?.texts == ["5"])
    }

    @Test("it ends when its task is cancelled, and when the backend is closed")
    func ends() async throws {
        cluster.makeTopic("s")
        let streams = try cluster.streams()
        let cancelled = try await streams.subscribe("s", ShardID(0), .latest)
        let task = Task { try await cancelled.next() == nil }
        task.cancel()
        #expect(try await task.value)
        let closed = try await streams.subscribe("s", ShardID(0), .latest)
        try await streams.putRecord(put([("k", "x")]), to: "s")
        #expect(try await closed.next()?.texts == ["x"])
        let waiting = Task { try await closed.next() == nil }
        try await Task.sleep(for: .milliseconds(50))
        streams.close()
        // It may have been closed before it was asked, which throws.
        #expect((try? await waiting.value) != false)
    }

    @Test("what a broker denies is an error")
    func denied() async throws {
        cluster.makeTopic("s")
        let streams = try cluster.streams()
        try await streams.putRecord(put([("k", "x")]), to: "s")
        cluster.fail(.fetch, with: [RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED])
        let subscription = try await streams.subscribe("s", ShardID(0), .trimHorizon)
        #expect(await code { try await subscription.next() }?.name == "access-denied")
    }
}
#endif
