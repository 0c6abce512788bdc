/// Some texts or binaries of a column without its nulls: where the bytes of each are, and a key that tells most of them apart.
///
/// The bytes stay in the column that they came from; it outlives the page.
struct BytesPage {
    let views: UnsafeMutablePointer<UnsafeRawBufferPointer>
    let keys: UnsafeMutablePointer<UInt64>
    var count: Int

    @inline(__always) subscript(row: Int) -> UnsafeRawBufferPointer { views[row] }

    var byteCount: Int {
        var total = 0
        for row in 0..<count { total += views[row].count }
        return total
    }
}

/// Keys of texts: up to 7 bytes are their own key, with the length on top; longer ones are hashed.
enum BytesKey {
    /// The top byte of keys that are hashes; texts with equal keys of this kind may differ.
    static let hashed: UInt64 = 0xFF << 56
    /// Bytes that are a key by themselves.
    static let exactBytes = 7

    @inline(__always) static func isExact(_ key: UInt64) -> Bool { key &>> 56 <= UInt64(exactBytes) }

    /// - Parameter readable: bytes from `start` on that may be read, at least `count`.
    @inline(__always) static func of(_ start: UnsafeRawPointer, count: Int, readable: Int) -> UInt64 {
        if count > exactBytes { return hash(start, count: count) | hashed }
        guard readable >= 8 else { return short(start, count: count) }
        let word = UInt64(littleEndian: start.loadUnaligned(as: UInt64.self))
        let mask = (1 &<< UInt64(truncatingIfNeeded: count &* 8)) &- 1
        return word & mask | UInt64(truncatingIfNeeded: count) &<< 56
    }

    private static func short(_ start: UnsafeRawPointer, count: Int) -> UInt64 {
        var word = UInt64(count) << 56
        for index in 0..<count { word |= UInt64(start.load(fromByteOffset: index, as: UInt8.self)) << UInt64(index * 8) }
        return word
    }

    /// Multiplies words of 8 bytes to 128 bits and folds the halves; the last word overlaps the one before.
    private static func hash(_ start: UnsafeRawPointer, count: Int) -> UInt64 {
        var state = UInt64(truncatingIfNeeded: count) ^ 0xA076_1D64_78BD_642F
        var offset = 0
        while offset + 8 < count {
            state = folded(state ^ start.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        return folded(state ^ start.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self) ^ 0xE703_7ED1_A0B4_28DB)
    }

    @inline(__always) private static func folded(_ word: UInt64) -> UInt64 {
        let product = word.multipliedFullWidth(by: 0x8EBC_6AF0_9C88_C6E3)
        return product.high ^ product.low
    }
}
