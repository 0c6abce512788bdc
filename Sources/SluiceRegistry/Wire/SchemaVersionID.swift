import SluiceCore

/// The id of one version of a schema: 16 bytes that never change, written as a UUID.
package struct SchemaVersionID: Hashable, Sendable, CustomStringConvertible {
    package static let byteCount = 16

    package let bytes: [UInt8]

    package init(bytes: [UInt8]) {
        precondition(bytes.count == Self.byteCount, "an id has \(Self.byteCount) bytes, not \(bytes.count)")
        self.bytes = bytes
    }

    /// `01234567-89ab-cdef-0123-456789abcdef`, in any case; nil for another text.
    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { $0.utf8.count }
        guard parts == [8, 4, 4, 4, 12] else { return nil }
        let digits = Array(text.utf8.filter { $0 != UInt8(ascii: "-") })
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: digits.count, by: 2) {
            guard let byte = UInt8(String(decoding: digits[start..<start + 2], as: UTF8.self), radix: 16),
                digits[start] != UInt8(ascii: "+")
            else { return nil }
            bytes.append(byte)
        }
        self.bytes = bytes
    }

    /// A random one (RFC 9562, version 4).
    package init(using random: inout some RandomNumberGenerator) {
        var bytes = (0..<Self.byteCount).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        self.bytes = bytes
    }

    package var text: String {
        var text = ""
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { text += "-" }
            text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return text
    }

    package var description: String { text }
}
