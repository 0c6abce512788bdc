package import SluiceAWS

/// An upload in parts that is not completed.
package struct BucketUpload: Hashable, Sendable {
    package var id: String
    package var key: ObjectKey
    /// Since 1970.
    package var startedMicros: Int64
    /// The checksum that its object is to have; nil: none.
    package var algorithm: ObjectChecksum.Algorithm?
    /// Whether that checksum is one of those of the parts, and not of the whole.
    package var isComposite: Bool
    package var traits: ObjectTraits
}

/// A part of an upload.
package struct BucketPart: Hashable, Sendable {
    package var number: Int
    package var byteCount: Int64
    package var etag: String
    /// Since 1970.
    package var modifiedMicros: Int64
    /// Base 64, of the upload's algorithm; empty: none.
    package var checksum: String
    var stamp: Int64

    var file: StoredFile { StoredFile(stamp: stamp, fileTime: stamp, byteCount: byteCount, place: .nameless) }
}

/// A part as a completion names it.
package struct NamedPart: Hashable, Sendable {
    package var number: Int
    package var etag: String
    /// nil: not named.
    package var checksum: String?

    package init(number: Int, etag: String, checksum: String? = nil) {
        self.number = number
        self.etag = etag
        self.checksum = checksum
    }
}
