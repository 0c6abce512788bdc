/// Bit packing of dictionary codes: code `i` takes `width` bits from bit `i * width` on, least significant first (Parquet's encodings
/// page, "RLE / Bit-Packing Hybrid").
enum CodePacking {
    /// Bytes that a packing loop may write behind its result, because it stores whole words.
    static let slackBytes = 16

    /// Bits that a code needs when the largest is `maximum`; at least 1, for readers that do not know a width of 0.
    static func width(for maximum: Int) -> Int { max(1, Int.bitWidth - maximum.leadingZeroBitCount) }

    /// Packs `groups` times 8 codes of at most 16 bits into `groups * width` bytes.
    ///
    /// Four codes are merged in one word: pairs first, then pairs of pairs, so that a code costs about two operations.
    /// - Parameter target: has `slackBytes` of room behind the result.
    static func pack(_ codes: UnsafePointer<UInt16>, groups: Int, width: Int, to target: UnsafeMutableRawPointer) {
        let source = UnsafeRawPointer(codes)
        let shift = UInt64(truncatingIfNeeded: width)
        let stride = width
        var from = source
        var to = target
        if width <= 8 {
            for _ in 0..<groups {
                let low = merged(from.loadUnaligned(as: UInt64.self), shift)
                let high = merged((from + 8).loadUnaligned(as: UInt64.self), shift)
                to.storeBytes(of: low | high &<< (shift &* 4), as: UInt64.self)
                from += 16
                to += stride
            }
            return
        }
        for _ in 0..<groups {
            let low = merged(from.loadUnaligned(as: UInt64.self), shift)
            let high = merged((from + 8).loadUnaligned(as: UInt64.self), shift)
            let bits = shift &* 4
            // At 16 bits the first word is full; shifts by 64 would be masked to 0.
            let first = bits == 64 ? low : low | high &<< bits
            let second = bits == 64 ? high : high &>> (64 &- bits)
            to.storeBytes(of: first, as: UInt64.self)
            (to + 8).storeBytes(of: second, as: UInt64.self)
            from += 16
            to += stride
        }
    }

    /// Four codes of 16 bits each, moved together to `4 * width` bits.
    @inline(__always) private static func merged(_ word: UInt64, _ width: UInt64) -> UInt64 {
        let lanes: UInt64 = 0x0000_FFFF_0000_FFFF
        let pairs = (word & lanes) | ((word &>> 16) & lanes) &<< width
        return (pairs & 0xFFFF_FFFF) | (pairs &>> 32) &<< (width &* 2)
    }
}
