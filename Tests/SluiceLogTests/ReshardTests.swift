import SluiceCore
import SluiceLog
import SluiceStreams
import Testing

@Suite("splitting and merging shards")
struct ReshardTests {
    let temporary = TemporaryDirectory()
    let clock = ManualMicros(1_000_000_000)
    private let half = UInt128(1) << 127

    private func open() -> EmbeddedStreams {
        EmbeddedStreams(StreamStore(directory: temporary.path + "/streams", clock: clock.wall))
    }

    private func put(_ streams: EmbeddedStreams, _ text: String, _ hashKey: UInt128) async throws -> PutReceipt {
        try await streams.putRecord(PutBatch(key: "k", payload: Array(text.utf8), hashKey: hashKey), to: "s")
    }

    @Test("a split closes the shard, keeps its records, and its children share the range")
    func split() async throws {
        var streams = open()
        try streams.createStream("s", StreamConfiguration())
        let before = try await put(streams, "a", 0)
        try await streams.splitShard("s", ShardID(0), at: half)
        let low = try await put(streams, "b", half - 1)
        let high = try await put(streams, "c", half)
        #expect([before.shard, low.shard, high.shard] == [ShardID(0), ShardID(1), ShardID(2)])
        #expect(low.sequenceNumber > before.sequenceNumber && high.sequenceNumber > before.sequenceNumber)
        for _ in 0..<2 {
            let shards = try streams.listShards("s", .fromTrimHorizon)
            #expect(shards.map(\.id) == [ShardID(0), ShardID(1), ShardID(2)])
            #expect(shards.map(\.isOpen) == [false, true, true])
            #expect(shards[0].endingSequence == before.sequenceNumber)
            #expect(shards[1].parent == ShardID(0) && shards[2].parent == ShardID(0) && shards[0].parent == nil)
            #expect(shards[1].range == HashRange(first: 0, last: half - 1) && shards[2].range == HashRange(first: half, last: .max))
            #expect(try await streams.texts("s", ShardID(0)) == ["a"])
            #expect(try await streams.texts("s", ShardID(1)) == ["b"])
            #expect(try streams.describeStream("s").openShardCount == 2)
            streams.close()
            streams = open()
        }
    }

    @Test("at the end of a closed shard the iterator is null and the children are named; an iterator for it is valid")
    func endOfShard() async throws {
        let streams = open()
        try streams.createStream("s", StreamConfiguration())
        for text in ["a", "b"] { _ = try await put(streams, text, 0) }
        try await streams.splitShard("s", ShardID(0), at: half)
        let first = try streams.getRecords(try streams.shardIterator("s", ShardID(0), .trimHorizon), limit: 1)
        #expect(first.texts == ["a"] && first.children.isEmpty)
        let second = try streams.getRecords(try #require(first.next), limit: 1)
        #expect(second.texts == ["b"] && second.next == nil)
        #expect(second.children.map(\.id) == [ShardID(1), ShardID(2)])
        #expect(second.children.map(\.parents) == [[ShardID(0)], [ShardID(0)]])
        let latest = try streams.getRecords(try streams.shardIterator("s", ShardID(0), .latest), limit: 1)
        #expect(latest.count == 0 && latest.next == nil && latest.children.count == 2)
    }

    @Test("a merge joins neighbours, whichever is named first", arguments: [[0, 1], [1, 0]])
    func merge(_ order: [Int]) async throws {
        let streams = open()
        try streams.createStream("s", StreamConfiguration(shards: 2))
        let a = try await put(streams, "a", 0)
        let b = try await put(streams, "b", .max)
        try await streams.mergeShards("s", ShardID(order[0]), ShardID(order[1]))
        let c = try await put(streams, "c", half)
        #expect(c.shard == ShardID(2))
        #expect(c.sequenceNumber > a.sequenceNumber && c.sequenceNumber > b.sequenceNumber)
        let child = try #require(try streams.listShards("s", .atLatest).first)
        #expect(child.parent == ShardID(order[0]) && child.adjacentParent == ShardID(order[1]))
        #expect(child.range == HashRange(first: 0, last: .max))
    }

    @Test("splits and merges that make no sense are refused and change nothing")
    func refused() async throws {
        let streams = open()
        try streams.createStream("s", StreamConfiguration(shards: 3))
        let ranges = HashRange.slices(3)
        for hashKey in [ranges[1].first, ranges[1].last, ranges[0].first, ranges[2].last] {
            let error = await #expect(throws: SluiceError.self) { try await streams.splitShard("s", ShardID(1), at: hashKey) }
            #expect(error?.code == .invalidArgument)
        }
        for pair in [[0, 2], [1, 1]] {
            let error = await #expect(throws: SluiceError.self) {
                try await streams.mergeShards("s", ShardID(pair[0]), ShardID(pair[1]))
            }
            #expect(error?.code == .invalidArgument)
        }
        let unknown = await #expect(throws: SluiceError.self) { try await streams.splitShard("s", ShardID(7), at: 5) }
        #expect(unknown?.code == .notFound)
        try await streams.mergeShards("s", ShardID(0), ShardID(1))
        let closed = await #expect(throws: SluiceError.self) { try await streams.splitShard("s", ShardID(0), at: 5) }
        #expect(closed?.code == .invalidArgument)
        for target in [0, 5] {
            let error = await #expect(throws: SluiceError.self) { try await streams.updateShardCount("s", to: target) }
            #expect(error?.code == .invalidArgument)
        }
        #expect(try streams.listShards("s", .atLatest).count == 2)
    }

