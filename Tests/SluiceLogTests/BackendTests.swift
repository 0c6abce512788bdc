import SluiceCore
import SluiceLog
import SluiceStreams
import Testing

@Suite("the embedded log as a backend")
struct BackendTests {
    let temporary = TemporaryDirectory()
    let clock = ManualMicros(1_000_000_000)

    private func open() -> EmbeddedStreams {
        EmbeddedStreams(StreamStore(directory: temporary.path + "/streams", clock: clock.wall))
    }

    @Test("a stream is described with what it was created with, and changed")
    func life() async throws {
        let streams: any StreamBackend = open()
        let made = StreamConfiguration(
            shards: 3, retentionHours: 48, recordBytes: 2 << 20, mode: .onDemand, tags: ["team": "a b%\n", "": ""])
        await #expect(throws: SluiceError.self) { try await streams.createStream("s", made) }
        var configuration = made
        configuration.tags = ["team": "a b%\n", "x": ""]
        try await streams.createStream("s", configuration)
        var summary = try await streams.describeStream("s")
        #expect(summary.status == .active)
        #expect(summary.openShardCount == 3)
        #expect(summary.configuration == configuration)
        #expect(summary.createdMicros == 1_000_000_000)
        var change = StreamChange()
        change.retentionHours = 100
        change.retentionBytes = .some(1 << 30)
        change.durability = .interval
        change.addedTags = ["y": "1"]
        change.removedTags = ["x"]
        try await streams.updateStream("s", change)
        (streams as? EmbeddedStreams)?.close()
        let again = open()
        summary = try again.describeStream("s")
        #expect(summary.configuration.retentionHours == 100)
        #expect(summary.configuration.retentionBytes == 1 << 30)
        #expect(summary.configuration.durability == .interval)
        #expect(summary.configuration.tags == ["team": "a b%\n", "y": "1"])
        try again.deleteStream("s")
        #expect(try again.listStreams().isEmpty)
        #expect(#expect(throws: SluiceError.self) { try again.describeStream("s") }?.code == .notFound)
    }

    @Test(
        "settings out of their bounds are refused",
        arguments: [
            StreamConfiguration(shards: 0), StreamConfiguration(retentionHours: 8_761), StreamConfiguration(recordBytes: 1_023),
            StreamConfiguration(recordBytes: (10 << 20) + 1), StreamConfiguration(retentionBytes: 0),
            StreamConfiguration(tags: Dictionary(uniqueKeysWithValues: (0..<51).map { ("\($0)", "") })),
            StreamConfiguration(tags: [String(repeating: "k", count: 129): ""]),
        ])
    func badSettings(_ configuration: StreamConfiguration) throws {
        #expect(throws: SluiceError.self) { try open().createStream("s", configuration) }
        #expect(try open().listStreams().isEmpty)
    }

    @Test("records go to the shard of their hash and come back with rising numbers of the same length")
    func putAndGet() async throws {
        let streams = open()
        try streams.createStream("s", StreamConfiguration(shards: 2))
        let halves = HashRange.slices(2)
        let outcomes = try await streams.putRecords(
            PutBatch(
                keys: ByteRows(texts: ["a", "b", "c"]), payloads: raw(["1", "2", "3"]), hashKeys: [0, UInt128.max, nil]), to: "s")
        let receipts = outcomes.compactMap(\.receipt)
        #expect(receipts.map(\.shard)[..<2] == [ShardID(0), ShardID(1)])
        #expect(receipts[2].shard == ShardID(halves.firstIndex { $0.contains(HashRange.hash(of: "c")) }!))
        #expect(Set(receipts.map(\.sequenceNumber)).count == 3)
        #expect(Set(receipts.map(\.sequenceNumber.description.count)) == [34])
        let all = try await streams.texts("s", ShardID(0)) + streams.texts("s", ShardID(1))
        #expect(Set(all) == ["1", "2", "3"])
        let ordered = try await streams.putRecord(
            PutBatch(
                keys: ByteRows(texts: ["a"]), payloads: raw(["4"]), hashKeys: [0],
                sequenceNumberForOrdering: receipts.map(\.sequenceNumber).max()), to: "s")
        #expect(ordered.sequenceNumber > receipts.map(\.sequenceNumber).max()!)
        #expect(try await streams.texts("s", ShardID(0)).last == "4")
    }

