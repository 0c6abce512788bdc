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

    /// Nil unless the whole text is valid, padded base64.
    public static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        var bytes: [UInt8] = []
        var group: UInt32 = 0
        var held = 0
        var padding = 0
        for byte in text {
            if byte == UInt8(ascii: "=") {
                padding += 1
                group <<= 6
            } else {
                guard padding == 0, let digit = alphabet.firstIndex(of: byte) else { return nil }
                group = group << 6 | UInt32(digit)
            }
            held += 1
            if held == 4 {
                for shift in [16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: group >> UInt32(shift))) }
                (group, held) = (0, 0)
            }
        }
        guard padding <= 2 else { return nil }
        bytes.removeLast(padding)
        return bytes
    }
}
