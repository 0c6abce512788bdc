package import SluiceCore
package import SluiceStreams
#if Kafka
import SluiceKafka
#endif

/// The way to a Kafka cluster for definitions and commands; a program that was built without the trait Kafka says how to get it.
package enum KafkaAccess {
    #if Kafka
    /// - Parameters:
    ///   - brokers: `host:port`, separated by commas; empty for those of `SLUICE_KAFKA_BROKERS`.
    ///   - properties: Of librdkafka, by name. Others, and secrets, come from the environment.
    /// - Throws: `invalidOption`.
    package static func streams(brokers: String, properties: [String: String]) throws(SluiceError) -> any StreamBackend {
        KafkaStreams(try KafkaSettings(brokers: brokers, properties: properties, environment: KafkaSettings.processEnvironment))
    }

    /// - Parameter place: What would hold it: "a definition".
    /// - Throws: `invalidOption` for a secret, which stands in no definition and no command line.
    package static func checkPublic(_ property: String, in place: String) throws(SluiceError) {
        guard KafkaProperty.isSecret(property) else { return }
        throw SluiceError(
            .invalidOption, "\(property) is a secret, which \(place) does not hold",
            remedy: "put it into the environment as \(KafkaProperty.variable(of: property))")
    }
    #else
    package static func streams(brokers: String, properties: [String: String]) throws(SluiceError) -> any StreamBackend {
        throw SluiceError(
            .notOffered, "this program was built without Kafka",
            remedy:
                "install the Debian package librdkafka-dev and build with the trait: swift build -c release --product sluice --traits Kafka"
        )
    }

    package static func checkPublic(_ property: String, in place: String) throws(SluiceError) {}
    #endif
}
