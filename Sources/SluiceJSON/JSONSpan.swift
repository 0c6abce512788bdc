/// Where texts and containers of JSON end; the loop that looks at every byte of what services answer.
enum JSONSpan {
    /// What became of looking for the end of a container.
    enum Outcome {
        case end(Int)
        case malformed(at: Int)
        case tooDeep
    }

    /// Each byte of a word.
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080
    private static let quotes = ones &* UInt64(UInt8(ascii: "\""))
    private static let escapes = ones &* UInt64(UInt8(ascii: "\\"))

    /// Behind the text that begins at a place; nil where it has no end. Eight bytes are looked at together.
    @inline(__always)
    static func end(ofTextAt start: Int, _ bytes: UnsafeRawBufferPointer) -> Int? {
        var place = start + 1
        while place + 8 <= bytes.count {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            let hit = zeros(word ^ quotes) | zeros(word ^ escapes)
            guard hit != 0 else {
                place += 8
                continue
            }
            place += hit.trailingZeroBitCount / 8
            if bytes[place] == UInt8(ascii: "\"") { return place + 1 }
            place += 2
        }
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "\""): return place + 1
            case UInt8(ascii: "\\"): place += 2
            default: place += 1
            }
        }
        return nil
    }

    /// The high bit of each byte that is zero; bits above the first may be wrong.
    @inline(__always)
    private static func zeros(_ word: UInt64) -> UInt64 { (word &- ones) & ~word & highs }

    /// Behind the object or list that begins at a place.
    static func end(ofContainerAt start: Int, _ bytes: UnsafeRawBufferPointer) -> Outcome {
        // Of each container that is open, whether it is an object, the innermost as the lowest bit.
        var (objects, depth): (UInt64, Int) = (0, 0)
        var place = start
        while place < bytes.count {
            let byte = bytes[place]
            switch byte {
            case UInt8(ascii: "\""):
                guard let end = end(ofTextAt: place, bytes) else { return .malformed(at: bytes.count) }
                place = end
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard depth < JSONParser.nestingDepth else { return .tooDeep }
                objects = objects << 1 | (byte == UInt8(ascii: "{") ? 1 : 0)
                depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard depth > 0, (objects & 1 == 1) == (byte == UInt8(ascii: "}")) else { return .malformed(at: place) }
                objects >>= 1
                depth -= 1
                if depth == 0 { return .end(place + 1) }
            default: break
            }
            place += 1
        }
        return .malformed(at: bytes.count)
    }
}
