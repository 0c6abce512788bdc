import SluiceCore
import SluiceFormats
package import SluicePipelines
import SluiceLog
import SluiceStreams

/// Embedded streams: what they hold up to now as a source, one record for each row as a sink.
package struct StreamConnector: Connector {
    static let name = "stream"

    package init() {}

    package var manual: ConnectorManual {
        ConnectorManual(
            name: Self.name, summary: "A durable, partitioned stream of this state directory.",
            sourceOptions: [Self.stream, Self.from] + RecordOptions.reading,
            sinkOptions: [Self.stream, Self.shards, RecordOptions.key] + RecordOptions.writing)
    }

    private static let stream = OptionSpecification("stream", .string, isRequired: true, "The stream's name.", examples: ["clicks"])

    private static let from = OptionSpecification(
        "from", .string, default: "start",
        "Where to begin: start, a time (records that arrived since then), or a sequence number (the same in every shard). Reading ends where the "
            + "stream ended when it began.", examples: ["start", "\"2024-03-01T10:00:00Z\"", "1000"])

    private static let shards = OptionSpecification(
        "shards", .integer(1...StreamLimits.shards), default: "1", "How many shards the stream gets if it does not exist.")

    /// The records from a position to where each shard ends; without declared columns, a sample of them is read.
    package func source(_ options: OptionValues, in context: ConnectorContext) async throws -> any Source {
        let name = try options.require("stream").string()
        let stream: RecordStream
        do throws(SluiceError) {
            stream = try context.streams.open(name, for: .reading)
        } catch {
            var advised = error
            if error.code == .notFound, error.remedy == nil {
                advised.remedy = "make it with `stream create \(name)`, or run the pipeline that writes it first"
            }
            throw advised.located(at: options.location(of: "stream"))
        }
        let (layout, declared) = try RecordOptions.layout(options)
        return try await StreamSource(
            stream, from: try start(options), layout: layout, declared: declared, registry: try RecordOptions.registry(options, in: context)
        )
    }

    /// A stream, which the run creates where it is missing.
    package func sink(_ options: OptionValues, in context: ConnectorContext) async throws -> any Sink {
        let name = try options.require("stream").string()
        do throws(SluiceError) {
            try StreamStore.checkName(name)
        } catch {
            throw error.located(at: options.location(of: "stream"))
        }
        return StreamSink(
            store: context.streams, stream: name, shards: try options.integer("shards") ?? 1, key: try options.string("key"),
            shape: try RecordOptions.shape(options, in: context), contract: try ContractOptions.contract(options, in: context),
            outbox: "\(context.home)/outbox/\(context.pipeline)")
    }

    private func start(_ options: OptionValues) throws(SluiceError) -> StartPosition {
        guard let text = try options.string("from"), text != "start" else { return .start }
        if let sequence = UInt64(text) { return .sequence(sequence) }
        if let time = Array(text.utf8).withUnsafeBufferPointer({ TimeText.timestamp($0) }) { return .time(time.utcMicros) }
        throw options.invalid(
            "from", "from cannot be \(text.quotedForMessage)",
            remedy: "write start, a time such as \"2024-03-01T10:00:00Z\", or a sequence number")
    }
}
