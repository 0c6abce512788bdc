import SluiceAWS

/// What a person says about where buckets are and how they are reached; nil leaves a question to the environment.
package struct S3Site: Hashable, Sendable {
    package var region: String?
    package var endpoint: String?
    package var profile: String?
    /// Whether a bucket stands in the path of an address, or in its host; nil: in the host at Amazon, in the path at any other endpoint.
    package var usesPathStyle: Bool?
    /// Whether requests go out without a signature, for public buckets.
    package var isAnonymous = false

    package init() {}

    var settings: AWSSettings { AWSSettings(AWSSettings.Options(region: region, endpoint: endpoint, profile: profile)) }
}
