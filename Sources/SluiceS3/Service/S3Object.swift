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
        guard let byteCount = total ?? answer.headers["content-length"].flatMap({ Int64($0) }), byteCount >= 0,
            let etag = answer.headers["etag"]
        else {
            throw SluiceError(.serviceFailed, "the answer has no length and no ETag of the object", at: location)
        }
        self.byteCount = byteCount
        self.etag = Self.unquoted(etag)
        modifiedMicros = answer.headers["last-modified"].flatMap { HTTPDate.micros($0) } ?? 0
        checksum = ObjectChecksum(answer.headers)
        token = answer.headers[Self.tokenHeader]
    }

    static func unquoted(_ etag: String) -> String {
        etag.count >= 2 && etag.hasPrefix("\"") && etag.hasSuffix("\"") ? String(etag.dropFirst().dropLast()) : etag
    }

    static func quoted(_ etag: String) -> String { etag.hasPrefix("W/") ? etag : "\"\(etag)\"" }
}
