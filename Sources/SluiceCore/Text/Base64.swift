import CTextScan

/// Base64 with padding (RFC 4648, section 4): 32 digits a step where the processor can, otherwise eight through tables, in both directions.
public enum Base64 {
    private static let isVectored = sluice_base64_available()
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")

    // MARK: Encoding

    /// Two digits for each value of twelve bits, the first one in the lower byte.
    private static let pairs: [UInt16] = (0..<4_096).map { UInt16(alphabet[$0 >> 6]) | UInt16(alphabet[$0 & 63]) << 8 }

    public static func encode(_ source: some Collection<UInt8>) -> String {
        var bytes: [UInt8] = []
        append(source, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// - Complexity: O(bytes), without a step outside for each where the source is contiguous.
    public static func append(_ source: some Collection<UInt8>, to bytes: inout [UInt8]) {
        let isDone: Void? = source.withContiguousStorageIfAvailable { append($0, to: &bytes) }
        if isDone == nil { Array(source).withUnsafeBufferPointer { append($0, to: &bytes) } }
    }

    public static func append(_ source: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: encodedCount(source.count)))
        bytes.withUnsafeMutableBytes { write(source, to: UnsafeMutableRawBufferPointer(rebasing: $0[start...])) }
    }

    /// Digits and padding of so many bytes.
    public static func encodedCount(_ byteCount: Int) -> Int { (byteCount + 2) / 3 * 4 }

    /// Writes digits and padding, `encodedCount` bytes of them.
    public static func write(_ source: UnsafeBufferPointer<UInt8>, to target: UnsafeMutableRawBufferPointer) {
        precondition(target.count >= encodedCount(source.count), "base64 needs four bytes for three")
        guard let bytes = source.baseAddress, let target = target.baseAddress else { return }
        let done = isVectored ? sluice_base64_encode(bytes, source.count / 3, target.assumingMemoryBound(to: UInt8.self)) : 0
        pairs.withUnsafeBufferPointer { pairs in
            var (place, written) = (done * 3, done * 4)
            while place &+ 8 <= source.count {
                let word = UInt64(bigEndian: UnsafeRawPointer(bytes + place).loadUnaligned(as: UInt64.self))
                let low = UInt64(pairs[Int(word &>> 52)]) | UInt64(pairs[Int(word &>> 40 & 4_095)]) &<< 16
                let high = UInt64(pairs[Int(word &>> 28 & 4_095)]) | UInt64(pairs[Int(word &>> 16 & 4_095)]) &<< 16
                target.storeBytes(of: (low | high &<< 32).littleEndian, toByteOffset: written, as: UInt64.self)
                place &+= 6
                written &+= 8
            }
            while place &+ 3 <= source.count {
                let group = Int(bytes[place]) &<< 16 | Int(bytes[place &+ 1]) &<< 8 | Int(bytes[place &+ 2])
                let digits = UInt32(pairs[group &>> 12]) | UInt32(pairs[group & 4_095]) &<< 16
                target.storeBytes(of: digits.littleEndian, toByteOffset: written, as: UInt32.self)
                place &+= 3
                written &+= 4
            }
            guard place < source.count else { return }
            let second = place + 1 < source.count ? Int(bytes[place + 1]) : nil
            let group = Int(bytes[place]) << 16 | (second ?? 0) << 8
            target.storeBytes(of: pairs[group >> 12].littleEndian, toByteOffset: written, as: UInt16.self)
            target.storeBytes(of: second == nil ? padding : alphabet[group >> 6 & 63], toByteOffset: written + 2, as: UInt8.self)
            target.storeBytes(of: padding, toByteOffset: written + 3, as: UInt8.self)
        }
    }

    // MARK: Decoding

    /// Bytes behind the decoded ones that `decodeGroups` may write over.
    public static let slack = 2
    private static let wrong: UInt32 = 1 << 31

