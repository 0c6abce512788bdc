import SluiceAWS
import SluiceCore
import SluiceStorage

/// A page of a listing.
struct S3Page: Sendable {
    /// Keys, in order.
    var objects: [ObjectInfo] = []
    /// What further keys begin with, up to and with the delimiter.
    var prefixes: [String] = []
    /// Nil on the last page.
    var next: String?

    /// - Throws: `serviceFailed` for an answer that is no listing.
    init(_ root: XMLElement, at location: SourceLocation) throws(SluiceError) {
        func malformed(_ text: String) -> SluiceError { SluiceError(.serviceFailed, "a listing \(text)", at: location) }
        guard root.name == "ListBucketResult" else { throw malformed("is called \(root.name.quotedForMessage)") }
        let isEncoded = root["EncodingType"] == "url"
        func key(_ text: String) -> String { isEncoded ? PercentText.decode(text) : text }
        for entry in root.all("Contents") {
            guard let name = entry["Key"], let size = entry["Size"].flatMap({ Int64($0) }),
                (0...S3Limits.objectBytes).contains(size), let etag = entry["ETag"]
            else {
                throw malformed("has an object without a key, an ETag or a size of up to \(S3Limits.objectBytes) bytes")
            }
            let time = entry["LastModified"].flatMap { text in
                Array(text.utf8).withUnsafeBufferPointer { TimeText.timestamp($0)?.utcMicros }
            }
            objects.append(
                ObjectInfo(name: key(name), byteCount: Int(size), modifiedMicros: time ?? 0, version: EntityTag.unquoted(etag)))
        }
        for entry in root.all("CommonPrefixes") { prefixes.append(key(entry["Prefix"] ?? "")) }
        guard root["IsTruncated"] == "true" else { return }
        guard let token = root["NextContinuationToken"], !token.isEmpty else { throw malformed("goes on, and does not say where") }
        next = token
    }
}
