import Glibc
import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceTestKit
import Testing

@testable import SluiceConnectors

@Suite("Writing files")
struct DirectorySinkTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    static let rows: [(String, DataType, [Value])] = [
        ("id", .int64, [.integer(1), .integer(2), .integer(3)]),
        ("name", .string, [.string("Zoë, \"x\""), .null, .string("")]),
        ("at", .timestamp(zoned: true), [.timestamp(0, zoned: true), .null, .timestamp(1_500_000, zoned: true)]),
        ("amount", .decimal(precision: 12, scale: 2), [.decimal(-105, scale: 2), .decimal(7, scale: 2), .null]),
    ]

    @Test("what is written reads back the same, in every format and compression", arguments: ["csv", "json"], ["none", "gzip"])
    func roundTrip(_ format: String, _ compression: String) async throws {
        let batch = try makeBatch(Self.rows)
        let sink = try await bench.sink("files: out\nformat: \(format)\ncompression: \(compression)")
        #expect(sink.guarantee == .exactlyOnce)
        let run = try await bench.run(sink, batch.schema, [[batch], [batch, batch]])
        let plain = format == "csv" ? "csv" : "jsonl"
        let name = compression == "gzip" ? plain + ".gz" : plain
        #expect(bench.directory.files(below: "out") == ["part-\(run)-000-00000.\(name)"])
        let columns = batch.schema.fields.map { "  \($0.name): \"\($0.type)\"" }.joined(separator: "\n")
        let read = try await bench.source("files: out\nformat: \(format)\ncolumns:\n\(columns)").readAll()
        #expect(read.rows == (0..<9).map { row in batch.columns.map { $0[row % 3] } })
        #expect(read.rejects.isEmpty)
    }

    @Test("staged files are invisible until the commit, and gone after a discard") func staging() async throws {
        let batch = try makeBatch(Self.rows)
        let sink = try await bench.sink("files: out\nformat: csv\npartition_by: id")
        let run = try bench.begin(sink)
        let staged = try await bench.stage(sink, batch.schema, run.text, [[batch]])
        #expect(staged.count == 3)
        #expect(staged.allSatisfy { DiskFiles.kind(of: $0.stagedPath) == .file && DiskFiles.kind(of: $0.finalPath) == nil })
        #expect(await sluiceError { _ = try await bench.source("files: out") }?.code == .fileNotFound)
        await sink.discard(run: run.text)
        #expect(bench.directory.files(below: "out").isEmpty)
    }

    @Test("a run that is cut off leaves nothing that the next one sees") func abandoned() async throws {
        let batch = try makeBatch(Self.rows)
        try await bench.run(try await bench.sink("files: out"), batch.schema, [[batch]])
        let sink = try await bench.sink("files: out")
        let run = try bench.begin(sink)
        _ = try await bench.stage(sink, batch.schema, run.text, [[batch]])
        try bench.catalog.failRun(run, SluiceError(.interrupted, "stopped"), report: .init(), interrupted: true)
        #expect(bench.directory.files(below: "out").count == 1)
        #expect(try await bench.source("files: out").readAll().rows.count == 3)
    }

    static let oddValues: [Value] = [
        .string("a/b"), .string("../.."), .string("two words"), .string("👩‍👩‍👧 é"), .string(""), .null, .string("__HIVE_DEFAULT_PARTITION__"),
        .string("100%"), .string("%2F"), .string("k=v"), .string("a\nb\t"), .string("'\"#:*?\\{}[]^"), .string("."), .string("NA"),
        .string("01"), .string("\u{E9}"), .string("e\u{301}"),
    ]

    @Test("odd values are partitions that read back as they were, below the directory", arguments: ["csv", "json"])
    func oddPartitions(_ format: String) async throws {
        let values = Self.oddValues
        let batch = try makeBatch([
            ("key", .string, values + values), ("row", .int64, (0..<(2 * values.count)).map { .integer(Int64($0)) }),
        ])
        let sink = try await bench.sink("files: out\nformat: \(format)\npartition_by: [key]")
        try await bench.run(sink, batch.schema, [[batch]])
        let files = bench.directory.files(below: "out")
        #expect(files.count == values.count)
        #expect(files.allSatisfy { $0.hasPrefix("key=") && $0.split(separator: "/").count == 2 })
        let read = try await bench.source("files: out").readAll(["row", "key"])
        #expect(read.rows.count == 2 * values.count)
        for row in read.rows {
            guard case .integer(let number) = row[0] else {
                Issue.record("no row number")
                continue
            }
            // Compared as written: Value takes both forms of é for one.
            #expect(row[1].json.utf8.elementsEqual(values[Int(number) % values.count].json.utf8))
        }
    }

    @Test("partition columns of several types make nested directories, outermost first") func nested() async throws {
        let batch = try makeBatch([
            ("n", .int64, [.integer(1), .integer(2), .integer(3)]), ("day", .date, [.date(19783), .date(19784), .date(19783)]),
            ("ok", .boolean, [.boolean(true), .null, .boolean(true)]),
        ])
        let run = try await bench.run(try await bench.sink("files: out\npartition_by: [ok, day]"), batch.schema, [[batch]])
        #expect(
            bench.directory.files(below: "out")
                == [
                    "ok=__HIVE_DEFAULT_PARTITION__/day=2024-03-02/part-\(run)-000-00001.csv",
                    "ok=true/day=2024-03-01/part-\(run)-000-00000.csv",
                ].sorted() || bench.directory.files(below: "out").count == 2)
        let read = try await bench.source("files: out\ncolumns: {ok: boolean, day: date}").readAll(["n", "ok", "day"])
        #expect(read["ok"] == [.null, .boolean(true), .boolean(true)])
        #expect(read["n"] == [.integer(2), .integer(1), .integer(3)])
    }

    @Test("overwrite replaces what Sluice wrote and nothing else; append adds") func modes() async throws {
        let batch = try makeBatch(Self.rows)
        try bench.directory.write("out/mine.csv", "id,name,at,amount\n9,x,,\n")
        try bench.directory.write("out/part-of-mine.csv", "id,name,at,amount\n8,x,,\n")
        try bench.directory.write("out/part-a-b-c.csv", "id,name,at,amount\n7,x,,\n")
        let partitioned = try await bench.sink("files: out\npartition_by: id")
        try await bench.run(partitioned, batch.schema, [[batch]])
        #expect(bench.directory.files(below: "out").count == 6)
        let first = try await bench.run(try await bench.sink("files: out"), batch.schema, [[batch]])
        let second = try await bench.run(try await bench.sink("files: out\nmode: append"), batch.schema, [[batch]])
        #expect(
            bench.directory.files(below: "out")
                == ["mine.csv", "part-\(first)-000-00000.csv", "part-\(second)-000-00000.csv", "part-a-b-c.csv", "part-of-mine.csv"])
    }

    @Test("without rows one file holds the header") func noRows() async throws {
        let batch = try makeBatch(Self.rows)
        try await bench.run(try await bench.sink("files: out"), batch.schema, [[], [], [batch.slice(0..<0)]])
        #expect(bench.directory.files(below: "out").map { try? bench.directory.text("out/" + $0) } == ["id,name,at,amount\n"])
        try await bench.run(try await bench.sink("files: out"), batch.schema, [[], [batch]])
        #expect(bench.directory.files(below: "out").count == 1)
        try await bench.run(try await bench.sink("files: none\nformat: json"), batch.schema, [[]])
        #expect(bench.directory.files(below: "none").isEmpty)
    }

    /// A sink into `out` with small bounds.
    func bounded(_ yaml: String, _ limits: OutputLimits) async throws -> DirectorySink {
        var sink = try #require(try await bench.sink("files: out\nformat: json\npartition_by: k\n\(yaml)") as? DirectorySink)
        sink.output.limits = limits
        return sink
    }

    @Test(
        "more partitions than open files or memory: every row is there once, whatever the bounds",
        arguments: [
            (OutputLimits(openFiles: 4), 12...12), (OutputLimits(openFiles: 4, pendingFileBytes: 1_000), 13...400),
            (OutputLimits(openFiles: 1, pendingBytes: 5_000), 13...400), (OutputLimits(openFiles: 1, pendingFileBytes: 1), 13...400),
            (OutputLimits(openFiles: 12, pendingFileBytes: 1), 12...12),
        ] as [(OutputLimits, ClosedRange<Int>)]) func bounds(_ limits: OutputLimits, _ files: ClosedRange<Int>)
        async throws
    {
        let batches = try (0..<8).map { number in
            try makeBatch([
                ("k", .int32, (0..<48).map { .integer(Int64($0 % 12)) }),
                ("text", .string, (0..<48).map { .string("row \(number) \($0) " + String(repeating: "x", count: 40)) }),
            ])
        }
        let sink = try await bounded("compression: gzip", limits)
        try await bench.run(sink, batches[0].schema, [batches])
        #expect(files.contains(bench.directory.files(below: "out").count))
        let read = try await bench.source("files: out").readAll(["text", "k"])
        #expect(Set(read["text"]).count == 8 * 48)
        #expect(read.counts(by: "k") == Dictionary(uniqueKeysWithValues: (0..<12).map { ("\($0)", 32) }))
    }

    @Test("the number of partitions is bounded") func tooManyPartitions() async throws {
        let keys = (0...ConnectorLimits.partitions).map { Value.integer(Int64($0)) }
        let atLimit = try makeBatch([("k", .int32, Array(keys.dropLast())), ("n", .int32, Array(keys.dropLast()))])
        let sink = try await bench.sink("files: out\npartition_by: k")
        let run = try bench.begin(sink)
        let writer = try await sink.open(schema: atLimit.schema, run: run.text, writer: 0)
        try await writer.write(atLimit)
        let error = await sluiceError {
            try await writer.write(try makeBatch([("k", .int32, [keys[keys.count - 1]]), ("n", .int32, [.null])]))
        }
        #expect(error?.code == .limitExceeded)
        #expect(error?.message.contains("by k") == true)
        await sink.discard(run: run.text)
    }

    @Test("a directory that cannot be written is an error before the run", arguments: [false, true]) func access(_ isFile: Bool)
        async throws
    {
        let schema = try makeBatch(Self.rows).schema
        if isFile {
            try bench.directory.write("out", "")
            let error = await sluiceError { _ = try await bench.sink("files: out") }
            #expect(error?.code == .invalidOption)
            let nested = try await bench.sink("files: out/deeper")
            #expect(sluiceError { try nested.check(schema) }?.code == .ioFailure)
            return
        }
        try bench.directory.makeDirectory("locked")
        chmod(bench.directory.root, 0o755)
        chmod(bench.directory.path("locked"), 0o555)
        // access() asks for the real user, so a run of root may write here.
        let sink = try await bench.sink("files: locked/out")
        let error = sluiceError { try sink.check(schema) }
        #expect(error?.code == (getuid() == 0 ? nil : .unreadable))
    }

    @Test("a full disk is an error with the path and advice", .enabled(if: SmallDisk.isPermitted)) func fullDisk() async throws {
        let disk = try SmallDisk(bytes: 256 << 10)
        let text = String(repeating: "z", count: 100_000)
        let batch = try makeBatch([("a", .string, (0..<20).map { .string("\($0)" + text) })])
        let sink = try await bench.sink("files: \(disk.root)/out\nformat: json")
        let run = try bench.begin(sink)
        let error = await sluiceError { _ = try await bench.stage(sink, batch.schema, run.text, [[batch]]) }
        #expect(error?.code == .diskFull)
        #expect(error?.message.contains(disk.root) == true)
        #expect(error?.remedy != nil)
        await sink.discard(run: run.text)
        #expect(TemporaryDirectory.files(below: disk.root + "/out").isEmpty)
    }

    @Test(
        "an output that the source's patterns would find is refused",
        arguments: [
            ("in", "in/out", true), ("in", "in", true), ("in/*.csv", "in", true), ("in/**/*.csv", "in/deep/out", true), ("'*'", "in", true),
            ("in/*.csv", "in/out", false), ("in", "out", false), ("in/a.csv", "in", false), ("in/*.csv", "in\npartition_by: n", false),
            ("in/**", "in\npartition_by: n", true), ("in/*.csv", "in\nformat: json", false),
        ]) func overlap(_ input: String, _ output: String, _ isRefused: Bool) async throws
    {
        try bench.directory.write("in/a.csv", "id,n\n1,2\n")
        let source = try await bench.source("files: \(input)\nformat: csv")
        let sink = try #require(try await bench.sink("files: \(output)") as? DirectorySink)
        let error = sluiceError { try sink.check(reading: source) }
        #expect((error?.code == .invalidOption) == isRefused)
        #expect((error == nil) == !isRefused)
    }

    @Test("columns that cannot be partition columns are found before the run") func check() async throws {
        let schema = try makeBatch([("a", .float64, [.float(1)]), ("b", .string, [.null])]).schema
        #expect(sluiceError { try PartitionSplitterCheck.check(schema, "a") }?.code == .typeError)
        let sink = try await bench.sink("files: out\npartition_by: c")
        #expect(sluiceError { try sink.check(schema) }?.code == .unknownColumn)
    }

    private enum PartitionSplitterCheck {
        static func check(_ schema: Schema, _ column: String) throws { _ = try PartitionSplitter(schema, partitionBy: [column]) }
    }
}
