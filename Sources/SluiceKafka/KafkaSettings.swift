#if Kafka
import Glibc
package import SluiceCore

/// How a Kafka cluster is reached.
package struct KafkaSettings: Sendable, CustomStringConvertible {
    /// `host:port`, separated by commas: some brokers of the cluster, which name the others.
    package let brokers: String
    /// Further properties of librdkafka by name, of those that `KafkaProperty` lists.
    package let properties: [String: String]
    /// How long the answer of a broker is waited for.
    package var requestMillis = KafkaLimits.requestMillis

    /// What the process was started with.
    package static let processEnvironment: @Sendable (String) -> String? = { name in getenv(name).map { String(cString: $0) } }

    /// - Parameters:
    ///   - brokers: Empty for those of `SLUICE_KAFKA_BROKERS`.
    ///   - environment: Where properties are looked up that are not given (`KafkaProperty.variable`); by default nowhere.
    /// - Throws: `invalidOption` for no brokers, a property that is not listed, or a value that the library refuses.
    package init(
        brokers: String, properties: [String: String] = [:], environment: (String) -> String? = { _ in nil }
    ) throws(SluiceError) {
        let brokers = brokers.isEmpty ? environment("SLUICE_KAFKA_BROKERS") ?? "" : brokers
        guard !brokers.allSatisfy({ $0 == " " || $0 == "," }) else {
            throw SluiceError(
                .invalidOption, "no brokers of the Kafka cluster are named", remedy: "name one or more: host:port,host:port")
        }
        var properties = properties
        for property in KafkaProperty.Group.allCases.flatMap(KafkaProperty.all) where properties[property.name] == nil {
            properties[property.name] = environment(KafkaProperty.variable(of: property.name))
        }
        self.brokers = brokers
        self.properties = properties
        for name in properties.keys.sorted() { _ = try KafkaProperty(named: name) }
        for role in KafkaClient.Role.allCases { KafkaConfiguration.discard(try KafkaConfiguration.make(self, role)) }
    }

    /// Names the properties without the values of secrets.
    package var description: String {
        let listed = properties.sorted { $0.key < $1.key }.map { name, value in
            "\(name)=\(KafkaProperty.isSecret(name) ? "…" : value)"
        }
        return ([brokers] + listed).joined(separator: " ")
    }
}
#endif
