import SluiceCodecs
import SluiceCore
import Testing

@Suite("compressed files") struct StreamCodecTests {
    static let body = Array((0..<20_000).map { "\($0),text \($0 * 7919 % 1000)\n" }.joined().utf8)
    static let packing = Codec.allCases.filter { $0 != .none }

    @Test("written and read back, whatever the sizes of buffers", arguments: Codec.allCases) func roundTrip(_ codec: Codec) throws {
        for level in [-1, 1, 2, 3, 4, 6, 9, 99] {
            let file = try packed(Self.body, codec, level: level)
            #expect(codec == .none || file.count < Self.body.count * 3 / 4)
            #expect(unpacked(file).bytes == Self.body)
        }
        let file = try packed(Self.body, codec)
        for (pieceBytes, bufferBytes) in [(1, 1), (1, 100_000), (7, 3), (4096, 70_000), (.max, 1 << 20)] {
            let result = unpacked(file, pieceBytes: pieceBytes, bufferBytes: bufferBytes)
            #expect(result.error == nil)
            #expect(result.bytes == Self.body, "pieces of \(pieceBytes), buffers of \(bufferBytes)")
        }
    }

    @Test("what does not compress, and runs of one byte", arguments: packing) func extremes(_ codec: Codec) throws {
        for plain in [noise(300_000, seed: 3), [UInt8](repeating: 0, count: 3 << 20), [0], noise(1 << 20, seed: 4)] {
            for level in [1, 2, 3, 6] {
                let file = try packed(plain, codec, level: level, pieceBytes: 1 << 22)
                #expect(file.count < plain.count + plain.count / 1_000 + 200)
                let result = unpacked(file, bufferBytes: 1 << 16)
                #expect(result.error == nil)
                #expect(result.bytes == plain)
            }
        }
    }

    @Test("an empty file is a whole one of its codec", arguments: packing) func empty(_ codec: Codec) throws {
        let file = try packed([], codec)
        #expect(Codec.detected(file) == codec)
        #expect(unpacked(file, path: "x.\(codec.fileExtension ?? "")").bytes == [])
        #expect(unpacked(file, path: "x.\(codec.fileExtension ?? "")").error == nil)
    }

