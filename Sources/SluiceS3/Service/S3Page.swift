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
        func key(_ text: String) -> String { isEncoded ? Self.decoded(text) : text }
        for entry in root.all("Contents") {
            guard let name = entry["Key"], let size = entry["Size"].flatMap({ Int($0) }), size >= 0, let etag = entry["ETag"] else {
                throw malformed("has an object without a key, a size or an ETag")
            }
            let time = entry["LastModified"].flatMap { text in
                Array(text.utf8).withUnsafeBufferPointer { TimeText.timestamp($0)?.utcMicros }
            }
            objects.append(
                ObjectInfo(name: key(name), byteCount: size, modifiedMicros: time ?? 0, version: S3Object.unquoted(etag)))
        }
        for entry in root.all("CommonPrefixes") { prefixes.append(key(entry["Prefix"] ?? "")) }
        guard root["IsTruncated"] == "true" else { return }
        guard let token = root["NextContinuationToken"], !token.isEmpty else { throw malformed("goes on, and does not say where") }
        next = token
    }

    /// What `encoding-type=url` wrote: `%XX`, and `+` for a blank.
    static func decoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
