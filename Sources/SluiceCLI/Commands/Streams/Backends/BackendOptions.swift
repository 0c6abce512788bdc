import ArgumentParser
import SluiceAWS
import SluiceConnectors
import SluiceCore
import SluiceKinesis
import SluiceStreams

/// Where the streams of a command are.
struct BackendOptions: ParsableArguments, Sendable {
    enum Backend: String, ExpressibleByArgument, CaseIterable, Sendable {
        case embedded, kinesis, kafka
    }

    @Option(help: "Where the streams are: embedded (the state directory), kinesis, or kafka.") var backend = Backend.embedded
    @Option(help: ArgumentHelp("The AWS region. Otherwise AWS_REGION, or the profile's.", valueName: "name")) var region: String?
    @Option(
        help: ArgumentHelp("The service's address. Otherwise AWS_ENDPOINT_URL_KINESIS, or that of the region.", valueName: "address"))
    var endpoint: String?
    @Option(help: ArgumentHelp("The profile with the credentials. Otherwise AWS_ACCESS_KEY_ID, or AWS_PROFILE.", valueName: "name"))
    var profile: String?
    @Option(
        help: ArgumentHelp(
            "Some brokers of the Kafka cluster: host:port,host:port. Otherwise SLUICE_KAFKA_BROKERS.", valueName: "addresses"))
    var brokers: String?
    @Option(
        help: ArgumentHelp(
            "A property of librdkafka. May be given several times. Otherwise the environment has it: SLUICE_KAFKA_SECURITY_PROTOCOL.",
            valueName: "name=value"))
    var property: [String] = []

    func validate() throws {
        if backend != .kinesis, region != nil || endpoint != nil || profile != nil {
            throw ValidationError("--region, --endpoint and --profile need --backend kinesis")
        }
        if backend != .kafka, brokers != nil || !property.isEmpty {
            throw ValidationError("--brokers and --property need --backend kafka")
        }
    }

    /// The service's streams; nil where the embedded ones are meant.
    ///
    /// - Parameter consumer: The name of a Kinesis consumer for subscriptions (enhanced fan-out).
    /// - Throws: `noCredentials`, `invalidOption`; `unsupported` for Kafka in a program that was built without it.
    func service(consumer: String? = nil) throws(SluiceError) -> ServiceStreams? {
        switch backend {
        case .embedded: return nil
        case .kinesis:
            let streams = try KinesisStreams(
                AWSSettings(AWSSettings.Options(region: region, endpoint: endpoint, profile: profile)), consumer: consumer)
            return ServiceStreams(streams: streams, kind: backend.rawValue, address: streams.endpoint.description)
        case .kafka:
            let streams = try KafkaAccess.streams(brokers: brokers ?? "", properties: try properties())
            return ServiceStreams(
                streams: streams, kind: backend.rawValue, address: brokers ?? AWSSettings.variable("SLUICE_KAFKA_BROKERS") ?? "")
        }
    }

    private func properties() throws(SluiceError) -> [String: String] {
        var properties: [String: String] = [:]
        for text in property {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw SluiceError(
                    .usage, "\(text.quotedForMessage) is no property", remedy: "write a name and a value: --property client.id=etl")
            }
            try KafkaAccess.checkPublic(String(parts[0]), in: "a command line")
            properties[String(parts[0])] = String(parts[1])
        }
        return properties
    }
}
