import SluiceAWS
import SluiceBuckets
import SluiceServer

/// What keeps a bucket from being public. Source: S3's user guide, "Blocking public access to your Amazon S3 storage".
///
/// Lists of access control grant nobody anything here, so what is said of them changes nothing.
struct PublicAccessBlock: Sendable {
    static let setting = "publicAccessBlock"

    /// Whether a policy that is public is refused.
    private(set) var blocksPolicy = false
    /// Whether only the bucket's owner gets in, whatever a public policy says.
    private(set) var restrictsBucket = false

    /// - Throws: `MalformedXML`.
    init(_ bytes: [UInt8]) throws(ServiceFault) {
        let root = try S3Settings.root(bytes, "PublicAccessBlockConfiguration")
        var flags: [String: Bool] = [:]
        for name in ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"] {
            switch root[name]?.lowercased() {
            case nil, "false": flags[name] = false
            case "true": flags[name] = true
            default: throw .malformedXML
            }
        }
        blocksPolicy = flags["BlockPublicPolicy"] == true
        restrictsBucket = flags["RestrictPublicBuckets"] == true
    }

    /// Of a bucket; one that has none blocks nothing.
    init(of bucket: String, in store: BucketStore) {
        guard let bytes = try? store.setting(bucket, Self.setting) else { return }
        // One that cannot be read any more keeps the public out.
        guard let block = try? PublicAccessBlock(bytes) else {
            (blocksPolicy, restrictsBucket) = (true, true)
            return
        }
        self = block
    }
}
