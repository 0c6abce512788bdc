import SluiceTestKit
import Testing

@Suite("streams of a schema")
struct SchemaStreamTests {
    private let project: Project

    init() async throws {
        project = try Project()
        try project.directory.write("orders.avsc", SchemaCommandTests.first)
        _ = try await project.json("schema", "register", "orders", "orders.avsc")
    }

    private func put(_ lines: String, into stream: String) async throws -> CommandResult {
        var command = try project.command(["stream", "put", stream, "--json"])
        command.input = .text(lines)
        return try await command.run()
    }

    private func peek(_ stream: String) async throws -> Int {
        try await project.json("stream", "describe", stream)["records"]?.integer ?? -1
    }

    @Test("a bound stream rejects lines that do not fit, and names the line and the field") func reject() async throws {
        _ = try await project.json("stream", "create", "s", "--schema", "orders")
        let result = try await put("{\"id\": 1}\n{\"id\": 2, \"totl\": 3}\n{\"id\": 3}\n", into: "s")
        #expect(result.exitCode == 1)
        #expect(
            result.transcript.contains("record-mismatch") && result.transcript.contains("totl")
                && result.transcript.contains("\"line\": 2"),
            "\(result.transcript)")
        #expect(try await peek("s") == 1)
        let described = try await project.json("stream", "describe", "s")
        #expect(described["schema"]?.text == "orders" && described["enforce"]?.text == "reject")
        #expect(try await project.sluice("stream", "create", "t", "--schema", "order").exitCode == 2)
    }

    @Test("records that do not fit are kept beside the stream") func letters() async throws {
        _ = try await project.json("stream", "create", "s")
        _ = try await project.json("stream", "set", "s", "--schema", "orders", "--enforce", "dead_letter")
        let result = try await put("{\"id\": 1}\n{\"id\": \"x\"}\n{\"id\": 3}\n", into: "s")
        #expect(result.exitCode == 0, "\(result.transcript)")
        #expect(try result.json()["dead_letters"]?.integer == 1)
        #expect(try await peek("s") == 2)
        #expect(try await peek("s.dead-letters") == 1)
        _ = try await project.json("stream", "set", "s", "--no-schema")
        #expect(try await put("anything\n", into: "s").exitCode == 0)
    }

    @Test("a pipeline writes records with headers, and another reads them whatever version they are") func pipelines() async throws {
        try project.directory.write("in/a.csv", "id,total\n1,1.5\n2,2.5\n")
        try project.directory.write(
            "write.yaml",
            "name: write\nsource:\n  files: in/a.csv\n  columns: {id: int64, total: float64}\nsink:\n  stream: s\n  schema: orders\n  compress: true\n"
        )
        let written = try await project.sluice("run", "write.yaml")
        #expect(written.exitCode == 0, "\(written.transcript)")
        // A version more, whose records lack the total.
        try project.directory.write("orders.avsc", SchemaCommandTests.schema(#"{"name": "id", "type": "long"}"#))
        _ = try await project.json("schema", "register", "orders", "orders.avsc")
        try project.directory.write("in/b.csv", "id\n3\n")
        try project.directory.write(
            "more.yaml", "name: more\nsource:\n  files: in/b.csv\n  columns: {id: int64}\nsink:\n  stream: s\n  schema: orders\n")
        #expect(try await project.sluice("run", "more.yaml").exitCode == 0)
        #expect(try await put("no header\n", into: "s").exitCode == 0)
        try project.directory.write(
            "read.yaml",
            "name: read\nsource:\n  stream: s\n  schema: registry\n  columns: {id: int64, total: float64}\nsink:\n  table: shop.orders\n  format: csv\non_error: dead_letter\n"
        )
        let read = try await project.sluice("run", "read.yaml", "--json")
        #expect(read.exitCode == 0, "\(read.transcript)")
        #expect(try project.rows("shop", "orders").rows.sorted { $0[0] < $1[0] } == [["1", "1.5"], ["2", "2.5"], ["3", ""]])
        let letters = try await project.json("dlq", "list")
        #expect(letters.members.description.contains("read"), "\(letters)")
    }

    @Test("a row that is no record of the schema fails the run and names the field") func badRow() async throws {
        try project.directory.write("in/a.csv", "id,total\n1,x\n")
        try project.directory.write(
            "write.yaml",
            "name: write\nsource:\n  files: in/a.csv\n  columns: {id: int64, total: string}\nsink:\n  stream: s\n  schema: orders\n")
        let result = try await project.sluice("run", "write.yaml")
        #expect(result.exitCode == 1 && result.transcript.contains("field total"), "\(result.transcript)")
    }

    @Test("rows for a bound stream are checked before the run commits") func boundSink() async throws {
        _ = try await project.json("stream", "create", "s", "--schema", "orders")
        try project.directory.write("in/a.csv", "id,extra\n1,x\n")
        try project.directory.write(
            "write.yaml", "name: write\nsource:\n  files: in/a.csv\n  columns: {id: int64, extra: string}\nsink:\n  stream: s\n")
        let result = try await project.sluice("run", "write.yaml")
        #expect(result.exitCode == 1 && result.transcript.contains("field extra"), "\(result.transcript)")
        #expect(try await peek("s") == 0)
    }
}
