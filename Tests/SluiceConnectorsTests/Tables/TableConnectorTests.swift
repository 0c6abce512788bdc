import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceTestKit
import Testing

@Suite("Catalog tables")
struct TableConnectorTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    static func orders(_ days: [Int32], channel: [Value]? = nil) throws -> Batch {
        var columns: [(String, DataType, [Value])] = [
            ("id", .int64, days.indices.map { .integer(Int64($0)) }), ("day", .date, days.map { .date($0) }),
            ("name", .string, days.map { $0 % 2 == 0 ? .null : .string("day \($0); \"x\"") }),
        ]
        if let channel { columns.append(("channel", .string, channel)) }
        return try makeBatch(columns)
    }

    @Test(
        "a table is registered with its schema, partitions and counts, and read back by its name",
        arguments: [
            "format: csv", "format: csv\noptions: {delimiter: \";\", null_values: [NA]}\ncompression: gzip", "format: json",
        ]) func roundTrip(_ options: String) async throws
    {
        let batch = try Self.orders([1, 2, 3, 2])
        let sink = try await bench.sink("table: shop.orders\npartition_by: day\ndescription: All orders.\n\(options)")
        try await bench.run(sink, batch.schema, [[batch], [batch]])
        let record = try bench.catalog.table(try TableName(parsing: "shop.orders"))
        #expect(record.definition.columns.map(\.name) == ["id", "name"])
        #expect(record.definition.partitionKeys.map(\.type) == [.date])
        #expect(record.definition.comment == "All orders.")
        #expect(record.definition.location == bench.directory.path(".sluice/tables/shop/orders"))
        #expect(record.rowCount == 8 && record.version == 1 && record.fileCount == 6 && record.partitionCount == 3)
        #expect(try bench.catalog.partitions(of: record.definition.name).map(\.values) == [["1970-01-02"], ["1970-01-03"], ["1970-01-04"]])
        let source = try await bench.source("table: Shop.Orders")
        #expect(source.schema.fields == record.definition.columns.map(\.field) + record.definition.partitionKeys.map(\.field))
        let read = try await source.readAll(["day", "id", "name"])
        #expect(read.counts(by: "day") == ["1970-01-02": 2, "1970-01-03": 4, "1970-01-04": 2])
        #expect(read["name"].filter(\.isNull).count == 4)
        #expect(read.rejects.isEmpty)
    }

    @Test("overwrite replaces rows and files; a changed schema is a new version") func overwrite() async throws {
        let name = try TableName(parsing: "shop.orders")
        let first = try Self.orders([1, 2])
        try await bench.run(try await bench.sink("table: shop.orders\npartition_by: day"), first.schema, [[first]])
        try await bench.run(try await bench.sink("table: shop.orders\npartition_by: day"), first.schema, [[first]])
        #expect(try bench.catalog.table(name).version == 1)
        #expect(try bench.catalog.table(name).rowCount == 2)
        let second = try Self.orders([3], channel: [.string("web")])
        try await bench.run(try await bench.sink("table: shop.orders\npartition_by: day"), second.schema, [[second]])
        #expect(try bench.catalog.table(name).version == 2)
        #expect(try bench.catalog.versions(of: name).map { $0.columns.map(\.name) } == [["id", "name", "channel"], ["id", "name"]])
        #expect(TemporaryDirectory.files(below: bench.directory.path(".sluice/tables/shop/orders")).count == 1)
        #expect(try await bench.source("table: shop.orders").readAll(["channel"]).rows == [[.string("web")]])
    }

    // MARK: Tables that others write meanwhile

    private func write(_ days: [Int32], mode: String) async throws {
        let batch = try Self.orders(days)
        try await bench.run(try await bench.sink("table: shop.orders\nmode: \(mode)"), batch.schema, [[batch]])
    }

    private func slice(_ source: any Source, after positions: SourcePositions) async throws -> SourceSlice? {
        let source = try #require(source as? any IncrementalSource)
        return try await source.slice(after: positions, SliceRequest(limitBytes: .max, leavesUnfinished: true))
    }

    @Test("a source that is open finds the files that were added since, and each once") func follows() async throws {
        try await write([1], mode: "append")
        let source = try await bench.source("table: shop.orders")
        let first = try #require(try await slice(source, after: [:]))
        #expect(try await first.source.readAll(["day"]).rows == [[.date(1)]])
        #expect(try await slice(source, after: first.reached()) == nil)
        try await write([2], mode: "append")
        try await write([3], mode: "append")
        let second = try #require(try await slice(source, after: first.reached()))
        #expect(try await second.source.readAll(["day"]).rows == [[.date(2)], [.date(3)]])
        #expect(try await source.readAll(["day"]).rows.count == 3)
    }

    @Test("a table that was overwritten is refused by who went by its files, and read anew by who reads all of it")
    func replaced() async throws {
        try await write([1], mode: "append")
        let source = try await bench.source("table: shop.orders")
        let read = try #require(try await slice(source, after: [:]))
        let split = try #require(try await source.splits().first)
        try await write([1, 2], mode: "overwrite")
        let refused = await sluiceError { _ = try await slice(source, after: read.reached()) }
        #expect(refused?.code.name == "not-incremental" && refused?.message.contains("overwritten or merged") == true, "\(refused as Any)")
        #expect(refused?.remedy?.contains("mode: append") == true)
        #expect(try await slice(source, after: [:])?.source.readAll(["day"]).rows == [[.date(1)], [.date(2)]])
        #expect(try await source.readAll(["day"]).rows == [[.date(1)], [.date(2)]])
        // A file that was listed before is gone.
        let late = await sluiceError { _ = try await source.open(split, SourceRequest(["day"], keepsRaw: false)) }
        #expect(late?.code.name == "table-changed" && late?.isRetriable == true, "\(late as Any)")
    }

    @Test("a table that has other columns since it was planned is refused") func otherColumns() async throws {
        try await write([1], mode: "append")
        let source = try await bench.source("table: shop.orders")
        let batch = try makeBatch([("id", .string, [.string("a")])])
        try await bench.run(try await bench.sink("table: shop.orders\nmode: overwrite"), batch.schema, [[batch]])
        let error = await sluiceError { _ = try await source.splits() }
        #expect(error?.code.name == "table-changed" && error?.isRetriable == false, "\(error as Any)")
    }

    @Test("append adds rows; new columns are null in the old ones, and lost ones in the new") func append() async throws {
        let first = try Self.orders([1])
        try await bench.run(try await bench.sink("table: orders"), first.schema, [[first]])
        let second = try makeBatch([("channel", .string, [.string("app")]), ("id", .int64, [.integer(5)])])
        try await bench.run(try await bench.sink("table: orders\nmode: append"), second.schema, [[second]])
        let source = try await bench.source("table: default.orders")
        #expect(source.schema.names == ["id", "day", "name", "channel"])
        #expect(
            try await source.readAll().rows == [
                [.integer(0), .date(1), .string("day 1; \"x\""), .null], [.integer(5), .null, .null, .string("app")],
            ])
    }

    @Test(
        "rows that a table's other files would not fit cannot be added",
        arguments: [
            ("partition_by: id", SluiceError.Code.invalidOption, "it is not partitioned"),
            ("format: json", .invalidOption, "csv"),
            ("options: {delimiter: \";\"}", .invalidOption, "(delimiter: ;)"),
            ("location: elsewhere", .invalidOption, "its files are in"),
        ]) func misfit(_ option: String, _ code: SluiceError.Code, _ says: String) async throws
    {
        let batch = try Self.orders([1])
        try await bench.run(try await bench.sink("table: orders"), batch.schema, [[batch]])
        let sink = try await bench.sink("table: orders\nmode: append\n\(option)")
        let error = sluiceError { try sink.check(batch.schema) }
        #expect(error?.code == code)
        #expect(error?.message.contains(says) == true, "\(error?.message ?? "none")")
        #expect(error?.remedy?.contains("mode: overwrite") == true)
    }

    @Test("a column whose type changed cannot be added") func changedType() async throws {
        let batch = try Self.orders([1])
        try await bench.run(try await bench.sink("table: orders"), batch.schema, [[batch]])
        let other = try makeBatch([("id", .string, [.string("x")])])
        let sink = try await bench.sink("table: orders\nmode: append")
        #expect(sluiceError { try sink.check(other.schema) }?.code == .typeError)
    }

    @Test("a table without rows is registered, and reads as none") func empty() async throws {
        let batch = try Self.orders([])
        try await bench.run(try await bench.sink("table: orders\npartition_by: day"), batch.schema, [[batch]])
        let source = try await bench.source("table: orders")
        #expect(source.schema.names == ["id", "name", "day"])
        #expect(try await source.readAll().rows.isEmpty)
    }

    @Test("a table over files that no run wrote reads what lies at its location") func found() async throws {
        try bench.directory.write("raw/k=1/a.csv", "id\n1\n")
        try bench.directory.write("raw/k=2/a.csv", "id\n2\n")
        try bench.catalog.putTable(
            TableDefinition(
                name: try TableName(parsing: "raw"), columns: [CatalogColumn("id", .int64)], partitionKeys: [CatalogColumn("k", .int32)],
                location: bench.directory.path("raw"), format: "csv"))
        #expect(try await bench.source("table: raw").readAll().rows == [[.integer(1), .integer(1)], [.integer(2), .integer(2)]])
    }

    @Test("an unknown table is an error with the nearest name, at its place") func unknown() async throws {
        let batch = try Self.orders([1])
        try await bench.run(try await bench.sink("table: shop.orders"), batch.schema, [[batch]])
        let error = try #require(await sluiceError { _ = try await bench.source("table: shop.order") })
        #expect(error.code == .notFound)
        #expect(error.remedy == "did you mean \"shop.orders\"?")
        #expect(error.location == .file(path: "test.yaml", line: 3, column: 10))
        #expect(await sluiceError { _ = try await bench.sink("table: a/b") }?.code == .invalidOption)
    }

    @Test("a file that somebody removed is an error that names it") func removed() async throws {
        let batch = try Self.orders([1])
        try await bench.run(try await bench.sink("table: orders"), batch.schema, [[batch]])
        let source = try await bench.source("table: orders")
        let file = try #require(try bench.catalog.files(of: TableName(parsing: "orders")).first)
        try DiskFiles.removeTree(file.path)
        let error = await sluiceError { _ = try await source.readAll() }
        #expect(error?.code == .fileNotFound)
        #expect(error?.location == .file(path: file.path))
    }
}
