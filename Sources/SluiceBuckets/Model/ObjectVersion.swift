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
}
