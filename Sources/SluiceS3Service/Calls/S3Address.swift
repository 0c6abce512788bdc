import SluiceBuckets
import SluiceCore
import SluiceServer

/// Which bucket and key a request is for, in the path (`/bucket/key`) or with the bucket in the host (`bucket.s3.localhost`).
struct S3Address: Hashable, Sendable {
    /// Nil: the service itself.
    var bucket: String?
    /// Bytes of the key; empty: the bucket itself.
    var key: [UInt8]
    /// Whether the host is one of a website: `bucket.s3-website.localhost`.
    var isWebsite = false
    /// Whether a `%` of the path has no two hexadecimal digits behind it.
    let isMalformed: Bool

    init(_ head: RequestHead) {
        isMalformed = PercentText.isMalformed(head.rawPath.utf8)
        let path = PercentText.decodedBytes(head.rawPath.utf8.dropFirst(), plusIsBlank: false)
        if let host = head.headers["Host"].flatMap(Self.bucket(ofHost:)) {
            bucket = host.bucket
            isWebsite = host.isWebsite
            key = path
            return
        }
        let end = path.firstIndex(of: UInt8(ascii: "/")) ?? path.endIndex
        bucket = end == 0 ? nil : String(decoding: path[..<end], as: UTF8.self)
        key = end < path.endIndex ? Array(path[(end + 1)...]) : []
    }

    /// The bucket that stands in a host; nil for a host that is only the service's.
    static func bucket(ofHost host: String) -> (bucket: String, isWebsite: Bool)? {
        // Each request has a host: bytes, without the port, and most of them are the service's own.
        let name = host.utf8.prefix { $0 != UInt8(ascii: ":") }.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        for (mark, isWebsite) in marks {
            guard name.count > mark.count, let start = (1...(name.count - mark.count)).first(where: { name[$0...].starts(with: mark) })
            else {
                continue
            }
            return (String(decoding: name[..<start], as: UTF8.self), isWebsite)
        }
        guard name.count > local.count, name.suffix(local.count).elementsEqual(local), !name.starts(with: "s3.".utf8) else { return nil }
        let bucket = String(decoding: name.dropLast(local.count), as: UTF8.self)
        return BucketName.isValid(bucket) ? (bucket, false) : nil
    }

    private static let marks = [(".s3-website.", true), (".s3-website-", true), (".s3.", false), (".s3-", false)].map {
        (Array($0.utf8), $1)
    }
    private static let local = Array(".localhost".utf8)
}
