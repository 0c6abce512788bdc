import SluiceAWS
import SluiceCore
import SluiceFormats
import SluiceKinesis
package import SluicePipelines
import SluiceStreams

/// Streams of Amazon Kinesis, or of anything that speaks its API: what they hold when the run begins as a source, one record for each row as
/// a sink.
package struct KinesisConnector: Connector {
    private static let name = "kinesis"

    package init() {}

    package var manual: ConnectorManual {
        ConnectorManual(
            name: Self.name, summary: "A stream of Amazon Kinesis, or of anything that speaks its API.",
            sourceOptions: [Self.stream, Self.region, Self.endpoint, Self.profile, Self.from]
                + RecordOptions.reading,
            sinkOptions: [Self.stream, Self.region, Self.endpoint, Self.profile, Self.shards, RecordOptions.key, Self.ordered, Self.packed]
                + RecordOptions.writing)
    }

    private static let stream = OptionSpecification(name, .string, isRequired: true, "The stream's name.", examples: ["orders"])

    private static let region = OptionSpecification(
        "region", .string, "The AWS region. Otherwise AWS_REGION, or the profile's.", examples: ["eu-west-1"])

    private static let endpoint = OptionSpecification(
        "endpoint", .string, "The service's address. Otherwise AWS_ENDPOINT_URL_KINESIS, AWS_ENDPOINT_URL, or that of the region.",
        examples: ["\"http://127.0.0.1:5000\""])

    private static let profile = OptionSpecification(
        "profile", .string,
        "The profile of ~/.aws/config and ~/.aws/credentials. Otherwise AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or default.",
        examples: ["production"])

    private static let from = OptionSpecification(
        "from", .string, default: "start",
        "Where to begin: start, or a time (records that arrived since then). Reading ends where each shard ended when the run began.",
        examples: ["start", "\"2024-03-01T10:00:00Z\""])

    private static let shards = OptionSpecification(
        "shards", .integer(1...StreamLimits.shards), default: "1", "How many shards the stream gets if it does not exist.")

    private static let ordered = OptionSpecification(
        "ordered", .boolean, default: "true",
        "Whether records of a key keep their order even where the service refuses some of a call: a call then has one record of a key at most, "
            + "so turn it off where few keys have most records.")

    private static let packed = OptionSpecification(
        "aggregate", .boolean, default: "false",
        "Whether rows of a shard are packed into one record, as the Kinesis Producer Library does: for many small rows, since the service counts "
            + "records. Readers have to take packed records apart.")

    package func source(_ options: OptionValues, in context: ConnectorContext) async throws -> any Source {
        let stream = try stream(options)
        let (layout, declared) = try RecordOptions.layout(options)
        let start = try start(options)
        do throws(SluiceError) {
            return try await BackendSource(
                stream, from: start, layout: layout, declared: declared, registry: try RecordOptions.registry(options, in: context))
        } catch {
            throw error.located(at: options.location(of: Self.name))
        }
    }

    package func sink(_ options: OptionValues, in context: ConnectorContext) async throws -> any Sink {
        BackendSink(
            try stream(options), shards: try options.integer("shards") ?? 1, key: try options.string("key"),
            keyRule: .texts(StreamLimits.keyCharacters), keepsOrder: try options.boolean("ordered") ?? true,
            packs: try options.boolean("aggregate") ?? false, shape: try RecordOptions.shape(options, in: context),
            contract: try ContractOptions.contract(options, in: context))
    }

    private func stream(_ options: OptionValues) throws(SluiceError) -> BackendStream {
        let settings = AWSSettings(
            AWSSettings.Options(
                region: try options.string("region"), endpoint: try options.string("endpoint"), profile: try options.string("profile")))
        do throws(SluiceError) {
            return BackendStream(
                backend: try KinesisStreams(settings), name: try options.require(Self.name).string(), kind: Self.name)
        } catch {
            throw error.located(at: options.location(of: Self.name))
        }
    }

    private func start(_ options: OptionValues) throws(SluiceError) -> IteratorPosition {
        guard let text = try options.string("from"), text != "start" else { return .trimHorizon }
        if let time = Array(text.utf8).withUnsafeBufferPointer({ TimeText.timestamp($0) }) { return .atTimestamp(micros: time.utcMicros) }
        throw options.invalid(
            "from", "from cannot be \(text.quotedForMessage)", remedy: "write start, or a time such as \"2024-03-01T10:00:00Z\"")
    }
}
