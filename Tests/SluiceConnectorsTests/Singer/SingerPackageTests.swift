import SluiceCore
import SluiceJSON
import SluiceMocks
import SluicePipelines
import SluiceTestKit
import Testing

@testable import SluiceConnectors

/// Taps and targets from PyPI, as they are; what is not in `PATH` is left out, and says so.
@Suite("taps and targets from PyPI")
struct SingerPackageTests {
    private static let installed = Set(
        ["tap-jsonl", "tap-salesforce", "tap-zendesk", "target-csv", "target-jsonl"].filter { program in
            let works = InstalledProgram.isThere(program) && InstalledProgram.succeeds(program, ["--help"])
            if !works { print("skipped: the program \(program) (PyPI) is not in PATH, or does not start") }
            return works
        })

    private static func has(_ program: String) -> Bool { installed.contains(program) }

    // MARK: Targets

    private static func people() throws -> Batch {
        try makeBatch([
            ("id", .int64, [.integer(1), .integer(2)]), ("name", .string, [.null, .string("Ann, \"A\"")]),
            ("at", .timestamp(zoned: true), [.timestamp(1_704_164_645_000_000, zoned: true), .null]),
        ])
    }

    private func write(_ target: String, _ config: String) async throws -> [String] {
        let bench = try Workbench()
        let folder = bench.directory.path("out")
        try DiskFiles.createDirectories(folder)
        let sink = try await bench.sink("singer: \(target)\nstream: people\nkeys: id\nconfig: {destination_path: \(folder), \(config)}")
        let batch = try Self.people()
        try await bench.run(sink, batch.schema, [[batch]])
        let names = try DiskFiles.list(folder)
        #expect(names.count == 1 && names[0].hasPrefix("people"), "\(names)")
        return try names.flatMap {
            try String(decoding: DiskFiles.read("\(folder)/\($0)"), as: UTF8.self).split(whereSeparator: \.isNewline)
        }
        .map(String.init)
    }

    @Test("target-jsonl: rows become lines", .enabled(if: has("target-jsonl"))) func jsonLines() async throws {
        let lines = try await write("target-jsonl", "do_timestamp_file: false")
        #expect(lines.count == 2 && lines[1].contains("\"name\": \"Ann, \\\"A\\\"\""), "\(lines)")
    }

    @Test("target-csv: rows become lines below their names, nulls included", .enabled(if: has("target-csv"))) func csv() async throws {
        let lines = try await write("target-csv", "disable_collection: true")
        #expect(lines == ["id,name,at", "1,,2024-01-02T03:04:05Z", "2,\"Ann, \"\"A\"\"\","])
    }

    // MARK: Taps

    /// Reads slices to the end and commits each, as the engine does.
    private func pull(_ bench: Workbench, _ definition: String, _ positions: inout SourcePositions) async throws -> ReadResult {
        let source = try #require(try await bench.source(definition) as? any IncrementalSource)
        var result = ReadResult(schema: source.schema)
        while let slice = try await source.slice(after: positions, SliceRequest(limitBytes: 1 << 20, leavesUnfinished: false)) {
            let read = try await slice.source.readAll()
            result.rows += read.rows
            result.rejects += read.rejects
            positions.merge(slice.reached()) { $1 }
        }
        #expect(result.rejects.isEmpty)
        return result
    }

    @Test("tap-jsonl: files become rows with the types that it finds, and a later run reads what is new", .enabled(if: has("tap-jsonl")))
    func files() async throws {
        let bench = try Workbench()
        try bench.directory.write(
            "in/a.jsonl", (1...300).map { "{\"id\": \($0), \"name\": \"n\($0)\", \"tags\": [\"a\", \"b\"]}\n" }.joined())
        let definition = """
            singer: tap-jsonl
            stream: people
            config: {path: "\(bench.directory.path("in"))/*.jsonl", stream_name: people, primary_keys: [id]}
            """
        var positions: SourcePositions = [:]
        let first = try await pull(bench, definition, &positions)
        #expect(first["id"] == (1...300).map { Value.integer(Int64($0)) })
        #expect(first["name"].last == .string("n300"))
        #expect(positions.count == 1)
        try bench.directory.write("in/b.jsonl", "{\"id\": 301, \"name\": \"new\", \"tags\": []}\n")
        let touched = try await Command("touch", ["-d", "2037-01-01", bench.directory.path("in/b.jsonl")]).run()
        try #require(touched.exitCode == 0)
        let second = try await pull(bench, definition, &positions)
        #expect(second["id"].contains(.integer(301)))
    }

