import SluiceCore

/// A zstd file of one frame a block (RFC 8878); each tells its size and has a checksum.
struct ZstdFrameCompressor: BlockCompressor {
    let level: Int
    private var isEmpty = true

    init(level: Int) { self.level = level }

    var header: [UInt8] { [] }

    func compress(_ plain: UnsafeRawBufferPointer) -> CompressedBlock {
        CompressedBlock(bytes: ZstdBlocks.compress(plain, level: level, withChecksum: true), plainCount: plain.count, checksum: 0)
    }

    mutating func append(_ block: CompressedBlock) { isEmpty = isEmpty && block.bytes.isEmpty }

    /// A file without any frame is no zstd file, so an empty one gets an empty frame.
    func trailer() -> [UInt8] {
        isEmpty ? ZstdBlocks.compress(UnsafeRawBufferPointer(start: nil, count: 0), level: level, withChecksum: true) : []
    }
}
