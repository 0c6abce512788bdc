import Glibc
package import SluiceCore

/// What a person says about one AWS service: options first, then environment variables, then the shared files.
///
/// Source of the order and the names: the AWS SDKs and Tools reference guide.
package struct AWSSettings: Sendable {
    /// What options say; nil leaves a question to the environment.
    package struct Options: Hashable, Sendable {
        package var region: String?
        package var endpoint: String?
        package var profile: String?
        package var credentials: AWSCredentials?

        package init(region: String? = nil, endpoint: String? = nil, profile: String? = nil, credentials: AWSCredentials? = nil) {
            self.region = region
            self.endpoint = endpoint
            self.profile = profile
            self.credentials = credentials
        }
    }

    private let options: Options
    private let environment: @Sendable (String) -> String?
    private let readFile: @Sendable (String) throws(SluiceError) -> String?

    /// - Parameters:
    ///   - environment: The value of a variable of the process.
    ///   - readFile: The text of a file, nil where there is none.
    package init(
        _ options: Options, environment: @escaping @Sendable (String) -> String? = AWSSettings.variable,
        readFile: @escaping @Sendable (String) throws(SluiceError) -> String? = SharedFiles.read
    ) {
        self.options = options
        self.environment = environment
        self.readFile = readFile
    }

    /// The value of a variable of this process.
    package static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// - Throws: `invalidOption` where none is said, or one that is no name of a region.
    package func region() throws(SluiceError) -> String {
        guard let found = try regionIfSet() else {
            throw SluiceError(.invalidOption, "no AWS region is set", remedy: "say region, such as eu-west-1, or set AWS_REGION")
        }
        return found
    }

    /// Nil where none is said.
    ///
    /// - Throws: `invalidOption` for what is no name of a region.
    package func regionIfSet() throws(SluiceError) -> String? {
        var found = options.region ?? variable("AWS_REGION") ?? variable("AWS_DEFAULT_REGION")
        if found == nil { found = try profileSettings()["region"] }
        guard let found else { return nil }
        guard (1...64).contains(found.utf8.count), found.utf8.allSatisfy({ $0 == 0x2D || $0.isASCIILetterOrDigit }) else {
            throw SluiceError(.invalidOption, "\(found.quotedForMessage) is no AWS region", remedy: "write one such as eu-west-1")
        }
        return found
    }

    /// Where calls of a service go.
    ///
    /// - Parameter service: As in host names: `kinesis`.
    /// - Throws: `invalidOption` for what is no address.
    package func endpoint(of service: String) throws(SluiceError) -> AWSEndpoint {
        if let said = try said(endpointOf: service) { return try AWSEndpoint(parsing: said) }
        return AWSEndpoint(service: service, region: try region())
    }

    /// Whether a person gave an address of a service, rather than only a region.
    package func hasEndpoint(of service: String) throws(SluiceError) -> Bool { try said(endpointOf: service) != nil }

    private func said(endpointOf service: String) throws(SluiceError) -> String? {
        let name = service.uppercased().replacing("-", with: "_")
        let settings = try profileSettings()
        return options.endpoint ?? variable("AWS_ENDPOINT_URL_\(name)") ?? variable("AWS_ENDPOINT_URL") ?? settings["endpoint_url"]
    }

    /// - Throws: `noCredentials` where none are found, or one half of a pair.
    package func credentials() throws(SluiceError) -> AWSCredentials {
        if let given = options.credentials { return given }
        if options.profile == nil, let id = variable("AWS_ACCESS_KEY_ID") {
            guard let secret = variable("AWS_SECRET_ACCESS_KEY") else {
                throw SluiceError(.noCredentials, "AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY", remedy: "set both")
            }
            return AWSCredentials(accessKeyID: id, secretAccessKey: secret, sessionToken: variable("AWS_SESSION_TOKEN"))
        }
        let settings = try profileSettings()
        guard let id = settings["aws_access_key_id"], let secret = settings["aws_secret_access_key"], !id.isEmpty, !secret.isEmpty else {
            throw SluiceError(
                .noCredentials, "there are no AWS credentials in the environment and none in profile \(profile.quotedForMessage)",
                remedy: "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run: aws configure --profile \(profile)")
        }
        return AWSCredentials(accessKeyID: id, secretAccessKey: secret, sessionToken: settings["aws_session_token"])
    }

    private var profile: String { options.profile ?? variable("AWS_PROFILE") ?? "default" }

    private func variable(_ name: String) -> String? { environment(name).flatMap { $0.isEmpty ? nil : $0 } }

    /// The settings of the profile: what the credentials file says of it comes before the config file.
    private func profileSettings() throws(SluiceError) -> [String: String] {
        let config = try file("AWS_CONFIG_FILE", "config")
        let credentials = try file("AWS_SHARED_CREDENTIALS_FILE", "credentials")
        let fromConfig = config.sections["profile \(profile)"] ?? (profile == "default" ? config.sections["default"] : nil)
        let fromCredentials = credentials.sections[profile]
        let isAsked = options.profile != nil || variable("AWS_PROFILE") != nil
        guard fromConfig != nil || fromCredentials != nil || !isAsked else {
            let names = Set(credentials.sections.keys).union(
                config.sections.keys.map { $0.hasPrefix("profile ") ? String($0.dropFirst(8)) : $0 })
            throw SluiceError(
                .noCredentials, "there is no AWS profile \(profile.quotedForMessage)",
                remedy: Suggestion.remedy(for: profile, in: names.sorted(), noun: "profiles") ?? "run: aws configure --profile \(profile)")
        }
        return (fromConfig ?? [:]).merging(fromCredentials ?? [:]) { $1 }
    }

    private func file(_ name: String, _ usual: String) throws(SluiceError) -> ProfileFile {
        guard let path = variable(name) ?? variable("HOME").map({ "\($0)/.aws/\(usual)" }), let text = try readFile(path) else {
            return ProfileFile()
        }
        return try ProfileFile(parsing: text, path: path)
    }
}
