import SluiceConnectors
import SluiceCore
import Testing

@Suite("Kafka topics as ends")
struct KafkaConnectorTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    private func refusal(_ yaml: String) async -> SluiceError? {
        do {
            _ = try await bench.source(yaml)
            return nil
        } catch {
            return error as? SluiceError
        }
    }

    #if Kafka
    @Test("a definition holds no secret, and its mistakes have their place")
    func mistakes() async throws {
        let secret = await refusal("kafka: orders\nbrokers: 127.0.0.1:1\nproperties: {sasl.password: hunter2}")
        #expect(secret?.code == .invalidOption)
        #expect(secret?.remedy?.contains("SLUICE_KAFKA_SASL_PASSWORD") == true)
        #expect(secret?.message.contains("hunter2") == false)
        #expect(await refusal("kafka: orders")?.message.contains("brokers") == true)
        let property = await refusal("kafka: orders\nbrokers: 127.0.0.1:1\nproperties: {acks: \"1\"}")
        #expect(property?.code == .invalidOption)
        #expect(property?.location != nil)
        #expect(await refusal("kafka: orders\nbrokers: 127.0.0.1:1\nfrom: yesterday")?.message.contains("yesterday") == true)
    }
    #else
    @Test("a program without the trait says how to get the connector, at its place")
    func absent() async throws {
        let error = await refusal("kafka: orders\nbrokers: 127.0.0.1:1")
        #expect(error?.code.name == "unsupported")
        #expect(error?.remedy?.contains("--traits Kafka") == true)
        #expect(error?.location != nil)
    }
    #endif
}
