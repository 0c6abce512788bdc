import SluiceCore
import SluiceLog
import SluiceStreams
import Testing

@Suite("appending and reading")
struct RoundTripTests {
    let temporary = TemporaryDirectory()

    @Test("records come back in order with keys, payloads, headers, numbers and time")
    func roundTrip() async throws {
        let store = StreamStore(directory: temporary.path + "/streams", clock: WallClock { 1_700_000_000_000_000 })
        try store.create("orders", shards: 1)
        let stream = try store.open("orders", for: .writing)
        let headers = [RecordHeader("file", text: "a.csv"), RecordHeader("empty", [])]
        #expect(try await stream.append(records("a", 3, headers: headers), to: 0) == 0..<3)
        #expect(try await stream.append(records("b", 2), to: 0) == 3..<5)
        var reader = try stream.reader(shard: 0, from: .start)
        let first = try #require(try await reader.next())
        #expect(first.sequences == 0..<3)
        #expect(first.arrivalMicros == 1_700_000_000_000_000)
        #expect(first.headers == headers)
        #expect((0..<3).map { first.keys.text($0) } == ["key-0", "key-1", "key-2"])
        #expect((0..<3).map { first.payloads.text($0) } == ["a-0", "a-1", "a-2"])
        #expect(first.origin(stream: "orders", shard: 0).location(2).description == "orders/shardId-000000000000@2")
        let second = try #require(try await reader.next())
        #expect(second.sequences == 3..<5)
        #expect(second.headers.isEmpty)
        #expect(try await reader.next() == nil)
        #expect(reader.position == 5)
    }

    @Test("what was appended is there after opening again, and numbers go on")
    func reopen() async throws {
        try temporary.streams.create("s", shards: 2)
        do {
            let stream = try temporary.streams.open("s", for: .writing)
            try await stream.append(records("a", 10), to: 0)
            try await stream.append(records("b", 3), to: 1)
            stream.close()
        }
        let stream = try temporary.streams.open("s", for: .writing)
        #expect(stream.recovery.isEmpty)
        #expect(try await stream.append(records("c", 1), to: 0) == 10..<11)
        #expect(try await stream.texts() == (0..<10).map { "a-\($0)" } + ["c-0"])
        #expect(try await stream.texts(shard: 1) == ["b-0", "b-1", "b-2"])
    }

    @Test("chosen rows are appended in the given order")
    func rows() async throws {
        try temporary.streams.create("s", shards: 1)
        let stream = try temporary.streams.open("s", for: .writing)
        try await stream.append(records("r", 5), rows: [4, 0, 2], to: 0)
        #expect(try await stream.texts() == ["r-4", "r-0", "r-2"])
        #expect(try await stream.append(records("r", 5), rows: [], to: 0).isEmpty)
    }

