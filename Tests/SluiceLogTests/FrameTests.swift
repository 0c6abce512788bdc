import SluiceCore
@testable import SluiceLog
import SluiceStreams
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

    @Test("a header is damaged by any changed byte", arguments: 0..<96)
    func damagedHeader(_ place: Int) throws {
        let frame = try frame(records("a", 3), producer: PutBatch.Producer(id: 7, batch: 3))
        #expect(parse(frame, segment: 4) == .header(frame.header))
        #expect(frame.header.sequences == 5..<8)
        #expect(frame.header.producer == ProducerStamp(id: 7, batch: 3, rowsBefore: 0, rowsTotal: 3))
        frame.damage { $0[place] ^= 0x10 }
        #expect(parse(frame, segment: 4) == .damaged)
    }

    @Test("a frame of another stream is no frame of this one")
    func otherStream() throws {
        let frame = try frame(records("a", 1))
        #expect(frame.bytes.withUnsafeBytes { FrameHeader.parse($0, tag: 10, segment: 4) } == .damaged)
    }

    @Test("a frame of another segment is what a recycled file held before")
    func otherSegment() throws {
        let frame = try frame(records("a", 1))
        #expect(parse(frame, segment: 5) == .stale)
        #expect(parse(frame, segment: nil) == .header(frame.header))
    }

    @Test("a frame that only its checksums make look right is not decoded", arguments: [0, 4, 12])
    func lyingOffsets(_ place: Int) throws {
        var frame = try frame(records("a", 3))
        frame.damage { [header = frame.header] in $0[header.payloadOffsetsStart + place] = 0xFF }
        frame.header.bodyChecksum = frame.bytes.withUnsafeBytes {
            CRC32C.checksum(UnsafeRawBufferPointer(rebasing: $0[FrameHeader.byteCount...]))
        }
        frame.seal(segment: 4)
        #expect(try FrameDecoder.decode(frame.bytes, at: 0, frame.header, nil)?.count == nil)
    }

    /// The one frame of some records, with the numbers from 5 on.
    private func frame(_ records: NewRecords, producer: PutBatch.Producer? = nil) throws -> EncodedFrame {
        let context = FrameContext(tag: 9, producer: producer)
        var frame = try #require(try FrameEncoder.encode(records, rows: (0..<Int32(records.count)).map { $0 }, context).first)
        frame.header.baseSequence = 5
        frame.header.arrivalMicros = 6
        frame.seal(segment: 4)
        return frame
    }

    private func parse(_ frame: EncodedFrame, segment: UInt64?) -> FrameHeader.Parsed {
        frame.bytes.withUnsafeBytes { FrameHeader.parse($0, tag: 9, segment: segment) }
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