    @Test("the five kinds of iterators")
    func iterators() async throws {
        let streams = open()
        try streams.createStream("s", StreamConfiguration())
        var numbers: [SequenceNumber] = []
        for index in 0..<4 {
            clock.set(2_000_000_000 + Int64(index) * 1_000_000)
            numbers.append(try await streams.putRecord(PutBatch(key: "k", payload: Array("\(index)".utf8)), to: "s").sequenceNumber)
        }
        func texts(_ position: IteratorPosition) async throws -> [String] { try await streams.texts("s", ShardID(0), position) }
        #expect(try await texts(.trimHorizon) == ["0", "1", "2", "3"])
        #expect(try await texts(.atSequenceNumber(numbers[1])) == ["1", "2", "3"])
        #expect(try await texts(.afterSequenceNumber(numbers[1])) == ["2", "3"])
        #expect(try await texts(.atTimestamp(micros: 2_001_000_000)) == ["1", "2", "3"])
        #expect(try await texts(.atTimestamp(micros: 2_001_000_001)) == ["2", "3"])
        #expect(try await texts(.atTimestamp(micros: 0)) == ["0", "1", "2", "3"])
        #expect(try await texts(.latest) == [])
        // `latest` is where the shard ends when the iterator is made, not when it is used.
        let latest = try streams.shardIterator("s", ShardID(0), .latest)
        try await streams.putRecord(PutBatch(key: "k", payload: Array("4".utf8)), to: "s")
        #expect(try streams.getRecords(latest, limit: 10).texts == ["4"])
        for wrong in ["1", "5192296858534827628530496329220096", String(repeating: "9", count: 129)] {
            let number = try #require(SequenceNumber(parsing: wrong))
            #expect(throws: SluiceError.self, "\(wrong)") {
                try streams.shardIterator("s", ShardID(1), .atSequenceNumber(number))
            }
        }
        let beyond = SequenceNumber(numbers[3].value! + 1_000 * (1 << 32))
        #expect(
            #expect(throws: SluiceError.self) { try streams.shardIterator("s", ShardID(0), .atSequenceNumber(beyond)) }?.code
                == .invalidArgument)
        #expect(#expect(throws: SluiceError.self) { try streams.shardIterator("s", ShardID(9), .latest) }?.code == .notFound)
    }

    @Test("an iterator lives 300 seconds, across processes, and cannot be made up")
    func tokens() async throws {
        let streams = open()
        try streams.createStream("s", StreamConfiguration())
        try await streams.putRecord(PutBatch(key: "k", payload: [1]), to: "s")
        let iterator = try streams.shardIterator("s", ShardID(0), .trimHorizon)
        #expect(iterator.token.utf8.count <= 512)
        streams.close()
        let again = open()
        clock.set(1_000_000_000 + 300_000_000)
        #expect(try again.getRecords(iterator, limit: 1).count == 1)
        clock.set(1_000_000_000 + 300_000_001)
        #expect(#expect(throws: SluiceError.self) { try again.getRecords(iterator, limit: 1) }?.code == .expiredIterator)
        clock.set(1_000_000_000)
        var forged = Array(iterator.token)
        for place in [0, 20, forged.count - 3] {
            forged[place] = forged[place] == "B" ? "C" : "B"
            let error = #expect(throws: SluiceError.self) { try again.getRecords(ShardIterator(token: String(forged)), limit: 1) }
            #expect(error?.code == .invalidIterator)
            forged = Array(iterator.token)
        }
        for token in ["", "x", String(repeating: "A", count: 600)] {
            #expect(
                #expect(throws: SluiceError.self) { try again.getRecords(ShardIterator(token: token), limit: 1) }?.code
                    == .invalidIterator)
        }
        try again.deleteStream("s")
        try again.createStream("s", StreamConfiguration())
        #expect(#expect(throws: SluiceError.self) { try again.getRecords(iterator, limit: 1) }?.code == .notFound)
    }

    @Test("a read keeps its limits and says how far behind it is", arguments: [1, 3, 100])
    func limits(_ limit: Int) async throws {
        let streams = open()
        try streams.createStream("s", StreamConfiguration())
        for index in 0..<7 {
            clock.set(1_000_000_000 + Int64(index) * 1_000_000)
            try await streams.putRecord(PutBatch(key: "k", payload: Array("\(index)".utf8)), to: "s")
        }
        var iterator: ShardIterator? = try streams.shardIterator("s", ShardID(0), .trimHorizon)
        var read: [String] = []
        while read.count < 7, let now = iterator {
            let page = try streams.getRecords(now, limit: limit)
            #expect(page.count <= limit)
            read += page.texts
            #expect(page.millisBehindLatest == Int64(7 - read.count) * 1_000)
            iterator = page.next
        }
        #expect(read == (0..<7).map { "\($0)" })
        #expect(try streams.getRecords(try #require(iterator), limit: limit).count == 0)
        for wrong in [0, 10_001] {
            #expect(throws: SluiceError.self) { try streams.getRecords(iterator!, limit: wrong) }
        }
    }

    @Test("a read returns at most 10 MiB, and one record more would not fit")
    func bytes() async throws {
        let streams = open()
        try streams.createStream("s", StreamConfiguration(recordBytes: 10 << 20))
        let large = [UInt8](repeating: 1, count: 4 << 20)
        for _ in 0..<5 { try await streams.putRecord(PutBatch(key: "k", payload: large), to: "s") }
        let first = try streams.getRecords(try streams.shardIterator("s", ShardID(0), .trimHorizon), limit: 10)
        #expect(first.count == 2)
        let second = try streams.getRecords(try #require(first.next), limit: 10)
        #expect(second.count == 2)
        #expect(try streams.getRecords(try #require(second.next), limit: 10).count == 1)
    }

    @Test("what is wrong with a put fails the whole call")
    func badPuts() async throws {
        let streams = open()
        try streams.createStream("s", StreamConfiguration(recordBytes: 2_000))
        func code(_ batch: PutBatch, _ name: String = "s") async -> SluiceError.Code? {
            await #expect(throws: SluiceError.self) { try await streams.putRecords(batch, to: name) }?.code
        }
        #expect(await code(PutBatch(key: "k", payload: [1]), "t") == .notFound)
        #expect(await code(PutBatch(key: "", payload: [1])) == .invalidArgument)
        #expect(await code(PutBatch(key: String(repeating: "ü", count: 257), payload: [1])) == .invalidArgument)
        #expect(await code(PutBatch(key: "k", payload: [UInt8](repeating: 0, count: 2_000))) == .recordTooLarge)
        #expect(await code(PutBatch(keys: ByteRows(), payloads: raw([]))) == .invalidArgument)
        let many = (0..<501).map { "\($0)" }
        #expect(await code(PutBatch(keys: ByteRows(texts: many), payloads: raw(many))) == .invalidArgument)
        var ahead = PutBatch(key: "k", payload: [1])
        ahead.sequenceNumberForOrdering = SequenceNumber(1)
        #expect(await code(ahead) == .invalidArgument)
        #expect(try await streams.texts("s", ShardID(0)).isEmpty)
        try await streams.putRecord(PutBatch(key: String(repeating: "ü", count: 256), payload: [1]), to: "s")
        try await streams.putRecord(PutBatch(key: "k", payload: [UInt8](repeating: 0, count: 1_999)), to: "s")
    }

    @Test(
        "explicit hash keys are decimal numbers below 2^128", arguments: ["", "01", "-1", "x", "340282366920938463463374607431768211456"])
    func badHashKeys(_ text: String) throws {
        #expect(#expect(throws: SluiceError.self) { try HashRange.hashKey(parsing: text) }?.code == .invalidArgument)
        #expect(try HashRange.hashKey(parsing: "340282366920938463463374607431768211455") == .max)
        #expect(try HashRange.hashKey(parsing: "0") == 0)
    }

    @Test("sequence numbers compare as numbers whatever their length")
    func numbers() throws {
        let texts = [
            "0", "9", "10", "340282366920938463463374607431768211455", "340282366920938463463374607431768211456",
            String(repeating: "9", count: 129),
        ]
        let numbers = try texts.map { try #require(SequenceNumber(parsing: $0)) }
        #expect(numbers.shuffled().sorted() == numbers)
        #expect(numbers.map(\.description) == texts)
        for wrong in ["", "00", "01", "1a", "-1", "+1", String(repeating: "9", count: 130)] {
            #expect(SequenceNumber(parsing: wrong) == nil)
        }
    }

    @Test("a shorter retention hides records at once, a longer one does not bring them back")
    func retention() async throws {
        let hour: Int64 = 3_600_000_000
        let streams = open()
        clock.set(hour)
        try streams.createStream("s", StreamConfiguration(retentionHours: 100))
        for index in 0..<5 {
            clock.set(hour * Int64(index * 20 + 1))
            try await streams.putRecord(PutBatch(key: "k", payload: Array("\(index)".utf8)), to: "s")
        }
        #expect(try await streams.texts("s", ShardID(0)) == ["0", "1", "2", "3", "4"])
        var change = StreamChange()
        change.retentionHours = 45
        try streams.updateStream("s", change)
        #expect(try await streams.texts("s", ShardID(0)) == ["2", "3", "4"])
        change.retentionHours = 200
        try streams.updateStream("s", change)
        #expect(try await streams.texts("s", ShardID(0)) == ["2", "3", "4"])
        #expect(try await streams.texts("s", ShardID(0), .atTimestamp(micros: 0)) == ["2", "3", "4"])
    }

    @Test("a subscription gets records as they are committed and ends when the stream does")
    func subscription() async throws {
        let streams = open()
        try streams.createStream("s", StreamConfiguration())
        try await streams.putRecord(PutBatch(key: "k", payload: Array("0".utf8)), to: "s")
        let subscription = try streams.subscribe("s", ShardID(0), .trimHorizon)
        let received = Task {
            var texts: [String] = []
            while let page = try await subscription.next() {
                texts += page.texts
                #expect(page.continuation != nil)
            }
            return texts
        }
        for index in 1..<20 { try await streams.putRecord(PutBatch(key: "k", payload: Array("\(index)".utf8)), to: "s") }
        #expect(try await streams.subscribe("s", ShardID(0), .trimHorizon).next()?.count == 20)
        streams.close()
        #expect(try await received.value == (0..<20).map { "\($0)" })
    }
}

func raw(_ texts: [String]) -> RawRecords {
    let rows = ByteRows(texts: texts)
    return RawRecords(bytes: rows.data, starts: Array(rows.offsets.dropLast()), ends: Array(rows.offsets.dropFirst()))
}

extension RecordPage {
    var texts: [String] { batches.flatMap { batch in (0..<batch.count).map { batch.payloads.text($0) } } }
}

extension EmbeddedStreams {
    /// All that is behind a position now.
    func texts(_ stream: String, _ shard: ShardID, _ position: IteratorPosition = .trimHorizon) async throws -> [String] {
        var texts: [String] = []
        var iterator: ShardIterator? = try shardIterator(stream, shard, position)
        while let now = iterator {
            let page = try getRecords(now, limit: 3)
            texts += page.texts
            if page.count == 0 { return texts }
            iterator = page.next
        }
        return texts
    }
}
