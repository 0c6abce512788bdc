/// Something that happened to an object, kept for one of those who watch its bucket until they have it.
package struct ObjectEvent: Hashable, Sendable {
    /// What happened, as S3 names it. Source: S3's user guide, "Supported event types for SQS, SNS, and Lambda".
    package enum Kind: String, CaseIterable, Sendable {
        case put = "ObjectCreated:Put"
        case posted = "ObjectCreated:Post"
        case copied = "ObjectCreated:Copy"
        case completed = "ObjectCreated:CompleteMultipartUpload"
        case deleted = "ObjectRemoved:Delete"
        case marked = "ObjectRemoved:DeleteMarkerCreated"
        case expired = "LifecycleExpiration:Delete"
        case expiredToMarker = "LifecycleExpiration:DeleteMarkerCreated"
        case tagged = "ObjectTagging:Put"
        case untagged = "ObjectTagging:Delete"

        /// Whether there is an object behind it whose bytes can be read.
        package var isCreation: Bool { rawValue.hasPrefix("ObjectCreated:") }
    }

    /// Greater than those of all events before, of all buckets.
    package var number: Int64
    package var kind: Kind
    /// Since 1970.
    package var micros: Int64
    package var bucket: String
    /// Account of the bucket's owner.
    package var owner: String
    package var region: String
    package var key: ObjectKey
    /// Nil where the bucket never had versions.
    package var versionID: String?
    package var byteCount: Int64
    /// Without quotes; empty for a marker.
    package var etag: String
    /// Which of the bucket's watches this is for, and whom that names.
    package var watch: String
    package var target: String
}

/// Somebody who wants to know of some events of a bucket.
package struct BucketWatch: Hashable, Sendable {
    /// Unique in its bucket.
    package var id: String
    /// Whom to tell; the store only keeps it.
    package var target: String
    package var kinds: Set<ObjectEvent.Kind>
    /// What keys begin and end with.
    package var prefix: [UInt8]
    package var suffix: [UInt8]

    package init(id: String, target: String, kinds: Set<ObjectEvent.Kind>, prefix: [UInt8] = [], suffix: [UInt8] = []) {
        self.id = id
        self.target = target
        self.kinds = kinds
        self.prefix = prefix
        self.suffix = suffix
    }

    func wants(_ kind: ObjectEvent.Kind, _ key: ObjectKey) -> Bool {
        kinds.contains(kind) && key.bytes.starts(with: prefix) && key.bytes.reversed().starts(with: suffix.reversed())
    }
}
