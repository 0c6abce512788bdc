#if Kafka
import SluiceCore
import SluiceKafka
import Testing

@Suite("how a Kafka cluster is reached")
struct SettingsTests {
    @Test("secrets are not shown, neither in a description nor in an error")
    func secrets() throws {
        let secret = "hunter2"
        let settings = try KafkaSettings(
            brokers: "localhost:9092",
            properties: ["sasl.username": "u", "sasl.password": secret, "ssl.key.password": secret, "security.protocol": "sasl_plaintext"])
        #expect(!"\(settings)".contains(secret))
        #expect("\(settings)".contains("sasl.password=…"))
        for name in ["sasl.oauthbearer.client.secret", "ssl.key.pem", "ssl.keystore.password"] {
            let error = refusal([name: secret + "\0"])
            #expect(error?.message.contains(secret) != true)
        }
    }

    @Test(
        "properties that the backend relies on, run programs or load code cannot be set",
        arguments: [
            "acks", "enable.idempotence", "bootstrap.servers", "plugin.library.paths", "sasl.kerberos.kinit.cmd", "ssl.engine.location",
            "debug", "group.id", "auto.offset.reset", "test.mock.num.brokers", "nonsense",
        ])
    func refused(_ name: String) {
        let error = refusal([name: "1"])
        #expect(error?.code == .invalidOption)
        #expect(error?.message.contains("\"\(name)\"") == true)
    }

    @Test("a value that the library refuses is named")
    func values() {
        let error = refusal(["security.protocol": "carrier-pigeon"])
        #expect(error?.code == .invalidOption)
        #expect(error?.message.contains("security.protocol") == true)
        #expect(error?.message.contains("carrier-pigeon") == true)
        #expect(#expect(throws: SluiceError.self) { try KafkaSettings(brokers: " , ") }?.code == .invalidOption)
        #expect(refusal(["sasl.passwort": "x"])?.remedy?.contains("sasl.password") == true)
    }

    @Test("what is not given comes from the environment, and what is given stands before it")
    func environment() throws {
        let variables = [
            "SLUICE_KAFKA_BROKERS": "a:1,b:2", "SLUICE_KAFKA_SASL_PASSWORD": "hunter2", "SLUICE_KAFKA_CLIENT_ID": "outside",
            "SLUICE_KAFKA_ACKS": "0",
        ]
        let settings = try KafkaSettings(brokers: "", properties: ["client.id": "inside"], environment: { variables[$0] })
        #expect(settings.brokers == "a:1,b:2")
        #expect(settings.properties == ["client.id": "inside", "sasl.password": "hunter2"])
        let other = try KafkaSettings(brokers: "c:3", environment: { variables[$0] })
        #expect(other.brokers == "c:3")
    }

    @Test("every property that is listed is one of the library", arguments: KafkaProperty.Group.allCases)
    func listed(_ group: KafkaProperty.Group) {
        for property in KafkaProperty.all(in: group) {
            // An unknown name is refused as such, a known one at most for its value.
            let error = refusal([property.name: "?"])
            #expect(error?.message.contains("No such configuration property") != true, "\(property.name)")
        }
    }

    private func refusal(_ properties: [String: String]) -> SluiceError? {
        do throws(SluiceError) {
            _ = try KafkaSettings(brokers: "localhost:9092", properties: properties)
            return nil
        } catch {
            return error
        }
    }
}
#endif
