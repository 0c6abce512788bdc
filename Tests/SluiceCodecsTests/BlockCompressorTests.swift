import SluiceCodecs
import SluiceCore
import SluiceTestKit
import Testing

@Suite("files compressed block by block") struct BlockCompressorTests {
    static let packing = Codec.allCases.filter { $0 != .none }
    private static let body = Array((0..<60_000).map { "\($0),text \($0 * 7919 % 1000)\n" }.joined().utf8)

    @Test("blocks made side by side and in any order give one file", arguments: packing) func sideBySide(_ codec: Codec) async throws {
        for level in [1, 3, 4, 9] {
            var compressor = try #require(codec.blockCompressor(level: level))
            let cuts = Array(stride(from: 0, to: Self.body.count, by: 100_003)) + [Self.body.count]
            let shared = compressor
            let blocks = try await withThrowingTaskGroup(of: (Int, CompressedBlock).self) { group in
                for number in cuts.indices.dropLast().reversed() {
                    group.addTask {
                        let block = try Self.body[cuts[number]..<cuts[number + 1]].withUnsafeBytes { try shared.compress($0) }
                        return (number, block)
                    }
                }
                var blocks: [Int: CompressedBlock] = [:]
                for try await (number, block) in group { blocks[number] = block }
                return blocks.sorted { $0.key < $1.key }.map(\.value)
            }
            var file = compressor.header
            for block in blocks {
                compressor.append(block)
                file += block.bytes
            }
            file += compressor.trailer()
            let result = unpacked(file, bufferBytes: 1 << 16)
            #expect(result.error == nil)
            #expect(result.bytes == Self.body)
            #expect(blocks.reduce(0) { $0 + $1.plainCount } == Self.body.count)
        }
    }

    @Test("equal input gives equal files, however the sink gets it", arguments: packing) func equalFiles(_ codec: Codec) throws {
        let plain = Self.body + noise(3 * CodecLimits.plainBlockBytes, seed: 9).map { $0 & 15 }
        let file = try packed(plain, codec, pieceBytes: 9_999)
        for pieceBytes in [CodecLimits.plainBlockBytes - 1, CodecLimits.plainBlockBytes, 5 << 20] {
            #expect(try packed(plain, codec, pieceBytes: pieceBytes) == file, "pieces of \(pieceBytes)")
        }
    }

    @Test("an empty block changes nothing", arguments: packing) func emptyBlock(_ codec: Codec) throws {
        var compressor = try #require(codec.blockCompressor(level: 3))
        let block = try Array("a,b\n".utf8).withUnsafeBytes { try compressor.compress($0) }
        let empty = try compressor.compress(UnsafeRawBufferPointer(start: nil, count: 0))
        var file = compressor.header
        for piece in [empty, block, empty] {
            compressor.append(piece)
            file += piece.bytes
        }
        #expect(unpacked(file + compressor.trailer()).bytes == Array("a,b\n".utf8))
    }

    @Test("a sink that fails fails the compressing one", arguments: packing) func failingSink(_ codec: Codec) {
        struct FullSink: ByteSink, Sendable {
            mutating func write(_ bytes: UnsafeRawBufferPointer) throws(SluiceError) { throw SluiceError(.diskFull, "no space") }
            mutating func finish() throws(SluiceError) {}
        }
        #expect(throws: SluiceError.self) {
            var sink = codec.compressed(FullSink())
            try Self.body.withUnsafeBytes { try sink.write($0) }
            try sink.finish()
        }
    }
}
