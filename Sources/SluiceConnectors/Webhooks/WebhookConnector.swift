import SluiceCatalog
import SluiceCore
import SluiceLog
package import SluicePipelines

/// Webhooks as a source of records.
package struct WebhookConnector: Connector {
    private static let name = "webhook"

    package init() {}

    package var manual: ConnectorManual {
        ConnectorManual(
            name: Self.name, summary: "Webhooks that others send: each is checked, stored in a stream, and then answered.",
            sourceOptions: [
                OptionSpecification(
                    Self.name, .string, isRequired: true, "The stream that stores them; it is made where it is missing.",
                    examples: ["stripe-events"]),
                OptionSpecification(
                    "signature", .enumeration(WebhookSignature.Scheme.allCases.map(\.rawValue)), isRequired: true,
                    "Whose way of signing it is; hmac: a header has the HMAC-SHA256 of the body; none: anybody can send anything.",
                    examples: ["stripe"]),
                OptionSpecification(
                    "secret", .oneOrMany(.name), "The secret that signs, kept by `sluice secrets set`; several while it changes.",
                    examples: ["stripe-signing"]),
                OptionSpecification(
                    "columns", .mapping(key: "column", .dataType, minimum: 1), isRequired: true,
                    "Members of the body's JSON with their types; string keeps what is an object or a list as its text.",
                    examples: ["{id: string, type: string, created: int64, data: string}"]),
                OptionSpecification(
                    "port", .integer(0...65_535), default: "0",
                    "Where to listen on the loopback address; 0: a free one, which the run says.",
                    examples: ["8787"]),
                OptionSpecification("path", .string, default: "/", "The path that senders ask for.", examples: ["/hooks/stripe"]),
                OptionSpecification("header", .string, "With hmac: the header that has the code.", examples: ["X-Signature"]),
                OptionSpecification(
                    "id", .string,
                    "What tells a webhook that is sent again: a path into the body, or `header NAME`. Absent: as the service documents it; "
                        + "with hmac and none, each request is a record.", examples: ["event.id", "header X-Request-Id"]),
                OptionSpecification(
                    "tolerance", .timeSpan(1_000_000...86_400_000_000), default: "5 minutes",
                    "How far a signature's time may be from this machine's clock."),
                OptionSpecification(
                    "max_waiting", .integer(1...1_000_000_000), default: "1000000",
                    "Records that the pipeline has not read, from which on senders are told to come later (503)."),
            ], sinkOptions: [])
    }

    package func source(_ options: OptionValues, in context: ConnectorContext) async throws -> any Source {
        let name = try options.require(Self.name).string()
        do throws(SluiceError) {
            try StreamStore.checkName(name)
        } catch {
            throw error.located(at: options.location(of: Self.name))
        }
        let scheme = try options.require("signature").enumeration(WebhookSignature.Scheme.self)
        let path = try options.string("path") ?? "/"
        guard path.hasPrefix("/"), !path.contains("?") else {
            throw options.invalid("path", "a path begins with / and has no ?, unlike \(path.quotedForMessage)")
        }
        let signature = WebhookSignature(
            scheme, secrets: try secrets(options, scheme, context), header: try header(options, scheme),
            toleranceMicros: try options["tolerance"]?.timeSpan().micros ?? WebhookLimits.toleranceMicros)
        let settings = WebhookListener.Settings(
            port: try options.integer("port") ?? 0, path: path, signature: signature,
            id: try options.string("id").map { WebhookIDPlace(parsing: $0) } ?? WebhookIDPlace(of: scheme),
            waitingRecords: try options.integer("max_waiting") ?? WebhookLimits.waitingRecords)
        let (layout, declared) = try RecordOptions.layout(options)
        return try WebhookSource(name, in: context.streams, settings, declared, layout)
    }

    package func sink(_ options: OptionValues, in context: ConnectorContext) async throws -> any Sink {
        throw SluiceError(.invalidOption, "webhooks can only be read")
    }

    private func header(_ options: OptionValues, _ scheme: WebhookSignature.Scheme) throws(SluiceError) -> String {
        let header = try options.string("header")
        guard (header != nil) == (scheme == .hmac) else {
            throw options.invalid(
                header == nil ? "signature" : "header", "the header's name is said with signature: hmac, and only there",
                remedy: header == nil ? "for example: header: X-Signature" : "leave header out")
        }
        return header ?? ""
    }

    private func secrets(_ options: OptionValues, _ scheme: WebhookSignature.Scheme, _ context: ConnectorContext) throws(SluiceError)
        -> [String]
    {
        let names = try options.strings("secret")
        guard names.isEmpty == (scheme == .none) else {
            throw options.invalid(
                names.isEmpty ? "signature" : "secret",
                names.isEmpty ? "signatures are checked with a secret, and none is named" : "signature: none checks nothing",
                remedy: names.isEmpty ? "keep it: sluice secrets set NAME, and write secret: NAME" : "leave secret out")
        }
        var values: [String] = []
        for name in names {
            let store = SecretStore(try context.requireCatalog())
            guard let value = try store.value(name) else {
                let known = try store.list.map(\.name)
                throw options.invalid(
                    "secret", "there is no secret \(name.quotedForMessage)",
                    remedy: Suggestion.nearest(to: name, in: known).map { "did you mean \"\($0)\"?" }
                        ?? "store it: sluice secrets set \(name)")
            }
            values.append(value)
        }
        return values
    }
}
