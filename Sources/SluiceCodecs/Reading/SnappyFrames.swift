import CISAL

/// Constants of Snappy's framing format (google/snappy framing_format.txt). A chunk is a type byte, a length of 3 bytes (little-endian) and
/// that many bytes.
enum SnappyFrames {
    /// The chunk that a stream begins with; it may come again.
    static let identifier: [UInt8] = [0xFF, 0x06, 0x00, 0x00] + Array("sNaPpY".utf8)
    static let identifierType: UInt8 = 0xFF
    static let compressedType: UInt8 = 0x00
    static let plainType: UInt8 = 0x01
    /// Types from here on may be skipped by a reader that does not know them; those below may not.
    static let skippableTypes: UInt8 = 0x80
    static let headerBytes = 4
    static let checksumBytes = 4
    /// Plain bytes of one chunk.
    static let plainBytes = 65_536
    /// The greatest size of a compressed chunk's content that can hold so many bytes (`snappy_max_compressed_length`).
    static let compressedBytes = checksumBytes + 32 + plainBytes + plainBytes / 6

    /// The masked CRC-32C of section 3.
    static func checksum(_ plain: UnsafeRawBufferPointer) -> UInt32 {
        let bytes = UnsafeMutablePointer(mutating: plain.baseAddress?.assumingMemoryBound(to: UInt8.self))
        let checksum = plain.isEmpty ? 0 : ~crc32_iscsi(bytes, Int32(plain.count), .max)
        return (checksum >> 15 | checksum << 17) &+ 0xA282_EAD8
    }
}
