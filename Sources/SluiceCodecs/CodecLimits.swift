/// Bounds of decompressors and compressors.
package enum CodecLimits {
    /// Compressed bytes that a decompressor holds.
    package static let compressedBytes = 64 << 10
}
