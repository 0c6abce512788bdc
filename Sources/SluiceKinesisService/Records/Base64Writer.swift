/// Base 64 with padding, three bytes a step through a table of pairs of digits.
enum Base64Writer {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    /// Two digits for each value of twelve bits, the first one in the lower byte.
    private static let pairs: [UInt16] = (0..<4_096).map { UInt16(digits[$0 >> 6]) | UInt16(digits[$0 & 63]) << 8 }

    static func append(_ source: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        let whole = source.count / 3
        let count = (source.count + 2) / 3 * 4
        withUnsafeTemporaryAllocation(byteCount: max(count, 4), alignment: 4) { target in
            pairs.withUnsafeBufferPointer { pairs in
                for group in 0..<whole {
                    let value =
                        Int(source[group &* 3]) << 16 | Int(source[group &* 3 &+ 1]) << 8 | Int(source[group &* 3 &+ 2])
                    let pair = UInt32(pairs[value &>> 12]) | UInt32(pairs[value & 4_095]) << 16
                    target.storeBytes(of: pair.littleEndian, toByteOffset: group &* 4, as: UInt32.self)
                }
            }
            if source.count % 3 > 0 {
                let second = source.count % 3 == 2 ? Int(source[whole * 3 + 1]) : 0
                let value = Int(source[whole * 3]) << 16 | second << 8
                target[whole * 4] = digits[value >> 18]
                target[whole * 4 + 1] = digits[value >> 12 & 63]
                target[whole * 4 + 2] = source.count % 3 == 2 ? digits[value >> 6 & 63] : UInt8(ascii: "=")
                target[whole * 4 + 3] = UInt8(ascii: "=")
            }
            bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: target[..<count]))
        }
    }
}
