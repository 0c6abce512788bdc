/// Base64 with padding (RFC 4648, section 4).
public enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    public static func append(_ source: some Collection<UInt8>, to bytes: inout [UInt8]) {
        var group: UInt32 = 0
        var held = 0
        for byte in source {
            group = group << 8 | UInt32(byte)
            held += 1
            if held == 3 {
                for shift in [18, 12, 6, 0] { bytes.append(alphabet[Int(group >> UInt32(shift) & 63)]) }
                (group, held) = (0, 0)
            }
        }
        guard held > 0 else { return }
        group <<= UInt32(8 * (3 - held))
        for place in 0..<4 {
            bytes.append(place <= held ? alphabet[Int(group >> UInt32(18 - 6 * place) & 63)] : UInt8(ascii: "="))
        }
    }

    public static func encode(_ source: some Collection<UInt8>) -> String {
        var bytes: [UInt8] = []
        append(source, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The value of each digit, 64 for a byte that is none.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 64, count: 256)
        for (value, digit) in alphabet.enumerated() { values[Int(digit)] = UInt8(value) }
        return values
    }()

    /// Nil unless the whole text is valid, padded base64.
    ///
    /// - Complexity: O(bytes), without a step outside for each where the text is contiguous.
    public static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        text.withContiguousStorageIfAvailable(decode(_:)) ?? Array(text).withUnsafeBufferPointer(decode(_:))
    }

    private static func decode(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        let padding = text.suffix(2).reduce(0) { $0 + ($1 == UInt8(ascii: "=") ? 1 : 0) }
        let digits = text.count - padding
        guard digits > 0 || text.isEmpty, padding < 2 || text[digits] == UInt8(ascii: "=") else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        var group: UInt32 = 0
        return values.withUnsafeBufferPointer { values in
            for place in 0..<digits {
                let value = values[Int(text[place])]
                guard value < 64 else { return nil }
                group = group << 6 | UInt32(value)
                if place % 4 == 3 {
                    bytes.append(UInt8(truncatingIfNeeded: group >> 16))
                    bytes.append(UInt8(truncatingIfNeeded: group >> 8))
                    bytes.append(UInt8(truncatingIfNeeded: group))
                }
            }
            if padding == 1 {
                bytes.append(UInt8(truncatingIfNeeded: group >> 10))
                bytes.append(UInt8(truncatingIfNeeded: group >> 2))
            } else if padding == 2 {
                bytes.append(UInt8(truncatingIfNeeded: group >> 4))
            }
            return bytes
        }
    }
}
