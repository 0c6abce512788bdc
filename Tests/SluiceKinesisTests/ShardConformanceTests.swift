import SluiceCore
import SluiceStreams
import SluiceTestKit
import Testing

/// Changes of shards, and reading up to an end, alike on every backend; see `ConformanceTests`.
@Suite("shards of every backend")
struct ShardConformanceTests {
    private let half = UInt128(1) << 127

    @Test("a shard is split and two are merged; no record of a key is lost", arguments: BackendUnderTest.all)
    func reshard(_ backend: BackendUnderTest) async throws {
        let (streams, kept) = try backend.open()
        let name = NameCounter.next()
        try await streams.createStream(name, StreamConfiguration())
        try await streams.putRecord(PutBatch(key: "k", payload: [0], hashKey: 7), to: name)
        try await streams.splitShard(name, ShardID(0), at: half)
        try await streams.putRecord(PutBatch(key: "k", payload: [1], hashKey: 7), to: name)
        var shards = try await streams.listShards(name, .fromTrimHorizon)
        #expect(shards.map(\.id) == (0...2).map { ShardID($0) })
        #expect(shards.map(\.isOpen) == [false, true, true])
        #expect(shards.map(\.parent) == [nil, ShardID(0), ShardID(0)])
        #expect(shards[1].range == HashRange(first: 0, last: half - 1))
        #expect(shards[2].range == HashRange(first: half, last: .max))
        #expect(await errorCode { try await streams.splitShard(name, ShardID(1), at: half + 1) } == .invalidArgument)
        try await streams.mergeShards(name, ShardID(1), ShardID(2))
        try await streams.putRecord(PutBatch(key: "k", payload: [2], hashKey: 7), to: name)
        shards = try await streams.listShards(name, .fromTrimHorizon)
        #expect(shards[3].parent == ShardID(1))
        #expect(shards[3].adjacentParent == ShardID(2))
        #expect(try await streams.describeStream(name).openShardCount == 1)
        var payloads: [UInt8] = []
        for shard in shards { payloads += try await streams.read(name, shard.id).flatMap(\.payload) }
        #expect(payloads == [0, 1, 2])
        if backend.has(.shardFilters) {
            #expect(try await streams.listShards(name, .atLatest).map(\.id) == [ShardID(3)])
            #expect(try await streams.listShards(name, .afterShard(ShardID(1))).map(\.id) == [ShardID(2), ShardID(3)])
        }
        if backend.has(.shardEnds) {
            let first = try await streams.shardIterator(name, ShardID(0), .trimHorizon)
            var page = try await streams.getRecords(first, limit: 10)
            if let next = page.next { page = try await streams.getRecords(next, limit: 10) }
            #expect(page.isAtEnd)
            #expect(page.children.map(\.id) == [ShardID(1), ShardID(2)])
            #expect(page.children.map(\.parents) == [[ShardID(0)], [ShardID(0)]])
        }
        _ = kept
    }

    @Test("shards are scaled to equal ranges", arguments: BackendUnderTest.all)
    func scale(_ backend: BackendUnderTest) async throws {
        let (streams, kept) = try backend.open()
        let name = NameCounter.next()
        try await streams.createStream(name, StreamConfiguration(shards: 2))
        try await streams.updateShardCount(name, to: 4)
        let open = try await streams.listShards(name, .fromTrimHorizon).filter(\.isOpen)
        #expect(open.count == 4)
        #expect(try await streams.describeStream(name).openShardCount == 4)
        let ranges = open.map(\.range).sorted { $0.first < $1.first }
        #expect(ranges.first?.first == 0)
        #expect(ranges.last?.last == .max)
        for (a, b) in zip(ranges, ranges.dropFirst()) { #expect(a.last &+ 1 == b.first) }
        _ = kept
    }

    @Test("the end of a shard comes after all that it holds, and is reached", arguments: BackendUnderTest.all)
    func ends(_ backend: BackendUnderTest) async throws {
        let (streams, kept) = try backend.open()
        let name = NameCounter.next()
        try await streams.createStream(name, StreamConfiguration())
        for index in 0..<5 { try await streams.putRecord(PutBatch(key: "k", payload: [UInt8(index)]), to: name) }
        let end = try await streams.shardEnd(name, ShardID(0))
        var iterator: ShardIterator? = try await streams.shardIterator(name, ShardID(0), .trimHorizon)
        var payloads: [UInt8] = []
        while let now = iterator {
            let page = try await streams.getRecords(now, limit: 2)
            for batch in page.batches { payloads += (0..<end.rows(of: batch)).flatMap { batch.payloads[$0] } }
            iterator = end.isReached(by: page) ? nil : page.next
        }
        #expect(payloads == [0, 1, 2, 3, 4])
        _ = kept
    }

    @Test("a subscription brings what is there and what comes", arguments: BackendUnderTest.all)
    func subscription(_ backend: BackendUnderTest) async throws {
        let (streams, kept) = try backend.open()
        let name = NameCounter.next()
        try await streams.createStream(name, StreamConfiguration())
        try await streams.putRecord(PutBatch(key: "k", payload: [0]), to: name)
        let subscription = try await streams.subscribe(name, ShardID(0), .trimHorizon)
        var read: [UInt8] = []
        for count in 1...5 {
            while read.count < count, let page = try await subscription.next() {
                for batch in page.batches { read += (0..<batch.count).flatMap { batch.payloads[$0] } }
                #expect(page.continuation != nil)
            }
            try await streams.putRecord(PutBatch(key: "k", payload: [UInt8(count)]), to: name)
        }
        #expect(read.starts(with: [0, 1, 2, 3, 4]))
        _ = kept
    }

    @Test("what is wrong with a put fails the whole call", arguments: BackendUnderTest.all)
    func badPuts(_ backend: BackendUnderTest) async throws {
        let (streams, kept) = try backend.open()
        let name = NameCounter.next()
        try await streams.createStream(name, StreamConfiguration())
        func code(_ batch: PutBatch) async -> SluiceError.Code? { await errorCode { _ = try await streams.putRecords(batch, to: name) } }
        func batch(_ count: Int, bytes: Int) -> PutBatch {
            let rows = ByteRows((0..<count).map { _ in [UInt8](repeating: 1, count: bytes) })
            let raw = RawRecords(bytes: rows.data, starts: Array(rows.offsets.dropLast()), ends: Array(rows.offsets.dropFirst()))
            return PutBatch(keys: ByteRows(texts: (0..<count).map { "\($0)" }), payloads: raw)
        }
        #expect(await code(PutBatch(key: "", payload: [1])) == .invalidArgument)
        #expect(await code(PutBatch(key: String(repeating: "ü", count: 257), payload: [1])) == .invalidArgument)
        #expect(await code(batch(0, bytes: 0)) == .invalidArgument)
        #expect(await code(batch(501, bytes: 1)) == .invalidArgument)
        #expect(await code(batch(11, bytes: 1_000_000)) == .recordTooLarge)
        #expect(await code(batch(1, bytes: 11 << 20)) == .recordTooLarge)
        #expect(try await streams.read(name, ShardID(0)).isEmpty)
        #expect(await code(batch(500, bytes: 1)) == nil)
        #expect(await code(batch(4, bytes: 1_000_000)) == nil)
        _ = kept
    }
}
