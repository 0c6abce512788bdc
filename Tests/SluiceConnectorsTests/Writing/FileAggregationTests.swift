import SluiceCore
import SluicePipelines
import SluiceTestKit
import Testing

@testable import SluiceConnectors

@Suite("how rows are put together into files")
struct FileAggregationTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    private func batch(_ ids: Range<Int>) throws -> Batch {
        try makeBatch([
            ("id", .int64, ids.map { .integer(Int64($0)) }),
            ("name", .string, ids.map { .string(String(($0 &* 2_654_435_761) % 1_000_003)) }),
            ("part", .string, ids.map { .string("p\($0 % 3)") }),
        ])
    }

    private func write(_ options: String, _ batches: [Batch]) async throws {
        try await bench.run(try await bench.sink("files: out\n\(options)"), batches[0].schema, [batches])
    }

    private func files() -> [String] { bench.directory.files(below: "out") }

    private func rows(_ file: String) async throws -> Int { try await bench.source("files: \"out/\(file)\"").readAll().rows.count }

    @Test("files have as many rows as is said, but the last", arguments: ["csv", "json", "parquet"]) func byRows(_ format: String)
        async throws
    {
        try await write("format: \(format)\nfile_rows: 1000", [batch(0..<700), batch(700..<3_400), batch(3_400..<3_500)])
        var counts: [Int] = []
        for file in files() { counts.append(try await rows(file)) }
        #expect(counts == [1_000, 1_000, 1_000, 500])
        let read = try await bench.source("files: out").readAll()
        #expect(read["id"].map(\.description) == (0..<3_500).map { String($0) })
    }

    @Test("each partition counts by itself") func partitions() async throws {
        try await write("format: csv\npartition_by: part\nfile_rows: 100", [batch(0..<600), batch(600..<750)])
        var counts: [String: [Int]] = [:]
        for file in files() { counts[String(file.prefix(7)), default: []].append(try await rows(file)) }
        #expect(counts == ["part=p0": [100, 100, 50], "part=p1": [100, 100, 50], "part=p2": [100, 100, 50]])
    }

    @Test("files have about as many bytes as is said", arguments: ["csv", "json", "parquet"], ["none", "gzip"])
    func byBytes(_ format: String, _ compression: String) async throws {
        if format == "parquet", compression != "none" { return }
        let batches = try (0..<60).map { try batch(($0 * 8_000)..<(($0 + 1) * 8_000)) }
        try await write("format: \(format)\ncompression: \(compression)\nfile_mb: 1", batches)
        let sizes = try files().map { try #require(DiskFiles.byteCount(of: bench.directory.path("out/\($0)"))) }
        #expect(sizes.count > 1, "\(sizes)")
        #expect(sizes.dropLast().allSatisfy { $0 >= 900_000 && $0 <= 2_000_000 }, "\(sizes)")
        #expect(try await bench.source("files: out").readAll().rows.count == 480_000)
    }

    @Test("a partition is one file, however many tasks there are") func single() async throws {
        let sink = try await bench.sink("files: out\npartition_by: part\nsingle_file: true")
        #expect(sink.keepsOrder)
        try await write("partition_by: part\nsingle_file: true", [batch(0..<50), batch(50..<90)])
        #expect(files().count == 3)
        let many = try makeBatch([
            ("id", .int64, (0..<200).map { .integer(Int64($0)) }), ("part", .int64, (0..<200).map { .integer(Int64($0)) }),
        ])
        try await write("partition_by: part\nsingle_file: true", [many, many])
        #expect(files().count == 200)
    }

    @Test("what contradicts itself is refused; without the options nothing changes") func options() async throws {
        let error = await sluiceError { _ = try await bench.sink("files: out\nsingle_file: true\nfile_rows: 3") }
        #expect(error?.code == .invalidOption, "\(String(describing: error))")
        #expect(try await !bench.sink("files: out\npartition_by: part").keepsOrder)
    }
}