    @Test("uniform scaling reaches equal ranges by splits and merges", arguments: [(1, 2), (4, 8), (3, 5), (6, 3), (5, 4), (2, 1)])
    func uniform(_ from: Int, _ to: Int) async throws {
        let streams = open()
        try streams.createStream("s", StreamConfiguration(shards: from))
        try await streams.updateShardCount("s", to: to)
        let ranges = try streams.listShards("s", .atLatest).map(\.range).sorted { $0.first < $1.first }
        #expect(ranges.count == to)
        for (range, slice) in zip(ranges, HashRange.slices(to)) {
            let distance = range.first > slice.first ? range.first - slice.first : slice.first - range.first
            #expect(distance < 100)
        }
    }

    @Test("listings by time and number")
    func filters() async throws {
        let hour: Int64 = 3_600_000_000
        let streams = open()
        clock.set(hour)
        try streams.createStream("s", StreamConfiguration(retentionHours: 24))
        clock.set(2 * hour)
        try await streams.splitShard("s", ShardID(0), at: half)
        clock.set(3 * hour)
        try await streams.mergeShards("s", ShardID(1), ShardID(2))
        func list(_ filter: ShardFilter) throws -> [Int] { try streams.listShards("s", filter).map(\.id.number) }
        #expect(try list(.fromTrimHorizon) == [0, 1, 2, 3])
        #expect(try list(.atLatest) == [3])
        #expect(try list(.atTrimHorizon) == [0])
        #expect(try list(.afterShard(ShardID(1))) == [2, 3])
        #expect(try list(.at(micros: 2 * hour)) == [1, 2])
        #expect(try list(.at(micros: hour)) == [0])
        #expect(try list(.from(micros: 2 * hour + 1)) == [1, 2, 3])
        // Closed shards are listed until their last record has expired.
        clock.set(26 * hour)
        #expect(try list(.fromTrimHorizon) == [0, 1, 2, 3])
        #expect(try list(.atTrimHorizon) == [1, 2])
        clock.set(26 * hour + 1)
        #expect(try list(.fromTrimHorizon) == [1, 2, 3])
        clock.set(28 * hour)
        #expect(try list(.fromTrimHorizon) == [3])
        #expect(#expect(throws: SluiceError.self) { try streams.shardIterator("s", ShardID(0), .latest) }?.code == .notFound)
        streams.close()
        #expect(try open().listShards("s", .fromTrimHorizon).map(\.id.number) == [3])
    }

    @Test("who reads beside the writer sees shards expire, too, and an iterator of one that is gone leads to those that came of it")
    func expired() async throws {
        let hour: Int64 = 3_600_000_000
        let streams = open()
        clock.set(hour)
        try streams.createStream("s", StreamConfiguration(retentionHours: 24))
        _ = try await put(streams, "a", 0)
        let reading = EmbeddedStreams(StreamStore(directory: temporary.path + "/streams", clock: clock.wall), for: .reading)
        try await streams.splitShard("s", ShardID(0), at: half)
        func numbers(_ filter: ShardFilter) throws -> [Int] { try reading.listShards("s", filter).map(\.id.number) }
        #expect(try numbers(.fromTrimHorizon) == [0, 1, 2])
        clock.set(25 * hour)
        #expect(try numbers(.from(micros: 0)) == [0, 1, 2])
        clock.set(25 * hour + 1)
        let iterators = try [streams, reading].map { try $0.shardIterator("s", ShardID(0), .trimHorizon) }
        for filter in [ShardFilter.fromTrimHorizon, .from(micros: 0)] { #expect(try numbers(filter) == [1, 2]) }
        // The writer removes it; the reader still had it.
        #expect(try streams.listShards("s", .fromTrimHorizon).count == 2)
        for iterator in iterators {
            let page = try streams.getRecords(iterator, limit: 10)
            #expect(page.batches.isEmpty && page.next == nil && page.children.map(\.id.number) == [1, 2])
        }
    }

    @Test("a second change is refused while one is under way")
    func busy() async throws {
        let streams = open()
        try streams.createStream("s", StreamConfiguration(shards: 4))
        let results = await withTaskGroup(of: SluiceError.Code?.self) { group in
            for _ in 0..<6 { group.addTask { await failure(streams) } }
            var results: [SluiceError.Code?] = []
            for await result in group { results.append(result) }
            return results
        }
        #expect(results.contains(nil))
        #expect(results.allSatisfy { $0 == nil || $0 == .resourceInUse })
    }

    /// What an update says that may be refused; nil for nothing.
    private func failure(_ streams: EmbeddedStreams) async -> SluiceError.Code? {
        do throws(SluiceError) {
            try await streams.updateShardCount("s", to: 4)
            return nil
        } catch {
            return error.code
        }
    }
}
