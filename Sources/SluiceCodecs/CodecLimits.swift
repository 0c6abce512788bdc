/// Bounds of decompressors and compressors.
package enum CodecLimits {
    /// Compressed bytes that a decompressor holds.
    package static let compressedBytes = 64 << 10
    /// States of one library that are kept for later blocks.
    package static let idleStates = 16
    /// Room that a block of unknown size gets at first.
    package static let smallestGuessBytes = 4 << 10
}
