package import SluiceCore

/// Compresses the blocks of one file side by side; pieces are put together in order: `header`, the bytes of the blocks, `trailer()`.
///
/// Equal plain blocks give equal files on one kind of machine (ISA-L chooses its code by the processor).
package protocol BlockCompressor: Sendable {
    /// The bytes that the file begins with.
    var header: [UInt8] { get }
    /// Compresses a block; on any task, in any order.
    func compress(_ plain: UnsafeRawBufferPointer) throws(SluiceError) -> CompressedBlock
    /// Counts a block in; in file order. The block's bytes go to the file as they are.
    mutating func append(_ block: CompressedBlock)
    /// The bytes that the file ends with, once all blocks are appended.
    func trailer() -> [UInt8]
}

/// A part of a compressed file, and what the file's end must know of it.
package struct CompressedBlock: Sendable {
    /// What goes to the file.
    package let bytes: [UInt8]
    package let plainCount: Int
    /// The checksum of the plain bytes that the format wants for the whole file; 0 where it wants none.
    package let checksum: UInt32
}

extension Codec {
    /// A compressor of one file's blocks; nil for `none`. Blocks of `CodecLimits.plainBlockBytes` lose little to larger ones.
    ///
    /// Levels are 1 (fast) to 9 (small), others are the nearest. Measured on 31 MB of rows of the flight data in blocks of 1 MiB, on one
    /// core, beside `gzip -6` (8.25 MB at 12 MB/s):
    ///
    /// | level | gzip, zlib: library | MB | MB/s | zstd: MB | MB/s |
    /// |---|---|---|---|---|---|
    /// | 1 | ISA-L 0 | 10.8 | 394 | 8.2 | 228 |
    /// | 2 | ISA-L 1 | 9.5 | 315 | 7.7 | 165 |
    /// | 3, default | ISA-L 3 | 9.1 | 205 | 7.6 | 141 |
    /// | 4 | libdeflate 2 | 8.6 | 89 | 7.5 | 76 |
    /// | 5 | libdeflate 4 | 8.4 | 66 | 7.4 | 66 |
    /// | 6 | libdeflate 6 | 8.1 | 36 | 6.9 | 43 |
    /// | 7 | libdeflate 7 | 8.1 | 28 | 6.7 | 29 |
    /// | 8 | libdeflate 8 | 7.9 | 14 | 6.5 | 26 |
    /// | 9 | libdeflate 9 | 7.9 | 11 | 6.5 | 26 |
    ///
    /// Snappy has no levels.
    package func blockCompressor(level: Int = defaultLevel) -> (any BlockCompressor)? {
        switch self {
        case .none: nil
        case .gzip: GzipCompressor(level: level)
        case .zlib: ZlibCompressor(level: level)
        case .zstd: ZstdFrameCompressor(level: level)
        case .snappy: SnappyFrameCompressor()
        }
    }
}
