import SluiceCore
import SluicePipelines
import SluiceLog
import SluiceStreams
import SluiceTestKit
import Testing

@Suite("Streams as ends")
struct StreamConnectorTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    static func batch(_ rows: Range<Int>) throws -> Batch {
        try makeBatch([
            ("id", .int64, rows.map { .integer(Int64($0)) }),
            ("user", .string, rows.map { $0 % 7 == 0 ? .null : .string("u\($0 % 5)\nline, \"q\" é") }),
        ])
    }

    func append(_ payloads: [String], to stream: String, headers: [RecordHeader] = []) async throws {
        if !bench.context.streams.exists(stream) { try bench.context.streams.create(stream, shards: 1) }
        let opened = try bench.context.streams.open(stream, for: .writing)
        defer { opened.close() }
        let records = NewRecords(keys: ByteRows(texts: payloads.map { _ in "k" }), payloads: ByteRows(texts: payloads), headers: headers)
        try await opened.append(records, to: 0)
    }

    @Test("rows come back from the shards of their keys, whatever the format", arguments: ["json", "csv"], ["key: user", "key: id", ""])
    func roundTrip(_ format: String, _ key: String) async throws {
        let sink = try await bench.sink("stream: events\nshards: 4\nformat: \(format)\n\(key)")
        #expect(sink.guarantee == .exactlyOnce)
        let schema = try Self.batch(0..<1).schema
        try await bench.run(sink, schema, [[try Self.batch(0..<3_000)], [try Self.batch(3_000..<3_500), try Self.batch(3_500..<4_000)]])
        let source = try await bench.source("stream: events")
        #expect(Set(source.schema.names) == ["id", "user"])
        #expect(try await source.splits().count == 4)
        let read = try await source.readAll(["id", "user"])
        let expected = try Self.batch(0..<4_000)
        #expect(read.rows.count == 4_000)
        for row in read.rows {
            guard case .integer(let id) = row[0] else { continue }
            #expect(row[1] == expected.columns[1][Int(id)])
        }
        #expect(Set(read["id"]).count == 4_000)
    }

    @Test("declared columns are checked; a record that does not fit is rejected with its sequence number") func declared() async throws {
        try await append(["{\"id\":1}", "{\"id\":\"x\"}", "{\"id\":3,\"name\":\"z\"}"], to: "raw")
        let read = try await bench.source("stream: raw\ncolumns: {name: string, id: int32}").readAll()
        #expect(read.rows == [[.null, .integer(1)], [.string("z"), .integer(3)]])
        #expect(read.rejects.map(\.location) == [.shard(stream: "raw", shard: "shardId-000000000000", sequence: "1")])
        #expect(read.origins.map(\.description) == ["raw/shardId-000000000000@0", "raw/shardId-000000000000@2"])
    }

    @Test("CSV records without a header take the declared columns in their order") func plainCSV() async throws {
        try await append(["1;x", "2;y;z"], to: "raw")
        let yaml = "stream: raw\nformat: csv\noptions: {delimiter: \";\"}\ncolumns: {id: int64, name: string}"
        let read = try await bench.source(yaml).readAll(["name"])
        #expect(read.rows == [[.string("x")]])
        #expect(read.rejects.map(\.error.code) == [.tooManyFields])
        #expect(await sluiceError { _ = try await bench.source("stream: raw\nformat: csv") }?.code == .invalidOption)
    }

    @Test("reading begins where it is asked to, and ends where the stream ended") func positions() async throws {
        try await append((0..<10).map { "{\"id\":\($0)}" }, to: "raw")
        let source = try await bench.source("stream: raw\nfrom: 7\ncolumns: {id: int64}")
        let reader = try await source.open(try await source.splits()[0], SourceRequest(["id"], keepsRaw: false))
        try await append(["{\"id\":10}"], to: "raw")
        var ids: [Value] = []
        try await reader.forEachBatch { ids += $0.batch.columns[0].values }
        #expect(ids == [.integer(7), .integer(8), .integer(9)])
        #expect(try await bench.source("stream: raw\nfrom: \"2999-01-01\"\ncolumns: {id: int64}").readAll().rows.isEmpty)
        #expect(try await bench.source("stream: raw\nfrom: \"2020-01-01T00:00:00Z\"\ncolumns: {id: int64}").readAll().rows.count == 11)
        #expect(await sluiceError { _ = try await bench.source("stream: raw\nfrom: yesterday") }?.code == .invalidOption)
    }

    @Test("records of files keep their layout and the columns of their path") func envelopes() async throws {
        try bench.directory.write("in/month=01/a.csv", "id;n\n1;x\n")
        try bench.directory.write("in/month=02/b.csv", "n;id\ny;2\n")
        let files = try #require(try await bench.source("files: in\noptions: {delimiter: \";\"}") as? any RecordSource)
        for split in try await files.splits() {
            let reader = try await files.open(split, SourceRequest([], keepsRaw: true))
            try await reader.forEachBatch { read in
                let raw = try #require(read.batch.origin?.raw)
                let payloads = (0..<raw.count).map { String(decoding: raw[$0], as: UTF8.self) }
                try await append(payloads, to: "log", headers: [RecordHeader("sluice-envelope", try await files.envelope(of: split))])
            }
        }
        let expected: [[Value]] = [[.integer(1), .string("x"), .string("01")], [.integer(2), .string("y"), .string("02")]]
        #expect(try await bench.source("stream: log").readAll(["id", "n", "month"]).rows == expected)
        #expect(
            try await bench.source("stream: log\ncolumns: {month: string, id: int64, n: string}").readAll(["id", "n", "month"]).rows
                == expected)
    }

    @Test("an unknown stream, an empty one and a bad name are errors") func errors() async throws {
        try bench.context.streams.create("clicks", shards: 1)
        let unknown = await sluiceError { _ = try await bench.source("stream: clickz") }
        #expect(unknown?.code == .notFound)
        #expect(unknown?.location == .file(path: "test.yaml", line: 3, column: 11))
        #expect(await sluiceError { _ = try await bench.source("stream: clicks") }?.code == .invalidOption)
        #expect(try await bench.source("stream: clicks\ncolumns: {a: string}").readAll().rows.isEmpty)
        #expect(await sluiceError { _ = try await bench.sink("stream: a/b") }?.code == .invalidOption)
        let sink = try await bench.sink("stream: clicks\nkey: usr")
        #expect(sluiceError { try sink.check(try Self.batch(0..<1).schema) }?.code == .unknownColumn)
    }
}
