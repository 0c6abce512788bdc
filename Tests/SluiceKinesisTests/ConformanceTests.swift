import SluiceCore
import SluiceStreams
import SluiceTestKit
import Testing

/// What every backend does alike. What moto lacks of the service is left out there (`BackendUnderTest.Feature`).
@Suite("streams of every backend")
struct ConformanceTests {
    @Test("a stream is made, listed, described and deleted", arguments: BackendUnderTest.all)
    func life(_ backend: BackendUnderTest) async throws {
        let (streams, kept) = try backend.open()
        let name = NameCounter.next()
        var configuration = StreamConfiguration(shards: 3, retentionHours: 48, tags: ["team": "a b", "empty": ""])
        if backend.has(.recordSize) { configuration.recordBytes = 2 << 20 }
        try await streams.createStream(name, configuration)
        #expect(try await streams.listStreams().contains(name))
        let summary = try await streams.describeStream(name)
        #expect(summary.name == name)
        #expect(summary.status == .active)
        #expect(summary.openShardCount == 3)
        #expect(summary.configuration == configuration)
        #expect(abs(summary.createdMicros - WallClock.system.nowMicros()) < 3_600_000_000)
        #expect(await errorCode { try await streams.createStream(name, configuration) } == .alreadyExists)
        try await streams.deleteStream(name)
        #expect(try await !streams.listStreams().contains(name))
        #expect(await errorCode { _ = try await streams.describeStream(name) } == .notFound)
        #expect(await errorCode { try await streams.deleteStream(name) } == .notFound)
        #expect(await errorCode { _ = try await streams.listShards(name, .fromTrimHorizon) } == .notFound)
        #expect(await errorCode { _ = try await streams.putRecord(PutBatch(key: "k", payload: [1]), to: name) } == .notFound)
        if backend.has(.checkedNames) {
            #expect(await errorCode { try await streams.createStream("a/b", StreamConfiguration()) } != nil)
        }
        _ = kept
    }

    @Test("only what a change names is changed", arguments: BackendUnderTest.all)
    func changes(_ backend: BackendUnderTest) async throws {
        let (streams, kept) = try backend.open()
        let name = NameCounter.next()
        try await streams.createStream(name, StreamConfiguration(tags: ["a": "1", "b": "2"]))
        var expected = StreamConfiguration(tags: ["a": "1", "b": "2"])
        var change = StreamChange()
        change.retentionHours = 100
        expected.retentionHours = 100
        try await streams.updateStream(name, change)
        #expect(try await streams.describeStream(name).configuration == expected)
        change = StreamChange()
        change.retentionHours = 30
        change.addedTags = Dictionary(uniqueKeysWithValues: (0..<23).map { ("t\($0)", "v") })
        change.removedTags = ["a"]
        expected.retentionHours = 30
        expected.tags = change.addedTags.merging(["b": "2"]) { $1 }
        try await streams.updateStream(name, change)
        #expect(try await streams.describeStream(name).configuration == expected)
        change = StreamChange()
        change.mode = .onDemand
        change.isEncrypted = true
        change.removedTags = expected.tags.keys.sorted()
        (expected.mode, expected.isEncrypted, expected.tags) = (.onDemand, true, [:])
        try await streams.updateStream(name, change)
        #expect(try await streams.describeStream(name).configuration == expected)
        change = StreamChange()
        change.isEncrypted = false
        expected.isEncrypted = false
        try await streams.updateStream(name, change)
        #expect(try await streams.describeStream(name).configuration == expected)
        _ = kept
    }

    @Test("records go to the shard of their hash and come back whole, in order", arguments: BackendUnderTest.all)
    func putAndGet(_ backend: BackendUnderTest) async throws {
        let (streams, kept) = try backend.open()
        let name = NameCounter.next()
        try await streams.createStream(name, StreamConfiguration(shards: 2))
        let shards = try await streams.listShards(name, .fromTrimHorizon)
        #expect(shards.map(\.range) == HashRange.slices(2))
        #expect(shards.map(\.id) == [ShardID(0), ShardID(1)])
        let keys = ["a", "b", "ü\"\n", String(repeating: "k", count: 256)]
        let payloads: [[UInt8]] = [[], [0, 255, 254], Array("é\"\n".utf8), [UInt8](repeating: 7, count: 100_000)]
        let rows = ByteRows(payloads)
        let raw = RawRecords(bytes: rows.data, starts: Array(rows.offsets.dropLast()), ends: Array(rows.offsets.dropFirst()))
        let outcomes = try await streams.putRecords(
            PutBatch(keys: ByteRows(texts: keys), payloads: raw, hashKeys: [0, .max - 1, nil, nil]), to: name)
        let receipts = outcomes.compactMap(\.receipt)
        #expect(receipts.map(\.shard)[..<2] == [ShardID(0), ShardID(1)])
        for (key, receipt) in zip(keys, receipts).dropFirst(2) {
            #expect(shards[receipt.shard.number].range.contains(HashRange.hash(of: key)))
        }
        for shard in shards {
            let found = try await streams.read(name, shard.id)
            let expected = receipts.indices.filter { receipts[$0].shard == shard.id }
            #expect(found.map(\.key) == expected.map { keys[$0] })
            #expect(found.map(\.payload) == expected.map { payloads[$0] })
            #expect(found.map(\.number) == expected.map { receipts[$0].sequenceNumber })
            #expect(found.map(\.number) == found.map(\.number).sorted())
            #expect(found.allSatisfy { abs($0.arrival - WallClock.system.nowMicros()) < 3_600_000_000 })
        }
        var later = PutBatch(key: "a", payload: [9], hashKey: 0)
        later.sequenceNumberForOrdering = receipts[0].sequenceNumber
        #expect(try await streams.putRecord(later, to: name).sequenceNumber > receipts[0].sequenceNumber)
        _ = kept
    }

