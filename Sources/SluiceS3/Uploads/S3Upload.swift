/// An upload in parts that was begun; nobody sees the object before it is completed.
package struct S3Upload: Hashable, Sendable {
    package var key: String
    /// The service's.
    package var id: String
    /// Stands with the object, so that a completion whose answer was lost is told from somebody else's object.
    package var token: String

    package init(key: String, id: String, token: String) {
        self.key = key
        self.id = id
        self.token = token
    }
}

/// A part of an upload that the service has.
package struct S3Part: Hashable, Sendable {
    /// From 1.
    package var number: Int
    package var etag: String
    /// CRC-32 in base 64; empty where the service tells none.
    package var checksum: String
    package var byteCount: Int64

    package init(number: Int, etag: String, checksum: String, byteCount: Int64) {
        self.number = number
        self.etag = etag
        self.checksum = checksum
        self.byteCount = byteCount
    }

    /// Where a part begins, and how many bytes it has unless it is the last.
    package static func place(_ number: Int) -> (offset: Int64, byteCount: Int) {
        let small = min(number - 1, S3Limits.smallParts)
        let large = number - 1 - small
        let offset = Int64(small) * Int64(S3Limits.partBytes) + Int64(large) * Int64(S3Limits.largePartBytes)
        return (offset, number <= S3Limits.smallParts ? S3Limits.partBytes : S3Limits.largePartBytes)
    }
}
