/// The name of an object: 1 to 1,024 bytes of UTF-8. Two keys are one only where their bytes are, whatever Unicode says of them.
package struct ObjectKey: Hashable, Comparable, Sendable {
    package let bytes: [UInt8]

    /// Nil for bytes that are no key.
    package init?(_ bytes: [UInt8]) {
        guard !bytes.isEmpty, bytes.count <= BucketLimits.keyBytes, String(validating: bytes, as: UTF8.self) != nil else { return nil }
        self.bytes = bytes
    }

    package init?(_ text: String) { self.init(Array(text.utf8)) }

    /// A key that the index has.
    init(stored bytes: [UInt8]) { self.bytes = bytes }

    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The path of its file in the bucket's folder, which is the key itself; nil for a key that is no path of a file, or an unpleasant one:
    /// empty parts (`a//b`, `/a`, `a/`), `.` and `..`, control characters, parts over 255 bytes.
    ///
    /// So two keys never have the same path, and no path leaves the folder.
    var fileName: String? {
        guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
        for part in bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard !part.isEmpty, part.count <= BucketLimits.fileNameBytes, !part.elementsEqual(".".utf8), !part.elementsEqual("..".utf8)
            else { return nil }
        }
        return text
    }

    package static func < (a: Self, b: Self) -> Bool { a.bytes.lexicographicallyPrecedes(b.bytes) }
}
