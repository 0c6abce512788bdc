import SluiceCore
@testable import SluiceStreams
import Testing

@Suite("frames")
struct FrameTests {
    @Test("the checksum is CRC-32C", arguments: [("123456789", 0xE306_9283 as UInt32), ("", 0)])
    func checksum(_ text: String, _ expected: UInt32) {
        #expect(Array(text.utf8).withUnsafeBytes { CRC32C.checksum($0) } == expected)
    }

    /// Around a step of the tables, and around one and two blocks of the instruction's three runs.
    static let lengths = Array(0..<70) + Array(3_065..<3_080) + [6_143, 6_144, 6_145, 10_000]

    @Test("both fast checksums equal the bitwise one at every length and place", arguments: lengths)
    func checksumLengths(_ length: Int) {
        let bytes = (0..<length + 3).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 37 &+ 11) }
        let expected = slowChecksum(Array(bytes[3...]))
        #expect(bytes.withUnsafeBytes { CRC32C.checksum(UnsafeRawBufferPointer(rebasing: $0[3...])) } == expected)
        #expect(bytes.withUnsafeBytes { CRC32C.checksumFromTables(UnsafeRawBufferPointer(rebasing: $0[3...])) } == expected)
    }

    @Test("a header is damaged by any changed byte", arguments: 0..<64)
    func damagedHeader(_ place: Int) throws {
        var frame = try #require(try FrameEncoder.encode(records("a", 3), rows: [0, 1, 2], tag: 9).first)
        frame.place(baseSequence: 5, arrivalMicros: 6)
        let parsed = frame.bytes.withUnsafeBytes { FrameHeader.parse($0, tag: 9) }
        #expect(parsed == .header(frame.header))
        #expect(frame.header.sequences == 5..<8)
        frame.bytes[place] ^= 0x10
        #expect(frame.bytes.withUnsafeBytes { FrameHeader.parse($0, tag: 9) } == .damaged)
    }

    @Test("a frame of another stream is no frame of this one")
    func otherStream() throws {
        var frame = try #require(try FrameEncoder.encode(records("a", 1), rows: [0], tag: 9).first)
        frame.place(baseSequence: 0, arrivalMicros: 0)
        #expect(frame.bytes.withUnsafeBytes { FrameHeader.parse($0, tag: 10) } == .damaged)
    }

    @Test("a frame that only its checksums make look right is not decoded", arguments: [0, 4, 12])
    func lyingOffsets(_ place: Int) throws {
        var frame = try #require(try FrameEncoder.encode(records("a", 3), rows: [0, 1, 2], tag: 9).first)
        frame.bytes[frame.header.payloadOffsetsStart + place] = 0xFF
        frame.header.bodyChecksum = frame.bytes.withUnsafeBytes {
            CRC32C.checksum(UnsafeRawBufferPointer(rebasing: $0[FrameHeader.byteCount...]))
        }
        frame.place(baseSequence: 0, arrivalMicros: 0)
        #expect(FrameDecoder.decode(frame.bytes, at: 0, frame.header)?.count == nil)
    }

    /// One bit at a time, from the definition of the polynomial.
    private func slowChecksum(_ bytes: [UInt8]) -> UInt32 {
        var crc: UInt32 = ~0
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0x82F6_3B78 }
        }
        return ~crc
    }
}
