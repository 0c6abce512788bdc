import SluiceAWS
import SluiceCore

/// What the headers of an answer tell of an object.
struct S3Object: Hashable, Sendable {
    var byteCount: Int64
    /// Without its quotes.
    var etag: String
    /// Microseconds since 1970.
    var modifiedMicros: Int64
    /// Of the whole object, where it was asked for and there is one.
    var checksum: ObjectChecksum?
    /// Who wrote it, where that was one of our writes that can be told from others.
    var token: String?

    /// The header of `token`.
    static let tokenHeader = "x-amz-meta-sluice-write"

    /// - Throws: `serviceFailed` for an answer without a length or a version.
    init(_ answer: HTTPAnswer, at location: SourceLocation) throws(SluiceError) {
        let range = answer.headers["content-range"]
        let total = range.flatMap { $0.split(separator: "/").last.flatMap { Int64($0) } }
        guard let byteCount = total ?? answer.headers["content-length"].flatMap({ Int64($0) }),
            (0...S3Limits.objectBytes).contains(byteCount), let etag = answer.headers["etag"]
        else {
            throw SluiceError(
                .serviceFailed, "the answer has no ETag of the object, or no length of up to \(S3Limits.objectBytes) bytes", at: location)
        }
        self.byteCount = byteCount
        self.etag = EntityTag.unquoted(etag)
        modifiedMicros = answer.headers["last-modified"].flatMap { HTTPDate.micros($0) } ?? 0
        checksum = ObjectChecksum(answer.headers)
        token = answer.headers[Self.tokenHeader]
    }
}