    /// A tap whose requests to its vendor go to the mock, and the settings of both.
    private func led(_ tap: String, from vendor: String, to server: MockServer, _ service: String) async throws -> [String] {
        let found = try await Command.shell("command -v \(tap)").run()
        let program = found.output.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        // The interpreter that the package was installed for.
        let head = try String(decoding: DiskFiles.read(program), as: UTF8.self).prefix { !$0.isNewline }
        try #require(head.hasPrefix("#!"), "\(program) is no script")
        let bridge = Repository.path("Benchmarks/connectors/peers/loopback.py")
        return [String(head.dropFirst(2)), bridge, vendor, "\(server.address)/\(service)", program]
    }

    private func serve(_ service: String, rows: Int) throws -> MockServer {
        var settings = MockServer.Settings { 0 }
        settings.rows = rows
        settings.hasQuotas = false
        return try MockServer([service], settings)
    }

    private static func list(_ words: [String]) -> String { "[" + words.map { "\"\($0)\"" }.joined(separator: ", ") + "]" }

    @Test("tap-zendesk: tickets of the mock, row for row; a later run begins at the state", .enabled(if: has("tap-zendesk")))
    func zendesk() async throws {
        let server = try serve("zendesk", rows: 1_500)
        let bench = try Workbench()
        let command = try await led("tap-zendesk", from: "https://mock.zendesk.com", to: server, "zendesk")
        let catalog = try await Command(command[0], [Repository.path("Benchmarks/connectors/peers/zendesk_catalog.py")]).run()
        try #require(catalog.exitCode == 0, "\(catalog.transcript)")
        try bench.directory.write("catalog.json", catalog.output)
        let definition = """
            singer: \(Self.list(command))
            stream: tickets
            catalog: catalog.json
            config: {subdomain: mock, access_token: mock-access-token, start_date: "2000-01-01T00:00:00Z"}
            """
        var positions: SourcePositions = [:]
        let read = try await pull(bench, definition, &positions)
        let records = server.records("zendesk", "tickets")
        #expect(Set(read["id"]) == Set(records.map { Value.integer(Int64($0["id"]?.integer ?? 0)) }))
        #expect(read.rows.count >= records.count && read["subject"].contains(.string(records[7]["subject"]?.string ?? "")))
        server.advance(micros: 600_000_000)
        let later = try await pull(bench, definition, &positions)
        #expect(later.rows.count > 0 && later.rows.count < 200, "\(later.rows.count)")
    }

    @Test("tap-salesforce: finds its streams by the mock's descriptions, and reads accounts", .enabled(if: has("tap-salesforce")))
    func salesforce() async throws {
        let server = try serve("salesforce", rows: 2_500)
        let bench = try Workbench()
        let command = try await led("tap-salesforce", from: "https://login.salesforce.com", to: server, "salesforce")
        // It asks twice for a token, and each refresh token of the mock is good once: the one that comes back is kept by nobody but the mock.
        let source = { (refresh: String, more: [String]) in
            """
            singer: \(Self.list(command + more))
            stream: Account
            replication_key: SystemModstamp
            config: {refresh_token: \(refresh), client_id: me, client_secret: s3cret, start_date: "2000-01-01T00:00:00Z", api_type: REST, select_fields_by_default: "true"}
            """
        }
        let found = try #require(try await bench.source(source("mock-refresh-0", [])) as? SingerSource)
        #expect(found.schema.names.contains("AnnualRevenue"))
        try bench.directory.write("catalog.json", String(decoding: try #require(found.catalog).json, as: UTF8.self))
        var positions: SourcePositions = [:]
        // This tap knows its catalog by the older name alone.
        let more = ["--properties", bench.directory.path("catalog.json")]
        let read = try await pull(bench, source("mock-refresh-1", more) + "\ncatalog: catalog.json", &positions)
        let records = server.records("salesforce", "accounts")
        #expect(Set(read["Id"]) == Set(records.map { Value.string($0["Id"]?.string ?? "") }))
        #expect(read.rows.count == records.count && positions.count == 1)
    }
}
