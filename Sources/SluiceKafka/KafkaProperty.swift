#if Kafka
import SluiceCore

/// A property of librdkafka that users may set.
///
/// The others are either what this backend depends on (acknowledgement, idempotence, positions) or let a definition run a program or load code.
package struct KafkaProperty: Hashable, Sendable {
    /// What a property is about.
    package enum Group: String, Sendable, CaseIterable {
        case security, connection, writing, reading
    }

    package let name: String
    package let group: Group

    private static let names: [Group: [String]] = [
        .security: [
            "security.protocol", "sasl.mechanism", "sasl.username", "sasl.password", "sasl.kerberos.service.name",
            "sasl.kerberos.principal", "sasl.kerberos.keytab", "sasl.oauthbearer.method", "sasl.oauthbearer.client.id",
            "sasl.oauthbearer.client.secret", "sasl.oauthbearer.scope", "sasl.oauthbearer.extensions",
            "sasl.oauthbearer.token.endpoint.url", "ssl.ca.location", "ssl.ca.pem", "ssl.certificate.location", "ssl.certificate.pem",
            "ssl.key.location", "ssl.key.pem", "ssl.key.password", "ssl.crl.location", "ssl.keystore.location", "ssl.keystore.password",
            "ssl.cipher.suites", "ssl.curves.list", "ssl.sigalgs.list", "ssl.endpoint.identification.algorithm",
            "enable.ssl.certificate.verification",
        ],
        .connection: [
            "client.id", "client.rack", "broker.address.family", "socket.timeout.ms", "socket.connection.setup.timeout.ms",
            "socket.keepalive.enable", "connections.max.idle.ms", "reconnect.backoff.ms", "reconnect.backoff.max.ms",
            "topic.metadata.refresh.interval.ms",
        ],
        .writing: ["compression.type", "compression.level", "linger.ms", "batch.size", "message.timeout.ms", "request.timeout.ms"],
        .reading: ["fetch.wait.max.ms", "fetch.min.bytes", "fetch.message.max.bytes", "fetch.error.backoff.ms", "isolation.level"],
    ]

    /// All of a group, in the order of the documentation.
    package static func all(in group: Group) -> [KafkaProperty] {
        (names[group] ?? []).map { KafkaProperty(name: $0, group: group) }
    }

    private init(name: String, group: Group) {
        self.name = name
        self.group = group
    }

    /// - Throws: `invalidOption` for a name that is not listed.
    init(named name: String) throws(SluiceError) {
        let group = Self.names.first { $0.value.contains(name) }?.key
        guard let group else {
            throw SluiceError(
                .invalidOption, "\(name.quotedForMessage) is no property that can be set for Kafka",
                remedy: Suggestion.nearest(to: name, in: Self.names.values.joined()).map { "did you mean \"\($0)\"?" }
                    ?? "docs/streams.md lists those that can")
        }
        self.init(name: name, group: group)
    }

    /// Whether a value must not be shown.
    package static func isSecret(_ name: String) -> Bool {
        name.hasSuffix("password") || name.hasSuffix("secret") || name.hasSuffix("key.pem") || name == "sasl.oauthbearer.extensions"
    }

    /// The variable of the environment that can hold a property: `SLUICE_KAFKA_SASL_PASSWORD` for `sasl.password`.
    package static func variable(of name: String) -> String {
        "SLUICE_KAFKA_" + name.uppercased().split(separator: ".", omittingEmptySubsequences: false).joined(separator: "_")
    }

    /// Whether clients of a role take it.
    func applies(to role: KafkaClient.Role) -> Bool {
        switch group {
        case .security, .connection: true
        case .writing: role == .producer
        case .reading: role == .consumer
        }
    }
}
#endif
