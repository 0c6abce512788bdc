import SluiceCore
import SluiceFormats
package import SluicePipelines
import SluiceStreams

/// Topics of a Kafka cluster: what they hold when the run begins as a source, one record for each row as a sink.
///
/// A program that was built without the trait Kafka describes the connector and says how to get it.
package struct KafkaConnector: Connector {
    private static let name = "kafka"

    package init() {}

    package var manual: ConnectorManual {
        #if Kafka
        let summary = "A topic of a Kafka cluster."
        #else
        let summary = "A topic of a Kafka cluster (this program was built without it: see swift build --traits Kafka)."
        #endif
        return ConnectorManual(
            name: Self.name, summary: summary,
            sourceOptions: [Self.topic, Self.brokers, Self.from, Self.properties] + RecordOptions.reading,
            sinkOptions: [Self.topic, Self.brokers, Self.partitions, RecordOptions.key, Self.ordered, Self.properties]
                + RecordOptions.writing)
    }

    private static let topic = OptionSpecification(name, .string, isRequired: true, "The topic's name.", examples: ["orders"])

    private static let brokers = OptionSpecification(
        "brokers", .oneOrMany(.string), "Some brokers of the cluster, as host:port. Otherwise SLUICE_KAFKA_BROKERS.",
        examples: ["\"broker-1:9092\""])

    private static let from = OptionSpecification(
        "from", .string, default: "start",
        "Where to begin: start, a time (records that arrived since then), or an offset (the same in every partition). Reading ends where each "
            + "partition ended when the run began.", examples: ["start", "\"2024-03-01T10:00:00Z\"", "1000"])

    private static let partitions = OptionSpecification(
        "partitions", .integer(1...StreamLimits.shards), default: "1", "How many partitions the topic gets if it does not exist.")

    private static let ordered = OptionSpecification(
        "ordered", .boolean, default: "true",
        "Whether records of a key keep their order even where the cluster refuses some of a call: a call then has one record of a key at most, "
            + "so turn it off where few keys have most records.")

    private static let properties = OptionSpecification(
        "properties", .mapping(key: "property", .string, minimum: 0),
        "Properties of librdkafka, for security and speed. Each can also come from the environment, and secrets only from there: sasl.password "
            + "from SLUICE_KAFKA_SASL_PASSWORD.", examples: ["{security.protocol: sasl_ssl, sasl.mechanism: SCRAM-SHA-512}"])

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
            try stream(options), shards: try options.integer("partitions") ?? 1, key: try options.string("key"),
            keyRule: .texts(StreamLimits.keyCharacters), keepsOrder: try options.boolean("ordered") ?? true,
            shape: try RecordOptions.shape(options, in: context),
            contract: try ContractOptions.contract(options, in: context))
    }

    private func stream(_ options: OptionValues) throws(SluiceError) -> BackendStream {
        var properties: [String: String] = [:]
        for entry in try options["properties"]?.mapping() ?? [] {
            do throws(SluiceError) {
                try KafkaAccess.checkPublic(entry.key, in: "a definition")
            } catch {
                throw error.located(at: entry.keyLocation)
            }
            properties[entry.key] = try entry.value.string()
        }
        let brokers = try options.strings("brokers").joined(separator: ",")
        do throws(SluiceError) {
            return BackendStream(
                backend: try KafkaAccess.streams(brokers: brokers, properties: properties),
                name: try options.require(Self.name).string(), kind: Self.name)
        } catch {
            throw error.located(at: options.location(of: error.code == .invalidOption && !properties.isEmpty ? "properties" : Self.name))
        }
    }

    private func start(_ options: OptionValues) throws(SluiceError) -> IteratorPosition {
        guard let text = try options.string("from"), text != "start" else { return .trimHorizon }
        if let number = SequenceNumber(parsing: text) { return .atSequenceNumber(number) }
        if let time = Array(text.utf8).withUnsafeBufferPointer({ TimeText.timestamp($0) }) { return .atTimestamp(micros: time.utcMicros) }
        throw options.invalid(
            "from", "from cannot be \(text.quotedForMessage)",
            remedy: "write start, a time such as \"2024-03-01T10:00:00Z\", or an offset")
    }
}
