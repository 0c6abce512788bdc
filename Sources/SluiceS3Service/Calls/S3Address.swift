import SluiceBuckets
import SluiceHTTP
import SluiceServer

/// Which bucket and key a request is for, in the path (`/bucket/key`) or with the bucket in the host (`bucket.s3.localhost`).
struct S3Address: Hashable, Sendable {
    /// Nil: the service itself.
    var bucket: String?
    /// Bytes of the key; empty: the bucket itself.
    var key: [UInt8]
    /// Whether the host is one of a website: `bucket.s3-website.localhost`.
    var isWebsite = false

    init(_ head: RequestHead) {
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
        let name = host.lowercased().split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)[0]
        for (mark, isWebsite) in [(".s3-website.", true), (".s3-website-", true), (".s3.", false), (".s3-", false)] {
            if let range = name.firstRange(of: mark), range.lowerBound > name.startIndex {
                return (String(name[..<range.lowerBound]), isWebsite)
            }
        }
        guard name.hasSuffix(".localhost"), !name.hasPrefix("s3.") else { return nil }
        let bucket = String(name.dropLast(".localhost".count))
        return BucketName.isValid(bucket) ? (bucket, false) : nil
    }
}
