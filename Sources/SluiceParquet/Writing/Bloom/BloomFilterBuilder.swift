import Glibc

/// A split-block bloom filter that a writer fills: blocks of 32 bytes, in each of which a value sets one bit of each of eight words.
///
/// Source: parquet-format, BloomFilter.md.
struct BloomFilterBuilder {
    /// Odd factors of the eight words, from the specification.
    private static let salts: [UInt32] = [
        0x47b6_137b, 0x4497_4d91, 0x8824_ad5b, 0xa2b7_289d, 0x7054_95c7, 0x2df1_424b, 0x9efc_4947, 0x5c6b_fb31,
    ]
    private static let blockBytes = 32

    private(set) var words: [UInt32]

    /// A filter for `count` different values of which about `falsePositives` of other values seem to be there.
    ///
    /// Its size is a power of two, because some readers take no other.
    init(count: Int, falsePositives: Double) {
        let bits = -8 * Double(max(1, count)) / log(1 - pow(falsePositives, 1.0 / 8))
        let wanted = min(max(bits / 8, Double(Self.blockBytes)), Double(ParquetLimits.bloomFilterBytes))
        var bytes = Self.blockBytes
        while Double(bytes) < wanted { bytes *= 2 }
        words = [UInt32](repeating: 0, count: min(bytes, ParquetLimits.bloomFilterBytes) / 4)
    }

    var byteCount: Int { words.count * 4 }

    mutating func insert(_ hash: UInt64) {
        let blocks = UInt64(byteCount / Self.blockBytes)
        let block = Int(truncatingIfNeeded: ((hash >> 32) &* blocks) >> 32) * 8
        let key = UInt32(truncatingIfNeeded: hash)
        for index in 0..<8 { words[block + index] |= 1 << ((key &* Self.salts[index]) >> 27) }
    }

    /// The filter as it stands in the file, with its header.
    var bytes: [UInt8] {
        var result = BloomFilterHeader(byteCount: Int32(byteCount)).serialized
        result.reserveCapacity(result.count + byteCount)
        for word in words { withUnsafeBytes(of: word.littleEndian) { result.append(contentsOf: $0) } }
        return result
    }
}
