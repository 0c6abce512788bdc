import SluiceCore
package import SluicePipelines

/// Any Singer tap as a source, and any Singer target as a sink: programs that write or read messages on lines.
package struct SingerConnector: Connector {
    package static let name = "singer"

    package init() {}

    package var manual: ConnectorManual {
        ConnectorManual(
            name: Self.name, summary: "Any Singer tap or target: a program of its own that writes or reads messages.",
            sourceOptions: [
                program("tap", "tap-csv"),
                OptionSpecification(
                    "stream", .string, isRequired: true,
                    "Which of its streams; \"*\": all of them, as rows of stream, record (as JSON) and time_extracted.",
                    examples: ["people", "\"*\""]), Self.connection,
                Self.config,
                OptionSpecification(
                    "catalog", .string, "A file with the tap's catalog. Without it the tap is asked (`--discover`).",
                    examples: ["catalog.json"]),
                OptionSpecification(
                    "replication_key", .string,
                    "The property by which the tap goes on where its state is, where the tap leaves the choice; otherwise as the tap does by "
                        + "itself.", examples: ["updated_at"]),
                OptionSpecification(
                    "columns", .mapping(key: "column", .dataType, minimum: 1),
                    "Other types than those of the tap's schema, or further properties.", examples: ["{amount: \"decimal(12,2)\"}"]),
                Self.timeout,
                OptionSpecification(
                    "every", .timeSpan(1_000_000...TimeSpan.maxMicros), default: "1 minute",
                    "How long a run that follows waits before it runs the tap again."),
            ],
            sinkOptions: [
                program("target", "target-jsonl"),
                OptionSpecification("stream", .string, isRequired: true, "What the target calls the rows.", examples: ["people"]),
                OptionSpecification(
                    "keys", .oneOrMany(.column), "Columns that tell rows apart, by which targets that can put one row in place of another.",
                    examples: ["id"]), Self.connection, Self.config, Self.timeout, SchemaContract.declaring,
            ])
    }

    private func program(_ what: String, _ example: String) -> OptionSpecification {
        OptionSpecification(
            Self.name, .oneOrMany(.string), isRequired: true,
            "The \(what): a program, or a list of it and its arguments. It works in the definition's directory.", examples: [example])
    }

    private static let connection = OptionSpecification(
        "connection", .name, "Settings and secrets, kept by `sluice connections add NAME singer`.", examples: ["crm"])

    private static let config = OptionSpecification(
        "config", .either([.string, .anything]),
        "Settings that are no secrets: a mapping, over those of the connection; or a file of JSON, below them.",
        examples: ["{start_date: \"2024-01-01T00:00:00Z\"}"])

    private static let timeout = OptionSpecification(
        "timeout", .timeSpan(1_000_000...TimeSpan.maxMicros), default: "10 minutes",
        "The run fails if the program does nothing for so long.")

    package func source(_ options: OptionValues, in context: ConnectorContext) async throws -> any Source {
        try await SingerSource(try SingerProgram(options, in: context), options, in: context)
    }

    package func sink(_ options: OptionValues, in context: ConnectorContext) async throws -> any Sink {
        try SingerSink(try SingerProgram(options, in: context), options, contract: try ContractOptions.contract(options, in: context))
    }
}
