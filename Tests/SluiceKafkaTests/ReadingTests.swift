#if Kafka
import CRdkafka
import SluiceCore
import SluiceKafka
import SluiceStreams
import Testing

@Suite("reading a Kafka topic by shards")
struct ReadingTests {
    let cluster: MockCluster

    init() throws { cluster = try MockCluster() }

    @Test("places by sequence number, horizon and end")
    func positions() async throws {
        cluster.makeTopic("s")
        let streams = try cluster.streams()
        var numbers: [SequenceNumber] = []
        for index in 0..<4 { numbers.append(try await streams.putRecord(put([("k", "\(index)")]), to: "s").sequenceNumber) }
        #expect(numbers == (0..<4).map { SequenceNumber($0) })
        #expect(try await streams.texts("s") == ["0", "1", "2", "3"])
        #expect(try await streams.texts("s", 0, .atSequenceNumber(numbers[1])) == ["1", "2", "3"])
        #expect(try await streams.texts("s", 0, .afterSequenceNumber(numbers[1])) == ["2", "3"])
        #expect(try await streams.texts("s", 0, .afterSequenceNumber(numbers[3])) == [])
        #expect(try await streams.texts("s", 0, .latest) == [])
        // `latest` is where the shard ends when the iterator is made, not when it is used.
        let latest = try await streams.shardIterator("s", ShardID(0), .latest)
        try await streams.putRecord(put([("k", "4")]), to: "s")
        #expect(try await streams.getRecords(latest, limit: 10).texts == ["4"])
        for wrong in ["6", "5192296858534827628530496329220096", String(repeating: "9", count: 129)] {
            let number = try #require(SequenceNumber(parsing: wrong))
            #expect(await code { try await streams.shardIterator("s", ShardID(0), .atSequenceNumber(number)) } == .invalidArgument)
        }
        #expect(try await streams.shardEnd("s", ShardID(0)) == .record(SequenceNumber(4)))
        cluster.makeTopic("empty")
        #expect(try await streams.shardEnd("empty", ShardID(0)) == .empty)
        #expect(try await streams.texts("empty") == [])
    }

    @Test("a time behind the newest record is the end")
    func laterTime() async throws {
        cluster.makeTopic("s")
        let streams = try cluster.streams()
        try await streams.putRecord(put([("k", "0")]), to: "s")
        let future = try await streams.shardIterator("s", ShardID(0), .atTimestamp(micros: WallClock.system.nowMicros() + 3_600_000_000))
        #expect(try await streams.getRecords(future, limit: 1).count == 0)
        try await streams.putRecord(put([("k", "1")]), to: "s")
        #expect(try await streams.getRecords(future, limit: 1).texts == ["1"])
    }

