import CDeflate
import CZlib
import SluiceCore

/// A gzip file of one member (RFC 1952) that names no file and no time; its deflate blocks are made side by side.
struct GzipCompressor: BlockCompressor {
    let level: Int
    private var checksum: UInt32 = 0
    private var plainCount: UInt32 = 0

    init(level: Int) { self.level = level }

    /// Magic, deflate, no flags, no time, no extra flags, made on Unix.
    var header: [UInt8] { [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] }

    func compress(_ plain: UnsafeRawBufferPointer) -> CompressedBlock {
        CompressedBlock(
            bytes: OpenDeflate.compress(plain, level: level), plainCount: plain.count,
            checksum: libdeflate_crc32(0, plain.baseAddress, plain.count))
    }

    mutating func append(_ block: CompressedBlock) {
        checksum = UInt32(truncatingIfNeeded: crc32_combine(UInt(checksum), UInt(block.checksum), block.plainCount))
        plainCount &+= UInt32(truncatingIfNeeded: block.plainCount)
    }

    func trailer() -> [UInt8] {
        var bytes = OpenDeflate.finalBlock
        for number in [checksum, plainCount] { withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) } }
        return bytes
    }
}

/// A zlib file (RFC 1950).
struct ZlibCompressor: BlockCompressor {
    let level: Int
    /// Adler-32 of no bytes.
    private var checksum: UInt32 = 1

    init(level: Int) { self.level = level }

    /// Deflate with a window of 32 KiB, default level.
    var header: [UInt8] { [0x78, 0x9C] }

    func compress(_ plain: UnsafeRawBufferPointer) -> CompressedBlock {
        CompressedBlock(
            bytes: OpenDeflate.compress(plain, level: level), plainCount: plain.count,
            checksum: plain.isEmpty ? 1 : libdeflate_adler32(1, plain.baseAddress, plain.count))
    }

    mutating func append(_ block: CompressedBlock) {
        checksum = UInt32(truncatingIfNeeded: adler32_combine(UInt(checksum), UInt(block.checksum), block.plainCount))
    }

    func trailer() -> [UInt8] { OpenDeflate.finalBlock + withUnsafeBytes(of: checksum.bigEndian) { [UInt8]($0) } }
}