    /// For each of the four digits of a group, by its byte: what it adds to the group's three bytes, the first of which is the lowest;
    /// `wrong` for a byte that is no digit.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: wrong, count: 4 * 256)
        for (value, digit) in alphabet.enumerated() {
            let (value, digit) = (UInt32(value), Int(digit))
            tables[digit] = value << 2
            tables[256 + digit] = value >> 4 | (value & 15) << 12
            tables[512 + digit] = (value >> 2) << 8 | (value & 3) << 22
            tables[768 + digit] = value << 16
        }
        return tables
    }()

    /// Nil unless the whole text is valid, padded base64.
    ///
    /// - Complexity: O(bytes), without a step outside for each where the text is contiguous.
    public static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        text.withContiguousStorageIfAvailable(decode(_:)) ?? Array(text).withUnsafeBufferPointer(decode(_:))
    }

    private static func decode(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        var isRight = false
        let bytes = [UInt8](unsafeUninitializedCapacity: text.count / 4 * 3 + slack) { target, filled in
            guard let count = decode(text, into: UnsafeMutableRawBufferPointer(target)) else { return }
            (isRight, filled) = (true, count)
        }
        return isRight ? bytes : nil
    }

    /// Decodes a whole, padded text.
    ///
    /// - Parameter target: Has room for three bytes for each four of the text, and for `slack` more.
    /// - Returns: Bytes that were written; nil for what is no such text.
    public static func decode(_ text: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableRawBufferPointer) -> Int? {
        guard text.count % 4 == 0 else { return nil }
        guard text.count > 0 else { return 0 }
        var digits = text.count
        if text[digits - 1] == padding { digits -= text[digits - 2] == padding ? 2 : 1 }
        let groups = digits / 4
        guard decodeGroups(UnsafeBufferPointer(rebasing: text[..<(groups * 4)]), into: target) == groups else { return nil }
        guard digits % 4 > 0 else { return groups * 3 }
        let third = digits % 4 == 3 ? tables[512 + Int(text[digits - 1])] : 0
        let group = tables[Int(text[groups * 4])] | tables[256 + Int(text[groups * 4 + 1])] | third
        guard group & wrong == 0 else { return nil }
        target[groups * 3] = UInt8(truncatingIfNeeded: group)
        if digits % 4 == 3 { target[groups * 3 + 1] = UInt8(truncatingIfNeeded: group >> 8) }
        return groups * 3 + digits % 4 - 1
    }

    /// Decodes groups of four digits up to the first that holds something else: padding, or the end of a text that nobody has looked for.
    ///
    /// - Parameter target: Has room for three bytes a group, and for `slack` more.
    /// - Returns: How many groups were decoded.
    public static func decodeGroups(_ text: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableRawBufferPointer) -> Int {
        let count = text.count / 4
        precondition(target.count >= count * 3 + slack, "decoding needs three bytes for four")
        guard let digits = text.baseAddress, let target = target.baseAddress else { return 0 }
        let source = UnsafeRawPointer(digits)
        let first = isVectored ? sluice_base64_decode(digits, count, target.assumingMemoryBound(to: UInt8.self)) : 0
        return tables.withUnsafeBufferPointer { tables in
            func group(_ digits: UInt32) -> UInt32 {
                tables[Int(digits & 255)] | tables[Int(256 | digits &>> 8 & 255)] | tables[Int(512 | digits &>> 16 & 255)]
                    | tables[Int(768 | digits &>> 24)]
            }
            var done = first
            while done &+ 2 <= count {
                let digits = UInt64(littleEndian: source.loadUnaligned(fromByteOffset: done &* 4, as: UInt64.self))
                let (low, high) = (group(UInt32(truncatingIfNeeded: digits)), group(UInt32(truncatingIfNeeded: digits &>> 32)))
                guard (low | high) & wrong == 0 else { break }
                target.storeBytes(of: (UInt64(low) | UInt64(high) &<< 24).littleEndian, toByteOffset: done &* 3, as: UInt64.self)
                done &+= 2
            }
            while done < count {
                let bytes = group(UInt32(littleEndian: source.loadUnaligned(fromByteOffset: done &* 4, as: UInt32.self)))
                guard bytes & wrong == 0 else { break }
                target.storeBytes(of: bytes.littleEndian, toByteOffset: done &* 3, as: UInt32.self)
                done &+= 1
            }
            return done
        }
    }
}
