import SluiceCore

/// Decodes definition or repetition levels of one page.
enum LevelDecoder {
    /// The largest level is 0, so that nothing is stored.
    case none
    case hybrid(HybridDecoder)
    case bitPacked(BitPackedLevels)

    /// Levels up to `maximum` in the hybrid encoding, without a length before them.
    static func hybrid(_ bytes: PageBytes, maximum: Int) throws(SluiceError) -> LevelDecoder {
        maximum == 0 ? .none : .hybrid(try HybridDecoder(bytes, width: width(maximum)))
    }

    /// The levels at the front of a page of version 1; what follows them is left in `page`.
    ///
    /// - Throws: `corruptFile` when they are longer than the page or encoded otherwise than levels may be.
    static func taken(
        from page: inout PageBytes, maximum: Int, count: Int, encoding: PageEncoding
    ) throws(SluiceError) -> LevelDecoder {
        if maximum == 0 { return .none }
        switch encoding {
        case .rle:
            guard let length = page.takeLength(), let bytes = page.take(length) else { throw PageError.damaged("levels are cut") }
            return try hybrid(bytes, maximum: maximum)
        case .bitPacked:
            let width = width(maximum)
            guard let bytes = page.take((count * width + 7) / 8) else { throw PageError.damaged("levels are cut") }
            return .bitPacked(BitPackedLevels(bytes, width: width))
        default: throw PageError.unsupported(encoding, "level")
        }
    }

    /// Bits of levels up to `maximum`.
    private static func width(_ maximum: Int) -> Int { Int.bitWidth - maximum.leadingZeroBitCount }

    /// The next `count` levels, none of them above `maximum`.
    mutating func read(into target: UnsafeMutablePointer<UInt8>, count: Int, maximum: Int) throws(SluiceError) {
        switch self {
        case .none: target.update(repeating: 0, count: count)
        case .hybrid(var decoder):
            try decoder.read(into: target, count: count)
            self = .hybrid(decoder)
        case .bitPacked(var decoder):
            try decoder.read(into: target, count: count)
            self = .bitPacked(decoder)
        }
        var largest: UInt8 = 0
        for index in 0..<count { largest = max(largest, target[index]) }
        guard largest <= maximum else { throw PageError.damaged("a level of \(largest) where \(maximum) is the largest") }
    }

    /// As `read`, for levels 0 and 1, into bits that are 0 before; returns how many are 1.
    mutating func readBits(into words: UnsafeMutablePointer<UInt64>, from start: Int, count: Int) throws(SluiceError) -> Int {
        switch self {
        case .none: return 0
        case .hybrid(var decoder):
            let ones = try decoder.readBits(into: words, from: start, count: count)
            self = .hybrid(decoder)
            return ones
        case .bitPacked(var decoder):
            let ones = try decoder.readBits(into: words, from: start, count: count)
            self = .bitPacked(decoder)
            return ones
        }
    }
}

/// The deprecated encoding of levels: packed from the most significant bit on, without runs.
///
/// Source: parquet-format, Encodings.md, "Bit-packed (Deprecated) (BIT_PACKED = 4)".
struct BitPackedLevels {
    private let bytes: PageBytes
    private let width: Int
    private var bit = 0

    init(_ bytes: PageBytes, width: Int) {
        self.bytes = bytes
        self.width = width
    }

    private mutating func next() throws(SluiceError) -> UInt8 {
        guard bit + width <= bytes.count * 8 else { throw PageError.damaged("levels end too soon") }
        var value: UInt8 = 0
        for position in bit..<(bit + width) { value = value << 1 | bytes.byte(position >> 3) >> UInt8(7 - position & 7) & 1 }
        bit += width
        return value
    }

    mutating func read(into target: UnsafeMutablePointer<UInt8>, count: Int) throws(SluiceError) {
        for index in 0..<count { target[index] = try next() }
    }

    mutating func readBits(into words: UnsafeMutablePointer<UInt64>, from start: Int, count: Int) throws(SluiceError) -> Int {
        var ones = 0
        for index in start..<(start + count) where try next() != 0 {
            words[index >> 6] |= 1 << UInt64(index & 63)
            ones += 1
        }
        return ones
    }
}