    @Test("keys, headers, arrival times and empty records come back as they were put")
    func contents() async throws {
        cluster.makeTopic("s")
        let streams = try cluster.streams()
        let headers = [RecordHeader("a", text: "1"), RecordHeader("empty", []), RecordHeader("a", [0, 255])]
        let before = WallClock.system.nowMicros()
        _ = try await streams.putRecords(put([("k1", "x"), ("ключ", "")], headers: headers), to: "s")
        _ = try await streams.putRecords(put([("k2", "y")]), to: "s")
        let iterator = try await streams.shardIterator("s", ShardID(0), .trimHorizon)
        var batches: [RecordBatch] = []
        var next: ShardIterator? = iterator
        var count = 0
        while count < 3, let now = next {
            let page = try await streams.getRecords(now, limit: 10)
            batches += page.batches
            count += page.count
            next = page.next
        }
        #expect(batches.map(\.headers) == [headers, []])
        #expect(batches[0].keys.text(0) == "k1")
        #expect(batches[0].keys.text(1) == "ключ")
        #expect(batches[0].payloads[1].isEmpty)
        #expect(batches[1].keys.text(0) == "k2")
        let times: ClosedRange<Int64> = (before - 1_000)...WallClock.system.nowMicros()
        for batch in batches {
            for row in 0..<batch.count { #expect(times.contains(batch.arrivalMicros(row))) }
        }
    }

    @Test("a read keeps its limits and says that it is behind until it is not", arguments: [1, 3, 100])
    func limits(_ limit: Int) async throws {
        cluster.makeTopic("s")
        let streams = try cluster.streams()
        _ = try await streams.putRecords(put((0..<7).map { ("k", "\($0)") }), to: "s")
        var iterator: ShardIterator? = try await streams.shardIterator("s", ShardID(0), .trimHorizon)
        var read: [String] = []
        while read.count < 7, let now = iterator {
            let page = try await streams.getRecords(now, limit: limit)
            #expect(page.count <= limit)
            #expect(page.continuation == page.numbers.last)
            read += page.texts
            #expect((page.millisBehindLatest == 0) == (read.count == 7))
            iterator = page.next
        }
        #expect(read == (0..<7).map { "\($0)" })
        let last = try #require(iterator)
        let end = try await streams.getRecords(last, limit: limit)
        #expect(end.count == 0)
        #expect(end.continuation == nil)
        for wrong in [0, 10_001] {
            #expect(await code { try await streams.getRecords(last, limit: wrong) } == .invalidArgument)
        }
    }

    @Test("one iterator can be read twice, and many readers share a partition")
    func sharing() async throws {
        cluster.makeTopic("s")
        let streams = try cluster.streams()
        _ = try await streams.putRecords(put((0..<100).map { ("k", "\($0)") }), to: "s")
        let iterator = try await streams.shardIterator("s", ShardID(0), .trimHorizon)
        let first = try await streams.getRecords(iterator, limit: 10)
        #expect(try await streams.getRecords(iterator, limit: 10).texts == first.texts)
        let expected = (0..<100).map { "\($0)" }
        try await withThrowingTaskGroup(of: [String].self) { tasks in
            for _ in 0..<8 { tasks.addTask { try await streams.texts("s", limit: 7) } }
            for try await texts in tasks { #expect(texts == expected) }
        }
    }

    @Test("large records come back whole, one a page where two do not fit, and those that expired are passed over")
    func largeRecords() async throws {
        cluster.makeTopic("s")
        let streams = try cluster.streams()
        // The mock keeps 5 MiB of a partition.
        for index in UInt8(0)..<6 {
            try await streams.putRecord(PutBatch(key: "k", payload: [UInt8](repeating: index, count: 2 << 20)), to: "s")
        }
        let iterator = try await streams.shardIterator("s", ShardID(0), .atSequenceNumber(SequenceNumber(0)))
        var read: [UInt8] = []
        var next: ShardIterator? = iterator
        while let now = next {
            let page = try await streams.getRecords(now, limit: 1)
            guard let batch = page.batches.first else { break }
            let record = batch.payloads[0]
            #expect(record.count == 2 << 20)
            #expect(record.allSatisfy { $0 == record[record.startIndex] })
            read.append(record[record.startIndex])
            next = page.next
        }
        #expect(read.last == 5)
        let oldest = try #require(read.first)
        let expected: [UInt8] = Array(oldest...UInt8(5))
        #expect(read == expected)
        #expect(read.count < 6)
    }

    @Test("an iterator cannot be made up, and is good for the backend that made it")
    func tokens() async throws {
        cluster.makeTopic("s")
        let streams = try cluster.streams()
        let iterator = try await streams.shardIterator("s", ShardID(0), .trimHorizon)
        #expect(iterator.token.utf8.count <= 512)
        var forged = Array(iterator.token)
        for place in [0, 20, forged.count - 6] {
            forged[place] = forged[place] == "B" ? "C" : "B"
            let token = ShardIterator(token: String(forged))
            #expect(await code { try await streams.getRecords(token, limit: 1) } == .invalidIterator)
            forged = Array(iterator.token)
        }
        for token in ["", "x", String(repeating: "A", count: 600)] {
            #expect(await code { try await streams.getRecords(ShardIterator(token: token), limit: 1) } == .invalidIterator)
        }
        let other = try cluster.streams()
        #expect(await code { try await other.getRecords(iterator, limit: 1) } == .invalidIterator)
    }

    @Test("requests that brokers refuse for now are made again")
    func refusals() async throws {
        cluster.makeTopic("s")
        let streams = try cluster.streams()
        try await streams.putRecord(put([("k", "x")]), to: "s")
        cluster.fail(
            .fetch,
            with: [
                RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR,
            ])
        #expect(try await streams.texts("s") == ["x"])
    }

    @Test("what a broker denies is an error each time, until it allows it")
    func denied() async throws {
        cluster.makeTopic("s")
        // The library asks again by itself, after ten times this time; the refusals are for others.
        let streams = try cluster.streams(["fetch.error.backoff.ms": "30000"])
        try await streams.putRecord(put([("k", "x")]), to: "s")
        let iterator = try await streams.shardIterator("s", ShardID(0), .trimHorizon)
        // Nobody has read yet: a reader that waits for more records would get the refusal.
        cluster.fail(.fetch, with: Array(repeating: RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, count: 2))
        for _ in 0..<2 {
            let error = await #expect(throws: SluiceError.self) { try await streams.getRecords(iterator, limit: 1) }
            #expect(error?.code.name == "access-denied")
            #expect(error?.message.contains("partition 0 of topic \"s\"") == true)
        }
        #expect(try await streams.getRecords(iterator, limit: 1).texts == ["x"])
    }

    @Test("a reader finds its place again when a broker was away, and says what is wrong when it stays away")
    func brokerAway() async throws {
        cluster.makeTopic("s")
        let streams = try cluster.streams(requestMillis: 1_000)
        _ = try await streams.putRecords(put([("k", "0"), ("k", "1"), ("k", "2")]), to: "s")
        let page = try await streams.getRecords(try await streams.shardIterator("s", ShardID(0), .trimHorizon), limit: 1)
        let next = try #require(page.next)
        cluster.setDown()
        let error = await #expect(throws: SluiceError.self) { try await streams.getRecords(next, limit: 1) }
        #expect(error?.code == .ioFailure)
        #expect(error?.isRetriable == true)
        #expect(error?.remedy?.contains(cluster.brokers) == true)
        cluster.setUp()
        var texts: [String] = []
        while texts.isEmpty { texts = try await textsWhereThere(streams, next) }
        #expect(texts == ["1"])
    }

    /// Nothing while the broker is away.
    private func textsWhereThere(_ streams: KafkaStreams, _ iterator: ShardIterator) async throws -> [String] {
        do {
            return try await streams.getRecords(iterator, limit: 1).texts
        } catch {
            guard error.isRetriable else { throw error }
            return []
        }
    }
}
#endif
