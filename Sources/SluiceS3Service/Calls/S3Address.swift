import SluiceBuckets
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
        let path = Self.decoded(head.rawPath.utf8.dropFirst())
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

    /// What percent-encoded bytes stand for; a plus is one, and what is no encoding stays.
    static func decoded(_ text: some Collection<UInt8>) -> [UInt8] {
        let source = Array(text)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(source.count)
        var place = 0
        while place < source.count {
            if source[place] == UInt8(ascii: "%"), place + 2 < source.count, let high = digit(source[place + 1]),
                let low = digit(source[place + 2])
            {
                bytes.append(high << 4 | low)
                place += 3
            } else {
                bytes.append(source[place])
                place += 1
            }
        }
        return bytes
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
