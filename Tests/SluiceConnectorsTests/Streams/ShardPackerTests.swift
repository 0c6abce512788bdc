import SluiceCore
import SluiceFormats
import SluiceLog
import SluicePipelines
import SluiceStreams
import SluiceTestKit
import Testing

@testable import SluiceConnectors

@Suite("records that are packed for a shard")
struct ShardPackerTests {
    private static let shards = HashRange.slices(4).enumerated().map {
        ShardSummary(id: ShardID($0 + 2), range: $1, startingSequence: SequenceNumber(0))
    }

    private func queue(_ count: Int, bytes: Int, keepsOrder: Bool = true) -> PutQueue {
        var queue = PutQueue(keepsOrder: keepsOrder, isHashed: true)
        for index in 0..<count { queue.append(key: "k\(index % 37)", payload: [UInt8](repeating: UInt8(index % 251), count: bytes)[...]) }
        return queue
    }

    private func shard(_ key: String) -> Int? { Self.shards.firstIndex { $0.range.contains(HashRange.hash(of: key)) } }

    @Test("a record has rows of one shard, in order, and a call one record of each") func groups() throws {
        let packer = try #require(ShardPacker(Self.shards))
        let queue = queue(1_000, bytes: 20)
        let groups = packer.groups(of: queue, keepsOrder: true)
        #expect(groups.count == 4)
        #expect(groups.joined().sorted() == Array(0..<1_000))
        for rows in groups {
            #expect(rows == rows.sorted())
            #expect(Set(rows.map { shard(queue.keys[$0]) }).count == 1)
        }
        let batch = packer.batch(groups, of: queue)
        for (row, group) in groups.enumerated() {
            let packed = try #require(AggregatedRecord(parsing: batch.payloads[row]))
            #expect(packed.records.map(\.key) == group.map { queue.keys[$0] })
            #expect(packed.records.map(\.data) == group.map { Array(queue.payloads[$0]) })
            #expect(batch.keys.text(row) == packed.records[0].key)
        }
    }

    @Test("shards may have the largest numbers that their names can say") func numbers() throws {
        let shards = HashRange.slices(2).enumerated().map {
            ShardSummary(id: ShardID(999_999_999_998 + $0), range: $1, startingSequence: SequenceNumber(0))
        }
        let packer = try #require(ShardPacker(shards))
        let queue = queue(100, bytes: 20)
        let groups = packer.groups(of: queue, keepsOrder: true)
        #expect(groups.count == 2 && groups.joined().sorted() == Array(0..<100))
        let last = try #require(groups.first { shards[1].range.contains(queue.hashes[$0[0]]) })
        #expect(packer.readable(last, of: queue, in: shards[1].id) == last)
        #expect(packer.readable(last, of: queue, in: shards[0].id) == [])
    }

    @Test("a packed record keeps its bound, and without order a call has several of a shard") func bounds() throws {
        let packer = try #require(ShardPacker(Self.shards))
        let queue = queue(4_000, bytes: 1_000)
        let ordered = packer.groups(of: queue, keepsOrder: true)
        #expect(ordered.count == 4)
        let unordered = packer.groups(of: queue, keepsOrder: false)
        #expect(unordered.count > 12)
        #expect(unordered.joined().sorted() == Array(0..<4_000))
        let batch = packer.batch(unordered, of: queue)
        #expect((0..<batch.count).allSatisfy { batch.payloads.range($0).count <= ShardPacker.packedBytes })
        // One that is longer than the bound goes alone, as it is.
        let long = self.queue(3, bytes: 300 << 10)
        let alone = packer.groups(of: long, keepsOrder: false)
        #expect(alone == [[0], [1], [2]])
        #expect(Array(packer.batch(alone, of: long).payloads[1]) == Array(long.payloads[1]))
        // A call has 10 MiB at most.
        let much = self.queue(50, bytes: 300 << 10)
        #expect(packer.groups(of: much, keepsOrder: false).count == 34)
    }

    @Test("shards that do not share all hashes are waited for") func gaps() {
        #expect(ShardPacker([]) == nil)
        #expect(ShardPacker(Array(Self.shards.dropLast())) == nil)
        #expect(ShardPacker(Array(Self.shards.dropFirst())) == nil)
        var closed = Self.shards
        closed[1].endingSequence = SequenceNumber(9)
        #expect(ShardPacker(closed) == nil)
    }

    @Test(
        "none is lost, doubled or out of its key's order where records are refused and shards are split and merged", arguments: [1, 2, 3])
    func resharding(_ seed: UInt64) async throws {
        let bench = try Workbench()
        let streams = EmbeddedStreams(bench.context.streams)
        try streams.createStream("events", StreamConfiguration(shards: 2))
        let restless = ReluctantStreams(streams, seed: seed, reshards: true)
        var pauses = PutPauses()
        pauses.clock = PatientClock()
        let putter = RecordPutter(restless, "events", keepsOrder: true, packs: true, pauses: pauses)
        for id in 0..<3_000 {
            putter.append(key: "k\(id % 23)", payload: Array(#"{"id":\#(id),"user":"k\#(id % 23)"}"#.utf8)[...])
            if id % 300 == 299 { try await putter.putAll() }
        }
        #expect(putter.storedRecords == 3_000)
        let columns = [DeclaredColumn("id", .int64, at: nil), DeclaredColumn("user", .string, at: nil)]
        let source = try await BackendSource(
            BackendStream(backend: streams, name: "events", kind: "test"), from: .trimHorizon,
            layout: FileLayout(format: "json", columns: columns.map(\.name), options: [:]), declared: columns)
        let read = try await source.readAll()
        #expect(read["id"].count == 3_000)
        #expect(Set(read["id"]).count == 3_000)
        #expect(try streams.listShards("events", .fromTrimHorizon).count > 6)
        // Shards are read parents first, so the rows of a key stay in order.
        for user in Set(read["user"]) {
            let ids = read.rows.filter { $0[1] == user }.compactMap { if case .integer(let id) = $0[0] { id } else { nil } }
            #expect(ids == ids.sorted())
        }
    }
}