    @Test("the five kinds of iterators", arguments: BackendUnderTest.all)
    func iterators(_ backend: BackendUnderTest) async throws {
        let (streams, kept) = try backend.open()
        let name = NameCounter.next()
        try await streams.createStream(name, StreamConfiguration())
        var numbers: [SequenceNumber] = []
        for index in 0..<4 {
            numbers.append(try await streams.putRecord(PutBatch(key: "k", payload: [UInt8(index)]), to: name).sequenceNumber)
            try await Task.sleep(for: .milliseconds(5))
        }
        let shard = ShardID(0)
        func payloads(_ position: IteratorPosition) async throws -> [UInt8] {
            try await streams.read(name, shard, position).map { $0.payload[0] }
        }
        let second = try await streams.read(name, shard)[1].arrival
        #expect(try await payloads(.trimHorizon) == [0, 1, 2, 3])
        #expect(try await payloads(.atSequenceNumber(numbers[1])) == [1, 2, 3])
        #expect(try await payloads(.afterSequenceNumber(numbers[1])) == [2, 3])
        #expect(try await payloads(.afterSequenceNumber(numbers[3])) == [])
        #expect(try await payloads(.atTimestamp(micros: second)) == [1, 2, 3])
        #expect(try await payloads(.atTimestamp(micros: 1_000_000)) == [0, 1, 2, 3])
        let latest = try await streams.shardIterator(name, shard, .latest)
        try await streams.putRecord(PutBatch(key: "k", payload: [4]), to: name)
        #expect(try await streams.getRecords(latest, limit: 10).batches.first?.payloads[0] == [4])
        #expect(await errorCode { _ = try await streams.shardIterator(name, ShardID(9), .latest) } == .notFound)
        if backend.has(.checkedPlaces) {
            #expect(await errorCode { _ = try await streams.getRecords(ShardIterator(token: "made up"), limit: 1) } == .invalidIterator)
            let wrong = try #require(SequenceNumber(parsing: String(repeating: "9", count: 129)))
            #expect(await errorCode { _ = try await streams.shardIterator(name, shard, .atSequenceNumber(wrong)) } == .invalidArgument)
        }
        _ = kept
    }

    @Test("a read keeps its limit and goes on where it ended", arguments: BackendUnderTest.all, [1, 3, 100])
    func pages(_ backend: BackendUnderTest, _ limit: Int) async throws {
        let (streams, kept) = try backend.open()
        let name = NameCounter.next()
        try await streams.createStream(name, StreamConfiguration())
        for index in 0..<7 { try await streams.putRecord(PutBatch(key: "k", payload: [UInt8(index)]), to: name) }
        var iterator: ShardIterator? = try await streams.shardIterator(name, ShardID(0), .trimHorizon)
        var read: [UInt8] = []
        while read.count < 7, let now = iterator {
            let page = try await streams.getRecords(now, limit: limit)
            #expect(page.count <= limit)
            #expect(page.continuation == page.batches.last.map { $0.sequenceNumber($0.count - 1) })
            #expect(page.batches.allSatisfy { $0.count > 0 })
            for batch in page.batches { read += (0..<batch.count).flatMap { batch.payloads[$0] } }
            iterator = page.next
        }
        #expect(read == [0, 1, 2, 3, 4, 5, 6])
        let end = try await streams.getRecords(try #require(iterator), limit: limit)
        #expect(end.count == 0)
        #expect(end.millisBehindLatest == 0)
        #expect(end.next != nil)
        for wrong in [0, 10_001] {
            #expect(await errorCode { _ = try await streams.getRecords(end.next!, limit: wrong) } == .invalidArgument)
        }
        _ = kept
    }
}
