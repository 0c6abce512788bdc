import FuzzKit
import SluiceAWS
import SluiceBuckets
import SluiceCore
@testable import SluiceS3Service
import SluiceServer

/// A body in XML or JSON that a client of S3 sends: rules for expiry, pages of browsers, websites and everybody, tags, a region.
///
/// What rules are read is within their bounds, and they can be asked.
@_cdecl("LLVMFuzzerTestOneInput") public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Fuzzing.bytes(data, count)
    for rule in (try? LifecycleDocument.rules(bytes)) ?? [] {
        for days in [rule.days, rule.olderDays, rule.uploadDays] {
            Fuzzing.require((1..<1_000_000).contains(days ?? 1), "\(days ?? 0) days")
        }
    }
    if let rules = try? CORSRules(bytes) {
        Fuzzing.require((1...100).contains(rules.rules.count), "\(rules.rules.count) rules")
        for rule in rules.rules {
            for origin in rule.origins where !origin.contains("*") {
                _ = rules.headers(origin: origin, method: rule.methods[0], asked: rule.headers)
            }
        }
    }
    if let rules = try? WebsiteRules(bytes) { Fuzzing.require(!rules.index.contains("/"), "index \(rules.index)") }
    if let policy = BucketPolicy(bytes) {
        _ = policy.isPublic
        for action in ["s3:GetObject", "s3:ListBucket"] { _ = policy.allowsEverybody(action, "arn:aws:s3:::a/b*c") }
    }
    _ = try? S3Settings.region(bytes)
    if let root = try? S3Settings.root(bytes, "Tagging"), let tags = try? S3Tags.parse(root, limit: S3ServiceLimits.bucketTags) {
        Fuzzing.require(
            tags.count <= S3ServiceLimits.bucketTags && Set(tags.map { Array($0.name.utf8) }).count == tags.count, "tags \(tags)")
    }
    return 0
}