    @Test("empty keys and payloads and all byte values come back", arguments: [0, 1, 255, 4_096])
    func binary(_ length: Int) async throws {
        try temporary.streams.create("s", shards: 1)
        let stream = try temporary.streams.open("s", for: .writing)
        let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0) }
        try await stream.append(NewRecords(keys: ByteRows([[], bytes.prefix(200)]), payloads: ByteRows([bytes[...], []])), to: 0)
        var reader = try stream.reader(shard: 0, from: .start)
        let back = try #require(try await reader.next())
        #expect(Array(back.payloads[0]) == bytes)
        #expect(back.payloads[1].isEmpty && back.keys[0].isEmpty)
        #expect(Array(back.keys[1]) == Array(bytes.prefix(200)))
    }

    @Test("a large append is spread over frames without a gap, whatever the reader fetches", arguments: [1, 4_096, 10 << 20])
    func manyFrames(_ maxBytes: Int) async throws {
        try temporary.streams.create("s", shards: 1)
        let stream = try temporary.streams.open("s", for: .writing)
        let payload = String(repeating: "x", count: 1_000)
        let rows = ByteRows(texts: (0..<3_000).map { "\($0)" + payload })
        #expect(try await stream.append(NewRecords(keys: rows.gather([]).repeated(3_000), payloads: rows), to: 0) == 0..<3_000)
        var reader = try stream.reader(shard: 0, from: .start)
        let back = try await drain(&reader, maxBytes: maxBytes)
        #expect(back.map(\.sequence) == Array(0..<3_000))
        #expect(back.map(\.text) == (0..<3_000).map { "\($0)" + payload })
    }

    @Test("a reader begins at the start, the end, a number inside a frame, or a time")
    func positions() async throws {
        let clock = ManualMicros(1_000)
        let store = StreamStore(directory: temporary.path + "/streams", clock: clock.wall)
        try store.create("s", shards: 1)
        let stream = try store.open("s", for: .writing)
        for (index, micros) in [1_000, 2_000, 3_000].enumerated() {
            clock.set(Int64(micros))
            try await stream.append(records("\(index)", 3), to: 0)
        }
        #expect(try await stream.texts(from: .sequence(4)) == ["1-1", "1-2", "2-0", "2-1", "2-2"])
        #expect(try await stream.texts(from: .time(2_000)).first == "1-0")
        #expect(try await stream.texts(from: .time(2_001)).first == "2-0")
        #expect(try await stream.texts(from: .time(9_000)).isEmpty)
        var atEnd = try stream.reader(shard: 0, from: .end)
        #expect(try await atEnd.next() == nil)
        try await stream.append(records("later", 1), to: 0)
        #expect(try await drain(&atEnd).map(\.text) == ["later-0"])
    }

    @Test("arrival times do not go back when the clock does")
    func clockStepsBack() async throws {
        let clock = ManualMicros(5_000)
        let store = StreamStore(directory: temporary.path + "/streams", clock: clock.wall)
        try store.create("s", shards: 1)
        var stream = try store.open("s", for: .writing)
        try await stream.append(records("a", 1), to: 0)
        stream.close()
        clock.set(1_000)
        stream = try store.open("s", for: .writing)
        try await stream.append(records("b", 1), to: 0)
        var reader = try stream.reader(shard: 0, from: .sequence(1))
        #expect(try await reader.next()?.arrivalMicros == 5_000)
    }

    @Test("a record at the limit is taken, one byte more is refused and nothing of the append is written")
    func limits() async throws {
        try temporary.streams.create("s", shards: 1)
        let stream = try temporary.streams.open("s", for: .writing)
        let largest = ByteRows([[UInt8](repeating: 7, count: StreamLimits.payloadBytes)])
        try await stream.append(NewRecords(keys: ByteRows([[1]]), payloads: largest), to: 0)
        let tooLarge = ByteRows([[1], [UInt8](repeating: 7, count: StreamLimits.payloadBytes + 1)])
        let error = await #expect(throws: SluiceError.self) {
            try await stream.append(NewRecords(keys: ByteRows([[1], [2]]), payloads: tooLarge), to: 0)
        }
        #expect(error?.code == .recordTooLarge)
        let longKey = ByteRows([[UInt8](repeating: 7, count: StreamLimits.keyBytes + 1)])
        await #expect(throws: SluiceError.self) { try await stream.append(NewRecords(keys: longKey, payloads: ByteRows([[1]])), to: 0) }
        let headers = [RecordHeader("h", [UInt8](repeating: 0, count: LogLimits.headerBytes))]
        await #expect(throws: SluiceError.self) { try await stream.append(records("x", 1, headers: headers), to: 0) }
        #expect(try stream.endSequence(shard: 0) == 1)
        var reader = try stream.reader(shard: 0, from: .start)
        #expect(try await reader.next()?.payloads[0].count == StreamLimits.payloadBytes)
    }
}

extension ByteRows {
    /// Empty rows.
    func repeated(_ count: Int) -> ByteRows { ByteRows(offsets: [Int32](repeating: 0, count: count + 1), data: []) }
}
