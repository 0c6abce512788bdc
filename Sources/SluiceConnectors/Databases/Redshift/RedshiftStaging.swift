import SluiceCore
import SluicePipelines
import SluiceS3

/// Where rows are staged for Redshift, as definitions and publications keep it: without credentials.
struct RedshiftStaging: Codable, Hashable, Sendable {
    var bucket: String
    /// What keys begin with: empty, or with a slash at its end.
    var prefix: String
    /// Of the bucket, as `ObjectOptions.parameters` writes it.
    var site: [String: String]
    /// By which Redshift reads the bucket; nil: as the connection says.
    var role: String?
    /// Whether files stay in the bucket.
    var keepsFiles: Bool

    static let option = OptionSpecification(
        "staging", .string, isRequired: true,
        "Where rows are staged as files, which Redshift reads from there: s3://BUCKET or s3://BUCKET/PREFIX.",
        examples: ["s3://loads/sluice"])
    static let role = OptionSpecification(
        "iam_role", .string,
        "The role by which Redshift reads the staged files: its ARN, or default. Otherwise the connection has it, or a key in its place.",
        examples: ["\"arn:aws:iam::123456789012:role/load\""])
    static let keeps = OptionSpecification(
        "keep_files", .boolean, default: "false",
        "Whether staged files stay in the bucket; otherwise they are removed once their rows are there.")

    /// - Throws: `invalidOption`, placed, for what is no place in a bucket.
    init(_ options: OptionValues) throws(SluiceError) {
        let location: S3Location
        do throws(SluiceError) {
            location = try S3Location(parsing: try options.require("staging").string())
        } catch {
            throw error.located(at: options.location(of: "staging"))
        }
        let key = location.key
        // It stands in statements.
        guard key.utf8.allSatisfy({ (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "'") && $0 != UInt8(ascii: "\\") }),
            !key.split(separator: "/", omittingEmptySubsequences: false).dropLast().contains("")
        else {
            throw options.invalid(
                "staging", "rows cannot be staged below \(location.description.quotedForMessage)",
                remedy: "use letters, digits and - in the prefix")
        }
        bucket = location.bucket
        prefix = key.isEmpty || key.hasSuffix("/") ? key : key + "/"
        site = ObjectOptions.parameters(of: try ObjectOptions.site(options))
        role = try options.string("iam_role")
        keepsFiles = try options.boolean("keep_files") ?? false
    }

    func service() throws(SluiceError) -> S3Service { try S3Stores.service(bucket, ObjectOptions.site(of: site)) }

    /// The bucket's region, where the definition says it.
    var region: String? { ObjectOptions.site(of: site).region }
}

/// How Redshift reads the staged files.
enum RedshiftAuthorization: Sendable {
    case role(String)
    case keys(id: String, secret: String, token: String?)

    /// - Parameter role: Of the definition.
    /// - Throws: `missingKey` where nothing says it; `invalidOption`.
    init(role: String?, _ values: [String: String]) throws(SluiceError) {
        var values = values
        if let role { values["iam_role"] = role }
        try DatabaseEngine.redshift.check(values)
        if let role = values["iam_role"] {
            self = .role(role)
        } else if let id = values["access_key_id"], let secret = values["secret_access_key"] {
            self = .keys(id: id, secret: secret, token: values["session_token"])
        } else {
            throw SluiceError(
                .missingKey, "nothing says by which role or key Redshift reads the staged files",
                remedy: "write iam_role: ARN, or give the connection iam_role, or the secrets access_key_id and secret_access_key")
        }
    }

    /// As COPY has it.
    var clause: String {
        switch self {
        case .role("default"): "IAM_ROLE default"
        case .role(let role): "IAM_ROLE '\(role)'"
        case .keys(let id, let secret, let token):
            "ACCESS_KEY_ID '\(id)' SECRET_ACCESS_KEY '\(secret)'" + (token.map { " SESSION_TOKEN '\($0)'" } ?? "")
        }
    }
}
