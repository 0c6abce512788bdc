package import SluiceCore

/// A value, and where it stands.
package struct ValuePlace: Hashable, Sendable {
    package var path: String
    /// From 1; 0 where the file has no lines.
    package var line: Int64
    /// At most `EvidenceLimits.valueBytes` of it.
    package var value: String

    package init(path: String, line: Int64, value: String) {
        self.path = path
        self.line = line
        self.value = value
    }

    init(path: String, line: Int64, bytes: UnsafeBufferPointer<UInt8>) {
        self.init(path: path, line: line, value: Self.shown(bytes))
    }

    /// The value's text, cut where it is long.
    static func shown(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        if bytes.count <= EvidenceLimits.valueBytes { return String(decoding: bytes, as: UTF8.self) }
        var end = EvidenceLimits.valueBytes
        while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return String(decoding: bytes[..<end], as: UTF8.self) + "…"
    }

    /// `path:line`.
    package var location: SourceLocation { .file(path: path, line: line > 0 ? Int(line) : nil) }

    /// Whether this place comes first, by path and line.
    func precedes(_ path: String, _ line: Int64) -> Bool {
        self.path == path ? self.line <= line : self.path.utf8.lexicographicallyPrecedes(path.utf8)
    }
}