    @Test("the content decides, not the name", arguments: packing) func byContent(_ codec: Codec) throws {
        let file = try packed(Self.body, codec)
        #expect(Codec.detected(file) == codec)
        #expect(unpacked(file, path: "x.csv").bytes == Self.body)
        for other in Self.packing { #expect(unpacked(file, path: "x.\(other.fileExtension ?? "")").bytes == Self.body) }
        for end in codec.fileExtensions {
            #expect(Codec.named(by: "a/B.CSV.\(end.uppercased())") == codec)
            let plain = Array("a,b\n".utf8)
            #expect(unpacked(plain, path: "x.\(end)").bytes == plain)
            #expect(Codec.notice(plain, path: "x.\(end)")?.contains("is not compressed, although its name says \(codec)") == true)
            #expect(Codec.notice(file, path: "x.\(end)") == nil && Codec.notice(plain, path: "x.csv") == nil)
            #expect(unpacked(Array(file.prefix(1)), path: "x.\(end)").error?.code == .cutFile)
            #expect(unpacked([], path: "x.\(end)").error?.code == .cutFile)
        }
    }

    @Test("plain files stay as they are", arguments: ["", "a", "x^2,y\n1,2\n", "x\u{1}", "a,b\n", "P*M", "(µ/"]) func plain(_ text: String)
    {
        #expect(Codec.detected(Array(text.utf8)) == .none)
        #expect(unpacked(Array(text.utf8), path: "x.csv").bytes == Array(text.utf8))
    }

    @Test("a text that is named zlib is one where its first bytes are not zlib's") func plainUnderName() {
        #expect(unpacked(Array("id\n1\n".utf8), path: "x.zz").bytes == Array("id\n1\n".utf8))
    }

    @Test("texts that begin like zlib are texts unless the name says zlib") func weakMagic() {
        let text = Array("x^2 is a column,and this is another\n1,2\n".utf8)
        #expect(Codec.detected(text) == .none)
        #expect(Codec.detected(text, path: "x.zz") == .zlib)
        #expect(unpacked(text, path: "x.csv").bytes == text)
        #expect(unpacked(text, path: "x.zz").error?.code == .corruptFile)
    }

    @Test("a declared codec holds, whatever the content shows", arguments: packing) func declared(_ codec: Codec) throws {
        let file = try packed(Self.body, codec)
        #expect(drained(try Codec.decompressed(MemorySource(file), path: "x", as: codec)).bytes == Self.body)
        #expect(drained(try Codec.decompressed(MemorySource(file), path: "x.gz", as: Codec.none)).bytes == file)
        for other in Self.packing where other != codec {
            #expect(throws: SluiceError.self) { try Codec.decompressed(MemorySource(file), path: "x", as: other) }
        }
        #expect(throws: SluiceError.self) { try Codec.decompressed(MemorySource([]), path: "x", as: codec) }
    }

    @Test("a file is found to be cut wherever it is cut", arguments: packing) func cut(_ codec: Codec) throws {
        let plain = Array("a,b\n1,2\n".utf8) + noise(70_000, seed: 1).prefix(codec == .snappy ? 70_000 : 40)
        let file = try packed(plain, codec)
        // A snappy file has no end mark: cut between chunks it is a shorter file.
        let whole = codec == .snappy ? [10, 10 + 8 + 65_536] : []
        for count in 4..<file.count where codec != .snappy || count < 100 || count % 1_000 < 3 || count > file.count - 20 {
            let result = unpacked(Array(file[..<count]), path: "x.\(codec.fileExtension ?? "")")
            if whole.contains(count) { continue }
            #expect(result.error?.code == .cutFile, "cut after \(count)")
            #expect(plain.starts(with: result.bytes))
        }
    }

    @Test("a changed byte never comes back as other bytes", arguments: packing) func damaged(_ codec: Codec) throws {
        let plain = Array(Self.body.prefix(3_000))
        let file = try packed(plain, codec)
        for position in file.indices {
            for bit in [0, 3, 7] {
                var changed = file
                changed[position] ^= 1 << UInt8(bit)
                if Codec.detected(changed) == .none { continue }
                // The type byte of a snappy chunk: with its highest bit set, readers are to skip the chunk.
                if codec == .snappy, position == 10 { continue }
                let result = unpacked(changed)
                let isRight = result.error.map { [.corruptFile, .cutFile, .limitExceeded].contains($0.code) } ?? (result.bytes == plain)
                #expect(isRight, "bit \(bit) of byte \(position)")
                #expect(result.error == nil || result.error?.location == .file(path: "x"))
            }
        }
    }

    @Test("garbage behind the end is an error that says where to cut", arguments: packing) func garbage(_ codec: Codec) throws {
        let file = try packed(Self.body, codec)
        let result = unpacked(file + Array("garbage".utf8))
        #expect(result.bytes == Self.body)
        #expect(result.error?.code == .corruptFile)
        #expect(codec == .snappy || result.error?.remedy?.contains("head -c \(file.count)") == true, "\(String(describing: result.error))")
    }

    @Test("several members or frames are one file; zeros may pad a gzip file", arguments: [Codec.gzip, .zstd, .snappy])
    func members(_ codec: Codec) throws {
        var file = try packed(Array("one,".utf8), codec) + packed([], codec) + packed(Array("two".utf8), codec)
        if codec == .gzip {
            file += [UInt8](repeating: 0, count: 300)
            file += try packed(Array(",three".utf8), codec) + [0]
        }
        for pieceBytes in [1, 2, 3, 1000] {
            let result = unpacked(file, pieceBytes: pieceBytes)
            #expect(result.bytes == Array((codec == .gzip ? "one,two,three" : "one,two").utf8))
            #expect(result.error == nil)
        }
    }

    @Test("a small file that unfolds to a huge one is streamed, up to a limit where one is set", arguments: packing)
    func bomb(_ codec: Codec) throws {
        let count = 40 << 20
        let file = try packed([UInt8](repeating: 0x20, count: count), codec, pieceBytes: 1 << 20)
        #expect(file.count < 2_000_000)
        var source = try Codec.decompressed(MemorySource(file), path: "x")
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        var total = 0
        while case let count = try piece.withUnsafeMutableBytes({ try source.read(into: $0) }), count > 0 { total += count }
        #expect(total == count)
        #expect(unpacked(file, bufferBytes: 1 << 20, plainLimit: Int64(count)).error == nil)
        #expect(unpacked(file, bufferBytes: 1 << 20, plainLimit: Int64(count - 1)).error?.code == .limitExceeded)
    }

    @Test("zstd frames that may be skipped, and windows up to the limit") func zstdFrames() throws {
        let skipped: [UInt8] = [0x5A, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 9, 9, 9]
        let file = try skipped + packed(Array("a,b\n".utf8), .zstd) + skipped
        #expect(Codec.detected(file) == .zstd)
        #expect(unpacked(file, pieceBytes: 1).bytes == Array("a,b\n".utf8))
        #expect(unpacked(Array(file.dropLast())).error?.code == .cutFile)
        // RFC 8878, 3.1.1.1.2: a frame with a window of 2^(10 + exponent) bytes, the mantissa in the low bits, and one raw block of 1 byte.
        func frame(window: UInt8) -> [UInt8] { [0x28, 0xB5, 0x2F, 0xFD, 0x00, window, 0x09, 0x00, 0x00, 0x41] }
        let widest = UInt8(CodecLimits.zstdWindowLog - 10) << 3
        #expect(unpacked(frame(window: widest)).bytes == [0x41])
        #expect(unpacked(frame(window: widest + 1)).error?.code == .limitExceeded)
    }

    @Test("snappy chunks: padding, unknown ones, and what they claim") func snappyChunks() throws {
        let file = try packed(Array("a,b\n".utf8), .snappy)
        let padding: [UInt8] = [0xFE, 5, 0, 0, 0, 0, 0, 0, 0]
        #expect(unpacked(file + padding + file, pieceBytes: 3).bytes == Array("a,b\na,b\n".utf8))
        #expect(unpacked(file + [0x80, 0, 0, 0]).bytes == Array("a,b\n".utf8))
        #expect(unpacked(file + [0x02, 0, 0, 0]).error?.code == .corruptFile)
        #expect(unpacked(file + [0xFE, 5, 0, 0, 0]).error?.code == .cutFile)
        #expect(unpacked(file + [0x00, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0]).error?.code == .corruptFile)
        #expect(unpacked(file + [0x01, 3, 0, 0, 0, 0, 0]).error?.code == .corruptFile)
        // A chunk of 65,537 plain bytes, one more than the format allows.
        let large = compressed(.snappy, [UInt8](repeating: 0, count: 65_537))
        let length = UInt32(large.count + 4)
        #expect(unpacked(file + [0, UInt8(length & 255), UInt8(length >> 8), 0, 0, 0, 0, 0] + large).error?.code == .corruptFile)
    }
}
