import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceTestKit
import Testing

@testable import SluiceConnectors

@Suite("a bucket as a sink") struct ObjectSinkTests {
    let bench: ObjectBench
    static let rows: [(String, DataType, [Value])] = [
        ("id", .int64, [.integer(1), .integer(2), .integer(3)]), ("k", .string, [.string("a"), .string("b/c"), .null]),
    ]

    init() throws { bench = try ObjectBench(try ObjectServer()) }

    @Test("rows are in the bucket with the commit, and not before", arguments: ["csv", "json", "parquet"]) func visibility(_ format: String)
        async throws
    {
        let batch = try makeBatch(Self.rows)
        let sink = try await bench.sink("files: s3://bench/out\nformat: \(format)\npartition_by: k")
        #expect(sink.guarantee == .exactlyOnce)
        try sink.check(batch.schema)
        let run = try bench.bench.begin(sink)
        let staged = try await bench.bench.stage(sink, batch.schema, run.text, [[batch], [batch]])
        #expect(bench.keys == [])
        #expect(bench.server.openUploads.count == 6)
        #expect(staged.allSatisfy { DiskFiles.kind(of: $0.stagedPath) == nil })
        try bench.bench.catalog.commit(
            try sink.commit(schema: batch.schema, run: run.text, staged: staged), run: run, report: RunReport())
        #expect(bench.keys == [])
        try await bench.bench.publish()
        #expect(bench.keys.count == 6)
        #expect(bench.keys.contains { $0.hasPrefix("out/k=b%2Fc/part-\(run)") })
        #expect(bench.server.openUploads == [])
        #expect(bench.journals == [])
        let read = try await bench.source("files: s3://bench/out\nformat: \(format)").readAll()
        #expect(read.counts(by: "k") == ["a": 2, "b/c": 2, "": 2])
        #expect(read.counts(by: "id") == ["1": 2, "2": 2, "3": 2])
    }

    @Test("overwrite replaces the objects of earlier runs, append leaves them, and others stay") func modes() async throws {
        let batch = try makeBatch(Self.rows)
        bench.put("out/of-somebody.csv", "id,k\n9,z\n")
        for (mode, count) in [("append", 1), ("append", 2), ("overwrite", 1), ("append", 2)] {
            try await bench.bench.run(try await bench.sink("files: s3://bench/out\nformat: csv\nmode: \(mode)"), batch.schema, [[batch]])
            #expect(bench.keys.filter { $0.hasPrefix("out/part-") }.count == count)
            #expect(try await bench.rows("out").count == count * 3 + 1)
        }
    }

    @Test("a run that ends without a commit leaves no object, no upload and no journal") func discarded() async throws {
        let batch = try makeBatch(Self.rows)
        let sink = try await bench.sink("files: s3://bench/out\nformat: csv\npartition_by: k")
        let run = try bench.bench.begin(sink)
        _ = try await bench.bench.stage(sink, batch.schema, run.text, [[batch]])
        #expect(bench.server.openUploads.count == 3)
        await sink.discard(run: run.text)
        #expect(bench.keys == [])
        #expect(bench.server.openUploads == [])
        #expect(bench.journals == [])
        #expect(DiskFiles.kind(of: sink.stagingPaths(run: run.text)[0]) == nil)
    }

    @Test("a run without rows leaves one object, for its header") func empty() async throws {
        let batch = try makeBatch(Self.rows)
        try await bench.bench.run(try await bench.sink("files: s3://bench/out\nformat: csv"), batch.schema, [[], []])
        let key = try #require(bench.keys.first)
        #expect(bench.keys.count == 1)
        #expect(bench.server.objects["bench/\(key)"]?.bytes == Array("id,k\n".utf8))
        #expect(bench.server.openUploads == [])
    }

    @Test("a file of several parts is sent while it is written") func parts() async throws {
        let text = String(repeating: "x", count: 1_000)
        let batch = try makeBatch([
            ("id", .int64, (0..<6_000).map { .integer(Int64($0)) }), ("t", .string, (0..<6_000).map { _ in .string(text) }),
        ])
        let sink = try await bench.sink("files: s3://bench/out\nformat: csv")
        try await bench.bench.run(sink, batch.schema, [[batch, batch]])
        #expect(try await bench.source("files: s3://bench/out\nformat: csv").readAll(["id"]).rows.count == 12_000)
        #expect(bench.server.requests.filter { $0.target.contains("partNumber=2") }.count == 1)
    }

    @Test("an output within the source's own patterns is refused") func ownOutput() async throws {
        bench.put("all/in/a.csv", "id\n1\n")
        let source = try await bench.source("files: s3://bench/all/**/*.csv")
        let inside = try await bench.sink("files: s3://bench/all/out\nformat: csv")
        #expect(sluiceError { try inside.check(reading: source) }?.code == .invalidOption)
        let beside = try await bench.sink("files: s3://bench/out\nformat: csv")
        #expect(sluiceError { try beside.check(reading: source) } == nil)
    }

    @Test("a bucket that is not there is told before anything is read, and one that may not be looked at is taken") func bucket()
        async throws
    {
        for (status, code) in [(404, SluiceError.Code.notFound), (403, nil)] {
            let server = try ObjectServer { request, _ in
                request.method == "HEAD" ? .instead(.content(status, [], headers: [:])) : nil
            }
            let sink = try await ObjectBench(server).sink("files: s3://bench/out\nformat: csv")
            #expect(sluiceError { try sink.check(try makeBatch(Self.rows).schema) }?.code == code)
        }
    }

    @Test("a table of the catalog may lie in a bucket") func table() async throws {
        let batch = try makeBatch(Self.rows)
        let yaml = "table: shop.orders\nlocation: s3://bench/tables/orders\nformat: parquet"
        try await bench.bench.run(try await bench.sink(yaml), batch.schema, [[batch]])
        try await bench.bench.run(try await bench.sink(yaml + "\nmode: append"), batch.schema, [[batch]])
        #expect(try await bench.bench.source("table: shop.orders").readAll().rows.count == 6)
        let earlier = bench.keys
        try await bench.bench.run(try await bench.sink(yaml), batch.schema, [[batch]])
        #expect(bench.keys.count == 1)
        #expect(Set(bench.keys).isDisjoint(with: earlier))
        #expect(try await bench.bench.source("table: shop.orders").readAll().rows.count == 3)
    }
}
