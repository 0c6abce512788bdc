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
        guard let bytes = Hexadecimal.bytes(text.utf8.filter { $0 != UInt8(ascii: "-") }) else { return nil }
        self.bytes = bytes
    }

    /// A random one (RFC 9562, version 4).
    package init(using random: inout some RandomNumberGenerator) {
        var bytes = (0..<Self.byteCount).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        self.bytes = bytes
    }

    package var text: String { Hexadecimal.uuid(bytes) }

    package var description: String { text }
}
