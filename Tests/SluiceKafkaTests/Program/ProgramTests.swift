#if Kafka
import Testing

/// Commands and pipelines of a program with Kafka.
@Suite("the program on a Kafka cluster", .enabled(if: KafkaProgram.path != nil))
struct ProgramTests {
    let broker: RecordBroker
    let program: KafkaProgram

    init() throws {
        broker = try RecordBroker()
        program = try KafkaProgram(brokers: broker.address)
    }

    /// The lines that a command printed; it has to succeed.
    private func lines(_ arguments: String) throws -> [String] {
        let result = try program.run(arguments)
        #expect(result.exitCode == 0, "\(arguments)")
        return result.output.split(separator: "\n").map(String.init)
    }

    @Test("lines are put by their key, and come back in its order")
    func commands() throws {
        broker.makeTopic("orders", partitions: 3)
        let records = (1...1_000).map { #"{"id":\#($0),"user":"u\#($0 % 7)"}"# }
        try program.write("orders.jsonl", records.joined(separator: "\n") + "\n")
        let put = try program.run("stream put orders --backend kafka --key user --json", input: "orders.jsonl")
        #expect(put.exitCode == 0)
        #expect(put.output.filter { $0 != " " }.contains("\"records\":1000,"))
        let read = try lines("stream tail orders --backend kafka --from start --limit 5000 --lines")
        #expect(read.count == 1_000)
        for user in 0..<7 {
            let own = #""user":"u\#(user)""#
            #expect(read.filter { $0.contains(own) } == records.filter { $0.contains(own) })
        }
        #expect(try lines("stream tail orders --backend kafka --limit 3 --lines").count == 3)
        #expect(try lines("stream tail orders --backend kafka --shard 1 --from 2 --limit 2 --lines").count == 2)
        #expect(try lines("stream list --backend kafka").contains { $0.contains("orders") })
        #expect(try lines("stream describe orders --backend kafka").contains { $0.contains("shardId-000000000002") })
        #expect(try lines("stream peek orders --backend kafka").contains { $0.contains("shardId-00000000000") })
    }

    @Test("what is wrong is said with what to do")
    func errors() throws {
        broker.makeTopic("orders", partitions: 1)
        let unknown = try program.run("stream tail order --backend kafka", withErrors: true)
        #expect(unknown.exitCode == 2 || unknown.output.contains("No records"))
        let split = try program.run("stream split orders 0 --backend kafka", withErrors: true)
        #expect(split.exitCode == 2)
        #expect(split.output.contains("scale"))
        let secret = try program.run("stream list --backend kafka --property sasl.password=hunter2", withErrors: true)
        #expect(secret.exitCode == 2)
        #expect(secret.output.contains("SLUICE_KAFKA_SASL_PASSWORD"))
        #expect(!secret.output.contains("hunter2"))
        let property = try program.run("stream list --backend kafka --property acks=1", withErrors: true)
        #expect(property.exitCode == 2)
        #expect(property.output.contains("acks"))
        #expect(try program.run("stream list --brokers localhost:1", withErrors: true).exitCode == 2)
    }

    @Test("one line moves a pipeline from the embedded log to Kafka", arguments: ["stream: orders", "kafka: orders"])
    func oneLine(_ line: String) throws {
        broker.makeTopic("orders", partitions: 3)
        let rows = (1...1_000).map { "\($0),u\($0 % 20),\($0).25" }.joined(separator: "\n")
        try program.write("orders.csv", "id,user,amount\n\(rows)\n")
        try program.write("in.yaml", "name: into\nsource: {files: orders.csv, format: csv}\nsink:\n  \(line)\n  key: user\n")
        try program.write(
            "out.yaml",
            """
            name: from
            source:
              \(line)
              columns: {id: int64, user: string, amount: "decimal(9,2)"}
            steps:
              - aggregate: {columns: {rows: count(*), newest: max(id), total: sum(amount)}}
            sink: {files: out, format: csv}
            """)
        for file in ["in.yaml", "out.yaml"] {
            let result = try program.run("run \(file)", withErrors: true)
            #expect(result.exitCode == 0, "\(result.output)")
        }
        #expect(program.text("out/*").contains("1000,1000,500750.00"))
    }
}
#endif
