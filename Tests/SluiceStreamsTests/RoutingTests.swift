import SluiceCore
import SluiceStreams
import Testing

@Suite("routing keys to shards")
struct RoutingTests {
    @Test("slices of any count are adjacent, equal and cover all hashes", arguments: [1, 2, 3, 4, 7, 16, 1_000])
    func slices(_ count: Int) {
        let slices = HashRange.slices(count)
        #expect(slices.count == count)
        #expect(slices[0].first == 0 && slices[count - 1].last == .max)
        for (left, right) in zip(slices, slices.dropFirst()) { #expect(right.first == left.last + 1) }
        let widths = Set(slices.dropLast().map { $0.last - $0.first })
        #expect(widths.count <= 1)
    }

    @Test("two shards meet where Kinesis cuts: at 2^127")
    func halves() {
        #expect(HashRange.slices(2)[1].first == UInt128(1) << 127)
    }

    @Test("a key's hash is its MD5 as a big-endian number")
    func hashes() {
        #expect(HashRange.hash(of: "") == 0xd41d_8cd9_8f00_b204_e980_0998_ecf8_427e)
        #expect(HashRange.hash(of: "a") == 0x0cc1_75b9_c0f1_b6a8_31c3_99e2_6977_2661)
    }

    @Test("keys go to the shard that owns their hash, the first and the thousandth time", arguments: [1, 2, 5, 64])
    func routes(_ shards: Int) {
        let ranges = HashRange.slices(shards)
        var router = KeyRouter(ranges)
        let names = (0..<2_000).map { "key-\($0 % 700)" } + ["", String(repeating: "long", count: 60)]
        let keys = ByteRows(texts: names)
        let expected = names.map { name in Int32(ranges.firstIndex { $0.contains(HashRange.hash(of: name)) }!) }
        #expect(router.route(keys) == expected)
        #expect(router.route(keys) == expected)
        let rows = router.partition(keys)
        #expect(rows.count == shards)
        for (shard, rows) in rows.enumerated() {
            #expect(rows == expected.indices.filter { expected[$0] == shard }.map { Int32($0) })
        }
    }

    @Test("a router stays right when it has seen more keys than it remembers")
    func manyKeys() {
        let ranges = HashRange.slices(8)
        var router = KeyRouter(ranges)
        _ = router.route(ByteRows(texts: (0..<StreamLimits.routedKeys + 10).map { "k\($0)" }))
        let names = ["k0", "k1", "new", "k65535", "k65540"]
        #expect(
            router.route(ByteRows(texts: names))
                == names.map { name in Int32(ranges.firstIndex { $0.contains(HashRange.hash(of: name)) }!) })
    }

    @Test("shard names are Kinesis's, and only those are read", arguments: ["shardId-1", "shard-000000000000", "shardId-00000000000x", ""])
    func shardNames(_ wrong: String) {
        #expect(ShardID(7).description == "shardId-000000000007")
        #expect(ShardID(parsing: "shardId-000000000042") == ShardID(42))
        #expect(ShardID(parsing: wrong) == nil)
    }
}
