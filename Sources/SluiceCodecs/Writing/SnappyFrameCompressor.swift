import SluiceCore

/// A file in Snappy's framing format.
struct SnappyFrameCompressor: BlockCompressor {
    var header: [UInt8] { SnappyFrames.identifier }

    func compress(_ plain: UnsafeRawBufferPointer) -> CompressedBlock {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(
            plain.count + (plain.count / SnappyFrames.plainBytes + 1) * (SnappyFrames.headerBytes + SnappyFrames.checksumBytes))
        for start in stride(from: 0, to: plain.count, by: SnappyFrames.plainBytes) {
            let piece = UnsafeRawBufferPointer(rebasing: plain[start..<min(plain.count, start + SnappyFrames.plainBytes)])
            let packed = SnappyBlocks.compress(piece)
            // What saves less than an eighth is not worth the reader's time (as in Snappy's own framing tools).
            let isPacked = packed.count < piece.count - piece.count / 8
            let length = SnappyFrames.checksumBytes + (isPacked ? packed.count : piece.count)
            let header = UInt32(isPacked ? SnappyFrames.compressedType : SnappyFrames.plainType) | UInt32(length) << 8
            for number in [header, SnappyFrames.checksum(piece)] {
                withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
            }
            if isPacked { bytes.append(contentsOf: packed) } else { bytes.append(contentsOf: piece) }
        }
        return CompressedBlock(bytes: bytes, plainCount: plain.count, checksum: 0)
    }

    mutating func append(_ block: CompressedBlock) {}

    func trailer() -> [UInt8] { [] }
}
