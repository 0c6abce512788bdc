import SluiceTestKit
import Testing

/// The keys that scripts may rely on.
@Suite("JSON documents")
struct DocumentedKeysTests {
    @Test("a run")
    func run() async throws {
        let project = try Project()
        try project.directory.write("in/input.csv", Victim.goodRows + "4,40\n")
        try project.pipeline(steps: "  - filter: id > 1", more: DataFailureTests.deadLetters)
        let run = try await project.json("run", "pipeline.yaml")
        #expect(run["state"] == .string("succeeded"), "\(run)")
        #expect(run["pipeline"] == .string("orders"))
        #expect(run["rows_in"] == .integer(3), "\(run)")
        #expect(run["rows_out"] == .integer(2))
        #expect(run["dead_letters"] == .integer(1))
        #expect(run["dead_letter_file"]?.text?.hasSuffix(".jsonl") == true)
        let step = try #require(run["steps"]?.items.first)
        #expect(step["rows_in"] == .integer(3))
        #expect(step["rows_out"] == .integer(2))
        #expect(step["name"]?.text?.contains("filter") == true)

        let shown = try await project.json("runs", "show", "last")
        for key in ["state", "pipeline", "rows_in", "rows_out", "dead_letters"] { #expect(shown[key] == run[key], "\(key): \(shown)") }
    }

    @Test("a table")
    func table() async throws {
        let project = try await CommandLineTests.finishedProject()
        let shown = try await project.json("catalog", "show", "shop.orders", "--rows", "2")
        let table = try #require(shown["table"], "\(shown)")
        #expect(table["database"] == .string("shop"), "\(shown)")
        #expect(table["table"] == .string("orders"))
        #expect(table["rows"] == .integer(3))
        #expect(table["version"] == .integer(1))
        #expect(table["columns"]?.items.compactMap { $0["name"]?.text } == ["id", "amount", "text"])
        #expect(table["columns"]?.items.compactMap { $0["type"]?.text } == ["int64", "int64", "string"])
        #expect(shown["rows"]?.items.compactMap { $0["text"]?.text } == ["one", "two"])
    }

    @Test("lists of databases, tables and runs")
    func lists() async throws {
        let project = try await CommandLineTests.finishedProject()
        let databases = try await project.json("catalog", "databases")
        #expect(databases["databases"]?.items.contains { $0["name"] == .string("shop") } == true, "\(databases)")
        let tables = try await project.json("catalog", "tables")
        #expect(tables["tables"]?.items.map { $0["table"] } == [.string("orders")], "\(tables)")
        let runs = try await project.json("runs", "list")
        #expect(runs["runs"]?.items.map { $0["state"] } == [.string("succeeded")], "\(runs)")
    }

    @Test("a stream and its records")
    func stream() async throws {
        let project = try Project()
        try project.directory.write("in/input.csv", Victim.goodRows)
        try project.pipeline(more: "stream: {name: orders, shards: 2, key: id}")
        _ = try await project.json("run", "pipeline.yaml")
        let streams = try await project.json("stream", "list")
        #expect(streams["streams"]?.items.map { $0["name"] } == [.string("orders")], "\(streams)")
        let described = try await project.json("stream", "describe", "orders")
        #expect(described["shards"]?.items.count == 2, "\(described)")
        let tail = try await project.json("stream", "tail", "orders", "--from", "start", "--limit", "10")
        #expect(tail["records"]?.items.count == 3, "\(tail)")
    }
}
