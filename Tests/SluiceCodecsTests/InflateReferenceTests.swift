import SluiceCodecs
import SluiceCore
import Testing

/// ISA-L's inflate against zlib's, the reference.
@Suite("inflate as the reference does") struct InflateReferenceTests {
    private static func inflated(
        _ bytes: [UInt8], _ inflater: any Inflating, _ wrapper: DeflateWrapper, pieceBytes: Int = .max, bufferBytes: Int = 4_000
    ) -> (bytes: [UInt8], code: SluiceError.Code?) {
        let input = InputBuffer(SlowSource(bytes, pieceBytes: pieceBytes), path: "x")
        let result = drained(InflatedSource(input, inflater, wrapper), bufferBytes: bufferBytes)
        return (result.bytes, result.error?.code)
    }

    private static func plain(_ random: inout Randomness) -> [UInt8] {
        let count = Int.random(in: 0...30_000, using: &random)
        switch Int.random(in: 0...3, using: &random) {
        case 0: return noise(count, seed: random.next())
        case 1: return [UInt8](repeating: 7, count: count)
        case 2: return noise(count, seed: random.next()).map { $0 & 3 }
        default: return Array(StreamCodecTests.body.dropFirst(count).prefix(count))
        }
    }

    @Test("whole files of any content, level and cut give equal bytes", arguments: [DeflateWrapper.gzip, .zlib])
    func whole(_ wrapper: DeflateWrapper) throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = Randomness(seed: seed)
        for _ in 0..<60 {
            let plain = Self.plain(&random)
            let level = Int.random(in: 1...9, using: &random)
            var file = try packed(plain, wrapper == .gzip ? .gzip : .zlib, level: level)
            // Blocks by libdeflate, of codes and runs that ISA-L does not write.
            if wrapper == .gzip, Bool.random(using: &random) { file = compressed(.gzip, plain, level: level) }
            let pieceBytes = Int.random(in: 1...500, using: &random)
            let bufferBytes = Int.random(in: 1...70_000, using: &random)
            for inflater: any Inflating in [ISALInflater(wrapper), ZlibInflater(wrapper)] {
                let result = Self.inflated(file, inflater, wrapper, pieceBytes: pieceBytes, bufferBytes: bufferBytes)
                let isRight = result.code == nil && result.bytes == plain
                #expect(isRight, "seed \(seed), level \(level), pieces of \(pieceBytes), buffers of \(bufferBytes)")
            }
        }
    }

    @Test("damaged files give the same bytes or fail with both", arguments: [DeflateWrapper.gzip, .zlib])
    func damaged(_ wrapper: DeflateWrapper) throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = Randomness(seed: seed)
        for turn in 0..<1_500 {
            let plain = Array(Self.plain(&random).prefix(2_000))
            var file = try packed(plain, wrapper == .gzip ? .gzip : .zlib, level: Int.random(in: 1...9, using: &random))
            // Behind the header: in flags and names zlib checks bits that ISA-L ignores, which do not touch the content.
            let start = wrapper == .gzip ? 10 : 2
            for _ in 0...turn % 3 {
                switch Int.random(in: 0...3, using: &random) {
                case 0: file = Array(file.prefix(Int.random(in: start...file.count, using: &random)))
                case 1: file += noise(5, seed: random.next())
                default:
                    guard file.count > start else { continue }
                    file[Int.random(in: start..<file.count, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
                }
            }
            let fast = Self.inflated(file, ISALInflater(wrapper), wrapper, pieceBytes: 1 + turn % 300)
            let reference = Self.inflated(file, ZlibInflater(wrapper), wrapper)
            let isRight = fast.code == nil ? reference.code == nil && fast.bytes == reference.bytes : reference.code != nil
            #expect(isRight, "seed \(seed), turn \(turn): \(String(describing: fast.code)) and \(String(describing: reference.code))")
        }
    }

    @Test("random bytes behind a header fail or end with both") func random() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = Randomness(seed: seed)
        for turn in 0..<3_000 {
            let file = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] + noise(Int.random(in: 0...400, using: &random), seed: random.next())
            let fast = Self.inflated(file, ISALInflater(.gzip), .gzip)
            let reference = Self.inflated(file, ZlibInflater(.gzip), .gzip)
            let isRight = (fast.code == nil) == (reference.code == nil)
            #expect(isRight, "seed \(seed), turn \(turn): \(String(describing: fast.code)) and \(String(describing: reference.code))")
        }
    }

    @Test("flags that are reserved are damage, in the first member and in others", arguments: [0x20, 0x40, 0x80] as [UInt8])
    func reservedFlags(_ flag: UInt8) {
        let member: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0x03, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        for place in [3, member.count + 3] {
            var file = member + member
            file[place] = flag
            for inflater: any Inflating in [ISALInflater(.gzip), ZlibInflater(.gzip)] {
                #expect(Self.inflated(file, inflater, .gzip, pieceBytes: 1).code == .corruptFile)
            }
        }
    }

    @Test("a zlib header with a window of more than 32 KiB is damage; all others are read", arguments: 0...15) func windows(_ size: Int) {
        // The second byte makes the two a multiple of 31; an empty block of fixed codes and its checksum follow.
        let first = size << 4 | 8
        let file = [UInt8(first), UInt8((31 - (first << 8) % 31) % 31), 0x03, 0, 0, 0, 0, 1]
        for inflater: any Inflating in [ISALInflater(.zlib), ZlibInflater(.zlib)] {
            #expect(Self.inflated(file, inflater, .zlib, pieceBytes: 1).code == (size > 7 ? .corruptFile : nil), "window \(size)")
        }
    }

    @Test("headers with a name, a comment, extra bytes and a checksum, cut at every place") func headers() {
        // RFC 1952: FEXTRA, FNAME, FCOMMENT; the deflated data is an empty block of fixed codes.
        var file: [UInt8] = [0x1F, 0x8B, 8, 0x1C, 1, 2, 3, 4, 2, 255, 3, 0, 9, 9, 9]
        file += Array("name.csv".utf8) + [0] + Array("a comment".utf8) + [0] + [0x03, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        for count in 1...file.count {
            for pieceBytes in [1, 5, 1_000] {
                for inflater: any Inflating in [ISALInflater(.gzip), ZlibInflater(.gzip)] {
                    let result = Self.inflated(Array(file[..<count]), inflater, .gzip, pieceBytes: pieceBytes)
                    #expect(result.code == (count == file.count ? nil : .cutFile), "cut after \(count), pieces of \(pieceBytes)")
                    #expect(result.bytes.isEmpty)
                }
            }
        }
    }
}
