/// Bounds of decompressors and compressors.
package enum CodecLimits {
    /// Compressed bytes that a decompressor of a file holds.
    package static let compressedBytes = 256 << 10
    /// First bytes of a file that tell its codec.
    package static let detectionBytes = 4 << 10
    /// Plain bytes that a file's writer compresses at once.
    package static let plainBlockBytes = 1 << 20
    /// States of one library that are kept for later blocks.
    package static let idleStates = 16
    /// Room that a block of unknown size gets at first.
    package static let smallestGuessBytes = 4 << 10
    /// The base-2 logarithm of the greatest window of a zstd file, which its reader holds: zstd's own default, 128 MiB.
    package static let zstdWindowLog = 27
}
