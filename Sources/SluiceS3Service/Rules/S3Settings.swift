import SluiceAWS
import SluiceServer

/// Documents of settings.
enum S3Settings {
    static let noPolicy = ServiceFault(404, "NoSuchBucketPolicy", "The bucket policy does not exist")
    static let noLock = ServiceFault(400, "InvalidRequest", "Bucket is missing Object Lock Configuration")

    /// - Throws: `MalformedXML`.
    static func root(_ bytes: [UInt8], _ name: String) throws(ServiceFault) -> XMLElement {
        guard let root = try? XMLParser.parse(bytes), root.name == name else { throw .malformedXML }
        return root
    }

    /// The region that a new bucket is to have; nil where the document does not say.
    static func region(_ body: [UInt8]) throws(ServiceFault) -> String? {
        let region = try root(body, "CreateBucketConfiguration")["LocationConstraint"]
        return region == "EU" ? "eu-west-1" : region.flatMap { $0.isEmpty ? nil : $0 }
    }
}
