import SluiceAWS
import SluiceServer

/// How a bucket is a website. Source: S3's user guide, "Hosting a static website"; rules that redirect are refused.
struct WebsiteRules: Sendable {
    /// Added to keys that end with a slash, and to the empty one.
    let index: String
    /// Key of the page of errors.
    let errorKey: String?

    /// - Throws: `MalformedXML`, `InvalidArgument`, `NotImplemented`.
    init(_ bytes: [UInt8]) throws(ServiceFault) {
        let root = try S3Settings.root(bytes, "WebsiteConfiguration")
        guard root.all("RoutingRules").isEmpty, root.all("RedirectAllRequestsTo").isEmpty else {
            throw .notImplemented("redirections of a website")
        }
        guard let index = root.all("IndexDocument").first?["Suffix"] else { throw .malformedXML }
        guard !index.isEmpty, !index.contains("/") else {
            throw .invalidArgument("IndexDocument", index, "The IndexDocument Suffix is not well formed")
        }
        self.index = index
        errorKey = root.all("ErrorDocument").first?["Key"]
    }
}
