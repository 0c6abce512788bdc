import SluiceCore
import SluicePipelines
import SluiceTestKit
import Testing

@testable import SluiceConnectors

@Suite("files of a bucket as a source") struct ObjectSourceTests {
    let bench: ObjectBench

    init() throws {
        bench = try ObjectBench(try ObjectServer(pageKeys: 2))
        bench.put("in/month=01/a.csv", "id,v\n1,x\n2,y\n")
        bench.put("in/month=02/b.csv", "id,v\n3,z\n")
        bench.put("in/month=02/_SUCCESS", "")
        bench.put("in/month=02/", "")
        bench.put("in/other.json", "{}\n")
    }

    @Test(
        "patterns, directories and single objects name what they name on a disk",
        arguments: [
            ("s3://bench/in/**/*.csv", ["1", "2", "3"]), ("s3://bench/in/month=02/b.csv", ["3"]), ("s3://bench/in/month=02", ["3"]),
            ("s3://bench/in/month=0[1-9]/?.csv", ["1", "2", "3"]), ("s3://bench/in/month=01/", ["1", "2"]),
        ]) func patterns(_ pattern: String, _ ids: [String]) async throws
    {
        let read = try await bench.source("files: \"\(pattern)\"").readAll()
        #expect(read["id"].map(\.description) == ids)
        #expect(Set(read["month"].map(\.description)).isSubset(of: ["01", "02"]))
    }

    @Test("the place of a bad row names the object and the line") func places() async throws {
        bench.put("bad/a.csv", "id,v\n1,x\nno,y\n")
        let read = try await bench.source("files: s3://bench/bad/a.csv\ncolumns: {id: int64}").readAll()
        #expect(read.rows.count == 1)
        #expect(read.rejects.first?.location == .file(path: "s3://bench/bad/a.csv", line: 3, column: 1))
    }

    @Test("what is not there is named with what there is instead") func missing() async throws {
        let error = try #require(await sluiceError { _ = try await bench.source("files: s3://bench/inn/*.csv") })
        #expect(error.code == .fileNotFound)
        #expect(error.message.contains("s3://bench/inn/*.csv"))
        #expect(error.remedy?.contains("s3://bench/in") == true)
        let bucket = try #require(await sluiceError { _ = try await bench.source("files: s3://x/") })
        #expect(bucket.code == .invalidOption)
    }

    @Test("an object that was read is not read again, and one that was written anew is told") func incremental() async throws {
        let source = try #require(try await bench.source("files: s3://bench/in/**/*.csv") as? any IncrementalSource)
        let first = try #require(try await source.slice(after: [:], SliceRequest(limitBytes: .max, leavesUnfinished: true)))
        let reached = first.reached()
        #expect(reached.keys.map(\.text).sorted() == ["s3://bench/in/month=01/a.csv", "s3://bench/in/month=02/b.csv"])
        #expect(reached.values.allSatisfy { String(decoding: $0, as: UTF8.self).contains(" e") })
        #expect(try await source.slice(after: reached, SliceRequest(limitBytes: .max, leavesUnfinished: true)) == nil)
        bench.put("in/month=03/c.csv", "id,v\n4,w\n")
        bench.put("in/month=01/a.csv", "id,v\n1,x\n2,Y\n")
        let second = try #require(try await source.slice(after: reached, SliceRequest(limitBytes: .max, leavesUnfinished: true)))
        #expect(second.reached().keys.map(\.text) == ["s3://bench/in/month=03/c.csv"])
        #expect(second.notices.contains { $0.contains("month=01/a.csv") && $0.contains("changed") })
    }

    @Test("of a Parquet file, the footer and the columns that are wanted are read, and not the rest") func parquet() async throws {
        let count = 60_000
        let batch = try makeBatch([
            ("id", .int64, (0..<count).map { .integer(Int64($0)) }),
            (
                "text", .string,
                (0..<count).map { .string("row \($0) " + String(UInt128($0 &+ 1) &* 0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C834, radix: 7)) }
            ),
        ])
        let sink = try await bench.sink("files: s3://bench/p\nformat: parquet\noptions: {codec: none}")
        try await bench.bench.run(sink, batch.schema, [[batch]])
        let key = try #require(bench.keys.first { $0.hasPrefix("p/") })
        let size = try #require(bench.server.objects["bench/\(key)"]?.bytes.count)
        let before = bench.server.requests.count
        let read = try await bench.source("files: s3://bench/p\nformat: parquet").readAll(["id"])
        #expect(read.rows.count == count)
        let taken = bench.server.requests[before...].compactMap { $0.headers["range"] }.reduce(0) { sum, range in
            let ends = range.dropFirst(6).split(separator: "-").compactMap { Int($0) }
            return sum + ends[1] - ends[0] + 1
        }
        #expect(taken > 0)
        #expect(taken < size / 2, "\(taken) of \(size) bytes")
        #expect(!bench.server.requests[before...].contains { $0.method == "GET" && $0.target.contains(key) && $0.headers["range"] == nil })
    }

    @Test("compressed objects are read as compressed files are") func compressed() async throws {
        let batch = try makeBatch([("id", .int64, (0..<1_000).map { .integer(Int64($0)) })])
        let sink = try await bench.sink("files: s3://bench/z\nformat: csv\ncompression: gzip")
        try await bench.bench.run(sink, batch.schema, [[batch]])
        #expect(try await bench.rows("z").count == 1_000)
        #expect(bench.keys.contains { $0.hasPrefix("z/") && $0.hasSuffix(".csv.gz") })
    }
}
