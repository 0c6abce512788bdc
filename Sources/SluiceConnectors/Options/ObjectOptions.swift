import SluicePipelines
import SluiceS3
import SluiceCore

/// The options by which a definition says how buckets are reached: they hold for paths that begin with `s3://`.
enum ObjectOptions {
    static let all = [region, endpoint, profile, pathStyle, anonymous]

    private static let region = OptionSpecification(
        "region", .string, "Of s3:// paths: the AWS region. Otherwise AWS_REGION, or the profile's; a bucket elsewhere is found.",
        examples: ["eu-west-1"])
    private static let endpoint = OptionSpecification(
        "endpoint", .string,
        "Of s3:// paths: the address of the object store. Otherwise AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, or that of the region.",
        examples: ["\"http://127.0.0.1:9000\""])
    private static let profile = OptionSpecification(
        "profile", .string,
        "Of s3:// paths: the profile of ~/.aws/config and ~/.aws/credentials. Otherwise AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
            + "AWS_PROFILE, or default.",
        examples: ["production"])
    private static let pathStyle = OptionSpecification(
        "path_style", .boolean,
        "Of s3:// paths: whether the bucket stands in the address's path rather than in its host; true for an endpoint of your own when absent."
    )
    private static let anonymous = OptionSpecification(
        "anonymous", .boolean, default: "false", "Of s3:// paths: whether requests are not signed, for public buckets.")

    /// - Throws: `wrongType`, placed.
    static func site(_ options: OptionValues) throws(SluiceError) -> S3Site {
        var site = S3Site()
        site.region = try options.string("region")
        site.endpoint = try options.string("endpoint")
        site.profile = try options.string("profile")
        site.usesPathStyle = try options.boolean("path_style")
        site.isAnonymous = try options.boolean("anonymous") ?? false
        return site
    }

    /// A site as texts, for what is kept: the parameters of a table, the journal of an upload. None of them is a secret.
    static func parameters(of site: S3Site) -> [String: String] {
        var parameters: [String: String] = [:]
        parameters["s3.region"] = site.region
        parameters["s3.endpoint"] = site.endpoint
        parameters["s3.profile"] = site.profile
        parameters["s3.path_style"] = site.usesPathStyle.map { $0 ? "true" : "false" }
        if site.isAnonymous { parameters["s3.anonymous"] = "true" }
        return parameters
    }

    /// What `parameters` wrote.
    static func site(of parameters: [String: String]) -> S3Site {
        var site = S3Site()
        site.region = parameters["s3.region"]
        site.endpoint = parameters["s3.endpoint"]
        site.profile = parameters["s3.profile"]
        site.usesPathStyle = parameters["s3.path_style"].map { $0 == "true" }
        site.isAnonymous = parameters["s3.anonymous"] == "true"
        return site
    }
}
