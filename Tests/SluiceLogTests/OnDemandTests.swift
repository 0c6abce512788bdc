import SluiceCore
import SluiceLog
import SluiceStreams
import Testing

@Suite("streams on demand")
struct OnDemandTests {
    private static let second: Int64 = 1_000_000
    let temporary = TemporaryDirectory()
    let clock = ManualMicros(1_000 * Self.second)

    private var store: StreamStore { StreamStore(directory: temporary.path + "/streams", clock: clock.wall) }

    /// Records that go to all shards alike.
    private func put(_ stream: RecordStream, _ count: Int, _ router: inout KeyRouter) async throws {
        let names = (0..<count).map { "k\($0)" }
        let records = NewRecords(keys: ByteRows(texts: names), payloads: ByteRows(texts: names))
        for (shard, rows) in router.partition(records.keys).enumerated() where !rows.isEmpty {
            try await stream.append(records, rows: rows, to: shard, rerouting: &router, .buffered)
        }
        try await stream.commit()
    }

    @Test("hot shards are split, and merged when they have been cold for a quarter of an hour; a writer goes on with its old router")
    func followsTheLoad() async throws {
        try store.create("s", StreamConfiguration(shards: 4, mode: .onDemand))
        let stream = try store.open("s", for: .writing)
        var router = stream.router()
        #expect(try await stream.adjustCapacity().isEmpty, "the first look has nothing to compare with")
        // 3,000 records a second: three quarters of what four shards take.
        try await put(stream, 30_000, &router)
        clock.set(1_010 * Self.second)
        #expect(try await stream.adjustCapacity().count == 4)
        #expect(stream.openShards == Array(4..<12))
        try await put(stream, 10_000, &router)
        #expect(router.shardCount == 8)
        clock.set(1_020 * Self.second)
        #expect(try await stream.adjustCapacity().isEmpty)
        clock.set(1_030 * Self.second)
        #expect(try await stream.adjustCapacity().isEmpty, "cold, but not for long")
        clock.set(1_030 * Self.second + CapacityPolicy.coolMicros)
        #expect(try await stream.adjustCapacity().count == 4)
        #expect(stream.openShards.count == 4)
        clock.set(1_040 * Self.second + 3 * CapacityPolicy.coolMicros)
        #expect(try await stream.adjustCapacity().isEmpty, "four shards are the least")

        try await put(stream, 10, &router)
        var reader = try StreamReader(stream)
        var count = 0
        while let found = try await reader.next() { count += found.records.count }
        #expect(count == 40_010)
        stream.close()
        #expect(try store.open("s", for: .reading).openShards.count == 4)
    }

    @Test("a key's records stay in order while the shards follow the load")
    func order() async throws {
        try store.create("s", StreamConfiguration(shards: 1, mode: .onDemand))
        let stream = try store.open("s", for: .writing)
        var router = stream.router()
        for step in 0..<6 {
            clock.set((1_000 + Int64(step)) * Self.second)
            try await stream.adjustCapacity()
            let keys = (0..<1_200).map { "k\($0 % 40)" }
            let records = NewRecords(keys: ByteRows(texts: keys), payloads: ByteRows(texts: (0..<1_200).map { "\(step * 1_200 + $0)" }))
            for (shard, rows) in router.partition(records.keys).enumerated() where !rows.isEmpty {
                try await stream.append(records, rows: rows, to: shard, rerouting: &router, .buffered)
            }
        }
        try await stream.commit()
        #expect(stream.openShards.count > 1)
        var reader = try StreamReader(stream)
        var last: [String: Int] = [:]
        var count = 0
        while let (_, records) = try await reader.next() {
            for row in 0..<records.count {
                let number = try #require(Int(records.payloads.text(row)))
                #expect(number > last[records.keys.text(row), default: -1])
                last[records.keys.text(row)] = number
                count += 1
            }
        }
        #expect(count == 7_200)
    }

    @Test("a backend's puts count, and its shards are not changed by hand")
    func backend() async throws {
        let streams = EmbeddedStreams(store)
        try streams.createStream("s", StreamConfiguration(shards: 1, mode: .onDemand))
        let stream = try streams.stream("s")
        for index in 0..<8 {
            let texts = (0..<100).map { "\(index)-\($0)" }
            _ = try await streams.putRecords(PutBatch(keys: ByteRows(texts: texts), payloads: raw(texts)), to: "s")
        }
        clock.set(1_001 * Self.second)
        #expect(try await stream.adjustCapacity() == [.split(ShardID(0), at: UInt128(1) << 127)])
        for change in 0..<3 {
            let error = await #expect(throws: SluiceError.self) {
                switch change {
                case 0: try await streams.splitShard("s", ShardID(1), at: 5)
                case 1: try await streams.mergeShards("s", ShardID(1), ShardID(2))
                default: try await streams.updateShardCount("s", to: 4)
                }
            }
            #expect(error?.code == .invalidArgument)
        }
        var toProvisioned = StreamChange()
        toProvisioned.mode = .provisioned
        try streams.updateStream("s", toProvisioned)
        try await streams.updateShardCount("s", to: 4)
        clock.set(1_010 * Self.second)
        #expect(try await stream.adjustCapacity().isEmpty)
    }
}
