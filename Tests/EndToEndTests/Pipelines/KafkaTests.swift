import SluiceTestKit
import Testing

/// Kafka in a program that was built without it; with it, `scripts/test-kafka --program` tests the program.
@Suite("commands for Kafka without Kafka")
struct KafkaTests {
    #if !Kafka
    @Test("a command says how to build a program with Kafka", arguments: [["list"], ["describe", "orders"], ["put", "orders"]])
    func absent(_ arguments: [String]) async throws {
        let project = try Project()
        let result = try await project.command(
            ["stream"] + arguments + ["--backend", "kafka", "--brokers", "127.0.0.1:1", "--json"], environment: [:]
        ).run()
        #expect(result.exitCode == 2)
        #expect(try result.json()["error"]?["code"] == .string("unsupported"))
        #expect(result.transcript.contains("--traits Kafka"))
        #expect(result.transcript.contains("librdkafka-dev"))
    }
    #endif

    @Test(
        "options of one service are no options of another",
        arguments: [
            ["list", "--brokers", "127.0.0.1:1"], ["list", "--backend", "kinesis", "--brokers", "127.0.0.1:1"],
            ["list", "--backend", "kafka", "--region", "eu-west-1"], ["list", "--backend", "kinesis", "--property", "a=b"],
            ["put", "orders", "--backend", "kafka", "--aggregate"],
            ["tail", "orders", "--backend", "kinesis", "--group", "g", "--follow", "--consumer", "c"],
            ["tail", "orders", "--backend", "kafka", "--follow", "--consumer", "c"],
            ["tail", "orders", "--backend", "kinesis", "--consumer", "c"],
        ])
    func options(_ arguments: [String]) async throws {
        let project = try Project()
        let result = try await project.command(["stream"] + arguments, environment: [:]).run()
        #expect(result.exitCode == 2)
        #expect(result.errors.contains("--"))
    }
}
