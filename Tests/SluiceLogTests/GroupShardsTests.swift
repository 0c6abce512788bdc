import SluiceCore
import SluiceLog
import SluiceStreams
import Testing

@Suite("shards as groups see them")
struct GroupShardsTests {
    private let temporary = TemporaryDirectory()
    private let clock = ManualMicros(1_000_000)
    private let writer: EmbeddedStreams
    private let reader: EmbeddedStreams

    init() throws {
        let store = StreamStore(directory: temporary.path + "/streams", clock: clock.wall, segmentBytes: 2_000)
        writer = EmbeddedStreams(store, allowsShortRetention: true)
        reader = EmbeddedStreams(store, for: .reading)
        try writer.createStream("s", StreamConfiguration(shards: 2, retentionHours: 1))
    }

    private func put(_ count: Int, hash: UInt128, bytes: Int = 1) async throws {
        for _ in 0..<count {
            try await writer.putRecord(PutBatch(key: "k", payload: [UInt8](repeating: 7, count: bytes), hashKey: hash), to: "s")
        }
    }

    /// As the writer's process and as another one sees them, which is the same.
    private func shards(withTimes: Bool = false) async throws -> [GroupShard] {
        let own = try await writer.groupShards(of: "s", withTimes: withTimes)
        #expect(try await reader.groupShards(of: "s", withTimes: withTimes) == own)
        return own
    }

    private func number(_ shard: Int, _ offset: UInt64) throws -> SequenceNumber {
        let first = try #require(try writer.listShards("s", .fromTrimHorizon).first { $0.id.number == shard }).startingSequence
        let start = try #require(first.value)
        return SequenceNumber(start + UInt128(offset) * (try #require(writer.sequenceStep)))
    }

    @Test("what a shard holds, and when its oldest and newest record arrived")
    func contents() async throws {
        #expect(try await shards().map(\.contents) == [.empty, .empty])
        try await put(1, hash: 0)
        clock.set(5_000_000)
        try await put(2, hash: 0)
        let found = try await shards(withTimes: true)
        #expect(found.map(\.id) == ["shardId-000000000000", "shardId-000000000001"])
        #expect(found.map(\.isClosed) == [false, false] && found[1].contents == .empty)
        #expect(found[0].range.first == 0 && found[1].range.last == .max && found[0].range.last + 1 == found[1].range.first)
        let (oldest, newest) = (try number(0, 0), try number(0, 2))
        #expect(
            found[0].contents == .records(oldest: oldest, newest: newest, oldestMicros: 1_000_000, newestMicros: 5_000_000))
        #expect(try await shards()[0].contents == .records(oldest: oldest, newest: newest))
    }

    @Test("children of a split and of a merge name their parents, also to a process that began before")
    func families() async throws {
        _ = try await shards()
        try await put(3, hash: 0)
        try await writer.splitShard("s", ShardID(0), at: 1_000)
        try await put(1, hash: 2_000)
        try await writer.mergeShards("s", ShardID(3), ShardID(1))
        let found = try await shards()
        #expect(found.map(\.isClosed) == [true, true, false, true, false])
        #expect(found[2].parents == ["shardId-000000000000"] && found[3].parents == ["shardId-000000000000"])
        #expect(found[4].parents.sorted() == ["shardId-000000000001", "shardId-000000000003"])
        #expect(found[4].range == HashRange(first: 1_000, last: .max))
        #expect(found[2].contents == .empty && found[4].contents == .empty)
        #expect(found[0].contents == .records(oldest: try number(0, 0), newest: try number(0, 2)))
        let last = try number(3, 0)
        #expect(found[3].contents == .records(oldest: last, newest: last))
    }

    @Test("what retention removed is not held any more, and a closed shard without records is gone")
    func retention() async throws {
        try await put(3, hash: 0, bytes: 1_500)
        try await writer.splitShard("s", ShardID(0), at: 1_000)
        clock.set(1_000_000 + 3_000_000_000)
        try await put(2, hash: 0, bytes: 1_500)
        #expect(try await shards().count == 4)
        clock.set(1_000_000 + 3_700_000_000)
        let found = try await shards()
        #expect(found.map(\.id) == ["shardId-000000000001", "shardId-000000000002", "shardId-000000000003"])
        #expect(found[1].contents == .records(oldest: try number(2, 0), newest: try number(2, 1)))
        #expect(found[1].parents == ["shardId-000000000000"])
    }

    @Test("a stream that was removed, and one that has its name since, are told apart")
    func removed() async throws {
        try await put(2, hash: 0)
        #expect(try await reader.groupShards(of: "s").count == 2)
        try writer.deleteStream("s")
        #expect(await #expect(throws: SluiceError.self) { try await reader.groupShards(of: "s") }?.code == .notFound)
        try writer.createStream("s", StreamConfiguration(shards: 1))
        #expect(try await shards().map(\.contents) == [.empty])
    }

    @Test("a subscription beside the writer is woken by records and ends where the shard was split")
    func subscription() async throws {
        let subscription = try reader.subscribe("s", ShardID(0), .trimHorizon)
        try await put(2, hash: 0)
        await subscription.ready()
        #expect(try await subscription.next()?.count == 2)
        try await writer.splitShard("s", ShardID(0), at: 1_000)
        await subscription.ready()
        let end = try #require(try await subscription.next())
        #expect(end.count == 0 && end.children.map(\.id.number) == [2, 3] && end.continuation == nil)
        #expect(try await subscription.next() == nil)
    }

    @Test("a reader beside the writer goes on in the children of a split")
    func followsChildren() async throws {
        let stream = try StreamStore(directory: temporary.path + "/streams").open("s", for: .reading)
        var follower = try StreamReader(stream)
        try await put(1, hash: 0)
        try await writer.splitShard("s", ShardID(0), at: 1_000)
        try await put(1, hash: 2_000)
        var seen: [Int] = []
        while let (shard, _) = try await follower.next() { seen.append(shard.number) }
        #expect(seen == [0, 3])
    }

    @Test("lag is counted in records and time, over positions of every kind")
    func lag() async throws {
        try await put(1, hash: 0)
        clock.set(3_000_000)
        try await put(1, hash: 0)
        clock.set(9_000_000)
        try await put(1, hash: 0)
        let shard = try await shards()[0]
        let cases: [(GroupPosition, Int, Int64)] = [
            (.trimHorizon, 3, 8_000), (.time(2_000_000), 2, 6_000), (.time(9_500_000), 0, 0), (.at(try number(0, 1)), 2, 6_000),
            (.after(try number(0, 1)), 1, 0), (.after(try number(0, 2)), 0, 0), (.latest, 0, 0),
        ]
        for (position, records, millis) in cases {
            let lag = try await GroupLag.measure(try group(shard, at: position), of: "s", on: reader).shards[0]
            #expect(lag.records == records && lag.millis == millis, "\(position.text)")
        }
        let group = try group(shard, at: .after(try number(0, 0)), reachedMicros: 1_000_000)
        let lag = try await GroupLag.measure(group, of: "s", on: writer)
        #expect(lag.records == 2 && lag.millis == 8_000)
    }

    private func group(_ shard: GroupShard, at position: GroupPosition, reachedMicros: Int64? = nil) throws -> GroupSnapshot {
        var lease = GroupLease(NewLease(shard, at: position), counter: 1)
        lease.reachedMicros = reachedMicros
        return GroupSnapshot(settings: try GroupSettings(), revision: 1, members: [], leases: [lease])
    }
}
