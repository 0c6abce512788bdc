package import SluiceCore

/// `s3://bucket/key`: an object, or what the keys of several begin with.
package struct S3Location: Hashable, Sendable, CustomStringConvertible {
    package static let scheme = "s3://"

    package var bucket: String
    /// Not encoded; empty for the bucket itself.
    package var key: String

    package init(bucket: String, key: String) {
        self.bucket = bucket
        self.key = key
    }

    /// Whether a path is one of an object store.
    package static func isOne(_ path: String) -> Bool { path.hasPrefix(scheme) }

    /// - Throws: `invalidOption` for a text without a bucket, or with one that cannot be.
    package init(parsing text: String) throws(SluiceError) {
        let rest = text.dropFirst(Self.isOne(text) ? Self.scheme.count : 0)
        bucket = String(rest.prefix { $0 != "/" })
        key = String(rest.dropFirst(bucket.count).drop { $0 == "/" })
        guard Self.isOne(text), Self.isBucket(bucket) else {
            throw SluiceError(
                .invalidOption, "\(text.quotedForMessage) names no bucket",
                remedy: "write s3://BUCKET/KEY; a bucket's name has 3 to 255 letters, digits, dots, hyphens and underscores")
        }
    }

    package var description: String { Self.scheme + bucket + "/" + key }

    /// Buckets of today have 3 to 63 lower-case characters; old ones, and those of other services, may have more.
    private static func isBucket(_ name: String) -> Bool {
        (3...255).contains(name.utf8.count) && name != "..." && name.first != "."
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "-._".utf8.contains(byte)
                }
            }
    }

    /// Whether a bucket's name can be a part of a host's name, under one certificate with others.
    static func isHostLabel(_ bucket: String) -> Bool {
        bucket.utf8.count <= 63 && bucket.first != "-" && bucket.last != "-"
            && bucket.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
                default: false
                }
            }
    }
}
