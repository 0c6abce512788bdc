import SluiceCore
import Testing

@testable import SluiceAWS

@Suite("checksums of objects") struct ChecksumTests {
    @Test(
        "the check values of the algorithms' catalogues",
        arguments: [
            (ObjectChecksum.Algorithm.crc32, "CBF43926"), (.crc32c, "E3069283"), (.crc64nvme, "AE8B14860A799888"),
            (.sha1, "F7C3BC1D808E04732ADF679965CCC34CA7AE3441"),
            (.sha256, "15E2B0D3C33891EBB0F1EF609EC419420C20E320CE94C65FBC8C3312448EB225"),
        ]) func checkValues(_ algorithm: ObjectChecksum.Algorithm, _ expected: String) throws
    {
        let value = try #require(Base64.decode(ObjectChecksum(algorithm, of: "123456789".utf8).value.utf8))
        let text = value.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
        #expect(text == expected)
    }

    @Test("bytes in pieces of any length have the checksum of the whole", arguments: ObjectChecksum.Algorithm.allCases)
    func pieces(_ algorithm: ObjectChecksum.Algorithm) {
        let bytes = (0..<1_003).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let whole = ObjectChecksum(algorithm, of: bytes)
        for piece in [1, 3, 7, 8, 9, 64, 1_000] {
            var running = RunningChecksum(algorithm)
            for start in stride(from: 0, to: bytes.count, by: piece) { running.update(bytes[start..<min(start + piece, bytes.count)]) }
            #expect(running.checksum == whole)
        }
    }

    @Test("a checksum of parts is none of the object") func composite() {
        #expect(ObjectChecksum(["x-amz-checksum-crc32c": "AAAAAA==", "x-amz-checksum-type": "COMPOSITE"]) == nil)
        #expect(ObjectChecksum(["x-amz-checksum-crc32c": "AAAAAA==-3"]) == nil)
        #expect(ObjectChecksum(["x-amz-checksum-crc32c": "AAAAAA=="])?.algorithm == .crc32c)
        // A server that does not say which it is shows by the ETag that there were parts.
        #expect(ObjectChecksum(["x-amz-checksum-crc32": "AAAAAA==", "etag": "\"0123-4\""]) == nil)
        #expect(
            ObjectChecksum(["x-amz-checksum-crc32": "AAAAAA==", "x-amz-checksum-type": "FULL_OBJECT", "etag": "\"0123-4\""])?.algorithm
                == .crc32)
    }
}
