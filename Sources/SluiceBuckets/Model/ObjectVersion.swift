/// A version of an object, or a delete marker.
package struct ObjectVersion: Hashable, Sendable {
    package var key: ObjectKey
    /// `null` for one that was written while the bucket had no versions.
    package var versionID: String
    package var isMarker: Bool
    package var byteCount: Int64
    /// Since 1970.
    package var modifiedMicros: Int64
    /// Without quotes.
    package var etag: String
    package var traits: ObjectTraits
    /// Whether the key stands for this version.
    package var isCurrent: Bool
    /// Where its bytes are.
    var file: StoredFile

    /// Of a version that is written without versions.
    package static let nullID = "null"

    private static let idLetters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._".utf8)
    private static let idCount = 32

    /// An id of a new version, of which nobody can guess the last letters and digits.
    static func newID(_ stamp: Int64) -> String {
        var bytes: [UInt8] = []
        var rest = UInt64(bitPattern: stamp)
        for _ in 0..<11 {
            bytes.append(idLetters[Int(rest & 63)])
            rest >>= 6
        }
        while bytes.count < idCount { bytes.append(idLetters[Int.random(in: 0..<64)]) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The stamp that an id was made of, also where its version is gone; nil for the null version.
    static func stamp(ofID id: String) -> Int64? {
        guard id != nullID, isID(id) else { return nil }
        var stamp: UInt64 = 0
        for byte in id.utf8.prefix(11).reversed() {
            guard let digit = idLetters.firstIndex(of: byte) else { return nil }
            stamp = stamp << 6 | UInt64(digit)
        }
        return Int64(bitPattern: stamp)
    }

    /// Whether a text may be the id of a version.
    package static func isID(_ text: String) -> Bool {
        text == nullID || text.utf8.count == idCount && text.utf8.allSatisfy(idLetters.contains)
    }
}
