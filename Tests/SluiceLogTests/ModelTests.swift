import SluiceCore
import SluiceLog
import SluiceTestKit
import Testing

/// What a stream is, without files: the records of each shard that are durable, and those that may still be lost.
private struct Model {
    var durable: [[String]] = [[], []]
    var buffered: [[String]] = [[], []]
    var trimmed = [0, 0]
}

@Suite("random operations")
struct ModelTests {
    @Test("a stream does what its model does", arguments: Rounds.of(10))
    func random(_ round: Int) async throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed)
        let temporary = TemporaryDirectory()
        try temporary.streams.create("s", shards: 2)
        var stream = try temporary.streams.open("s", for: .writing)
        var model = Model()
        for step in 0..<120 {
            let shard = Int.random(in: 0..<2, using: &random)
            let next = model.durable[shard].count + model.buffered[shard].count
            switch Int.random(in: 0..<12, using: &random) {
            case 0..<4:
                let count = Int.random(in: 0..<20, using: &random)
                let range = try await stream.append(records("\(step)", count), to: shard)
                if count > 0 {
                    #expect(range == UInt64(next)..<UInt64(next + count), "seed \(seed) step \(step)")
                    model.durable[shard] += model.buffered[shard] + (0..<count).map { "\(step)-\($0)" }
                    model.buffered[shard] = []
                }
            case 4..<7:
                let count = Int.random(in: 1..<20, using: &random)
                try await stream.append(records("\(step)", count), to: shard, .buffered)
                model.buffered[shard] += (0..<count).map { "\(step)-\($0)" }
            case 7:
                try await stream.sync()
                for shard in 0..<2 {
                    model.durable[shard] += model.buffered[shard]
                    model.buffered[shard] = []
                }
            case 8:
                let place = Int.random(in: 0...model.durable[shard].count, using: &random)
                if model.buffered[shard].isEmpty {
                    try await stream.trim(shard: shard, before: UInt64(place))
                    model.trimmed[shard] = max(model.trimmed[shard], place)
                }
            case 9:
                stream.close()
                stream = try temporary.streams.open("s", for: .writing)
                #expect(!stream.recovery.lostRecords, "seed \(seed) step \(step)")
                for shard in 0..<2 {
                    let end = Int(try stream.endSequence(shard: shard))
                    let possible = model.durable[shard] + model.buffered[shard]
                    #expect((model.durable[shard].count...possible.count).contains(end), "seed \(seed) step \(step)")
                    model.durable[shard] = Array(possible[..<end])
                    model.buffered[shard] = []
                }
            default:
                let place = Int.random(in: 0...model.durable[shard].count, using: &random)
                let expected = model.durable[shard][max(place, model.trimmed[shard])...]
                #expect(
                    try await stream.texts(shard: shard, from: .sequence(UInt64(place))) == Array(expected), "seed \(seed) step \(step)")
            }
        }
    }
}

/// SplitMix64: the same numbers for the same seed everywhere.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
