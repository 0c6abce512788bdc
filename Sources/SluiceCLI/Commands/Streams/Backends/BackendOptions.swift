import ArgumentParser
import SluiceAWS
import SluiceCore
import SluiceKinesis
import SluiceStreams

/// Where the streams of a command are.
struct BackendOptions: ParsableArguments, Sendable {
    enum Backend: String, ExpressibleByArgument, CaseIterable, Sendable {
        case embedded, kinesis
    }

    @Option(help: "Where the streams are: embedded (the state directory), or kinesis.") var backend = Backend.embedded
    @Option(help: ArgumentHelp("The AWS region. Otherwise AWS_REGION, or the profile's.", valueName: "name")) var region: String?
    @Option(
        help: ArgumentHelp("The service's address. Otherwise AWS_ENDPOINT_URL_KINESIS, or that of the region.", valueName: "address"))
    var endpoint: String?
    @Option(help: ArgumentHelp("The profile with the credentials. Otherwise AWS_ACCESS_KEY_ID, or AWS_PROFILE.", valueName: "name"))
    var profile: String?

    func validate() throws {
        if backend == .embedded, region != nil || endpoint != nil || profile != nil {
            throw ValidationError("--region, --endpoint and --profile need --backend kinesis")
        }
    }

    /// The service's streams; nil where the embedded ones are meant.
    ///
    /// - Throws: `noCredentials`, `invalidOption`.
    func service() throws(SluiceError) -> ServiceStreams? {
        switch backend {
        case .embedded: return nil
        case .kinesis:
            let streams = try KinesisStreams(
                AWSSettings(AWSSettings.Options(region: region, endpoint: endpoint, profile: profile)))
            return ServiceStreams(streams: streams, kind: backend.rawValue, address: streams.endpoint.description)
        }
    }
}
