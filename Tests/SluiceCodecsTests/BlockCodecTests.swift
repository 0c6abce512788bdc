import SluiceCodecs
import SluiceCore
import Testing

/// What a call gave: the plain bytes or the error's code.
enum Outcome: Equatable {
    case bytes([UInt8])
    case failed(SluiceError.Code)
}

func known(_ codec: BlockCodec, _ block: [UInt8], count: Int) -> Outcome {
    // Room behind the output shows whether anything is written there.
    var target = [UInt8](repeating: 0xA5, count: count + 64)
    var code: SluiceError.Code?
    target.withUnsafeMutableBytes { target in
        block.withUnsafeBytes { block in
            do throws(SluiceError) {
                try codec.decompress(block, into: UnsafeMutableRawBufferPointer(rebasing: target[..<count]))
            } catch {
                code = error.code
            }
        }
    }
    #expect(target[count...].allSatisfy { $0 == 0xA5 }, "\(codec) wrote beyond its output")
    return code.map { .failed($0) } ?? .bytes(Array(target[..<count]))
}

func unknown(_ codec: BlockCodec, _ block: [UInt8], limit: Int) -> Outcome {
    block.withUnsafeBytes { block in
        do throws(SluiceError) {
            return .bytes(try codec.decompress(block, limit: limit))
        } catch {
            return .failed(error.code)
        }
    }
}

func compressed(_ codec: BlockCodec, _ plain: [UInt8], level: Int? = nil) -> [UInt8] {
    plain.withUnsafeBytes { codec.compress($0, level: level) }
}

@Suite("block codecs") struct BlockCodecTests {
    static let text = Array((0..<5_000).map { "\($0),text \($0 * 7919 % 1000)\n" }.joined().utf8)
    static let inputs: [[UInt8]] = [[], [7], text, [UInt8](repeating: 0, count: 300_000), noise(10_000, seed: 5)]
    static let packing = BlockCodec.allCases.filter { $0 != .none }

    @Test("what was compressed comes back, with the size known and not known", arguments: BlockCodec.allCases)
    func roundTrip(_ codec: BlockCodec) {
        for plain in Self.inputs {
            for level in [nil, 1, 6, 9, 100, -3] {
                let block = compressed(codec, plain, level: level)
                #expect(known(codec, block, count: plain.count) == .bytes(plain))
                #expect(unknown(codec, block, limit: plain.count) == .bytes(plain))
                #expect(compressed(codec, plain, level: level) == block, "equal input gives equal blocks")
                var appended: [UInt8] = [1, 2]
                plain.withUnsafeBytes { codec.compress($0, level: level, into: &appended) }
                #expect(appended == [1, 2] + block)
            }
        }
    }

    @Test("a block of another size than announced is damaged", arguments: BlockCodec.allCases) func wrongSize(_ codec: BlockCodec) {
        let block = compressed(codec, Self.text)
        for count in [0, 1, Self.text.count - 1, Self.text.count + 1, Self.text.count * 2] {
            #expect(known(codec, block, count: count) == .failed(.corruptFile), "\(count)")
        }
    }

    @Test("an unknown size stops at the limit", arguments: BlockCodec.allCases) func limit(_ codec: BlockCodec) {
        let plain = [UInt8](repeating: 0x20, count: 1 << 20)
        let block = compressed(codec, plain)
        #expect(unknown(codec, block, limit: plain.count) == .bytes(plain))
        #expect(unknown(codec, block, limit: plain.count - 1) == .failed(.limitExceeded))
        #expect(unknown(codec, block, limit: 0) == .failed(.limitExceeded))
    }

    @Test("a cut block is damaged wherever it is cut", arguments: packing) func cut(_ codec: BlockCodec) {
        let plain = Array(Self.text.prefix(400))
        let block = compressed(codec, plain)
        for count in 1..<block.count {
            let cut = Array(block[..<count])
            #expect(known(codec, cut, count: plain.count) == .failed(.corruptFile), "cut after \(count)")
            #expect(unknown(codec, cut, limit: 1 << 20) == .failed(.corruptFile), "cut after \(count)")
        }
        #expect(known(codec, [], count: 3) == .failed(.corruptFile))
        #expect(known(codec, [], count: 0) == .bytes([]))
    }

    @Test("random bytes and flipped bits give plain bytes or an error, and nothing is written beyond the output", arguments: packing)
    func hostile(_ codec: BlockCodec) {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = Randomness(seed: seed)
        let block = compressed(codec, Array(Self.text.prefix(2_000)))
        for turn in 0..<600 {
            var hostile = turn % 3 == 0 ? noise(Int.random(in: 1...200, using: &random), seed: random.next()) : block
            if turn % 3 > 0 {
                for _ in 0..<turn % 5 + 1 {
                    hostile[Int.random(in: 0..<hostile.count, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
                }
            }
            if case .bytes(let bytes) = known(codec, hostile, count: 2_000) { #expect(bytes.count == 2_000, "seed \(seed)") }
            if case .bytes(let bytes) = unknown(codec, hostile, limit: 100_000) { #expect(bytes.count <= 100_000, "seed \(seed)") }
        }
    }

    @Test("what is checked by a checksum does not come back changed", arguments: [BlockCodec.gzip, .zlib]) func checksums(
        _ codec: BlockCodec
    ) {
        let plain = Array(Self.text.prefix(2_000))
        let block = compressed(codec, plain)
        for position in block.indices where codec == .zlib || position >= 10 {
            var changed = block
            changed[position] ^= 4
            let outcome = known(codec, changed, count: plain.count)
            let isRight = outcome == .failed(.corruptFile) || outcome == .bytes(plain)  // padding bits change nothing
            #expect(isRight, "byte \(position)")
        }
    }

    @Test("several gzip members and zstd frames are one block") func several() {
        for codec in [BlockCodec.gzip, .zstd] {
            let block = compressed(codec, Array("one,".utf8)) + compressed(codec, []) + compressed(codec, Array("two".utf8))
            #expect(known(codec, block, count: 7) == .bytes(Array("one,two".utf8)))
            #expect(unknown(codec, block, limit: 7) == .bytes(Array("one,two".utf8)))
        }
    }

    @Test("leftovers of a checksum behind raw deflate are ignored; behind zlib and gzip nothing may stand") func leftovers() {
        let plain = Array("plain".utf8)
        let zlib = compressed(.zlib, plain)
        #expect(unknown(.deflate, Array(zlib[2..<(zlib.count - 1)]), limit: 100) == .bytes(plain))
        #expect(unknown(.zlib, zlib + [0], limit: 100) == .failed(.corruptFile))
        #expect(unknown(.gzip, compressed(.gzip, plain) + [0], limit: 100) == .failed(.corruptFile))
    }

    @Test("a length that snappy data cannot hold is not believed") func snappyClaim() {
        // A claim of 2^32 - 1 bytes before one literal byte.
        #expect(unknown(.snappy, [0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x00, 0x41], limit: .max) == .failed(.corruptFile))
    }

    @Test("many tasks use one codec at once", arguments: packing) func parallel(_ codec: BlockCodec) async {
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<50 {
                group.addTask {
                    let plain = Array(Self.text[(number * 100)...].prefix(20_000))
                    return known(codec, compressed(codec, plain, level: number % 9 + 1), count: plain.count) == .bytes(plain)
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }
}
