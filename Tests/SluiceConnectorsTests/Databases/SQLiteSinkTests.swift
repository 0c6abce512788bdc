import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceSQLite
import SluiceTestKit
import Testing

@testable import SluiceConnectors

@Suite("SQLite as a sink")
struct SQLiteSinkTests {
    private let bench: Workbench

    init() throws { bench = try Workbench() }

    private func orders(_ ids: [Int64?], _ names: [String?]) throws -> Batch {
        try makeBatch([
            ("id", .int64, ids.map { $0.map { .integer($0) } ?? .null }), ("name", .string, names.map { $0.map { .string($0) } ?? .null }),
        ])
    }

    private func write(_ options: String, _ batch: Batch) async throws {
        try await bench.run(try await bench.sink("sqlite: shop.db\ntable: orders\n\(options)"), batch.schema, [[batch]])
    }

    private func failure(_ options: String, _ batch: Batch) async -> SluiceError? {
        await sluiceError { try await write(options, batch) }
    }

    @Test("values of every type come back as they were written, and the table says their types")
    func types() async throws {
        let batch = try makeBatch([
            ("flag", .boolean, [.boolean(true), .null]), ("small", .int8, [.integer(-128), .null]),
            ("big", .int64, [.integer(.max), .null]),
            ("single", .float32, [.float(0.5), .null]), ("ratio", .float64, [.float(.nan), .float(-.infinity)]),
            ("price", .decimal(precision: 15, scale: 2), [.decimal(123_456_789_012_345, scale: 2), .decimal(-1, scale: 2)]),
            ("tiny", .decimal(precision: 15, scale: 9), [.decimal(123, scale: 9), .decimal(-999_999_999_999_999, scale: 9)]),
            ("exact", .decimal(precision: 38, scale: 3), [.decimal(99_999_999_999_999_999_999_999_999_999_999_999_999, scale: 3), .null]),
            ("name", .string, [.string("007"), .string("")]), ("raw", .binary, [.binary([0, 255]), .binary([])]),
            ("day", .date, [.date(19_782), .null]), ("at", .timestamp(zoned: false), [.timestamp(-1, zoned: false), .null]),
            ("moment", .timestamp(zoned: true), [.timestamp(1_709_200_800_500_000, zoned: true), .null]),
        ])
        try await write("mode: append", batch)
        let source = try await bench.source("sqlite: shop.db\ntable: orders")
        #expect(
            source.schema.fields.map(\.type.description) == [
                "boolean", "int64", "int64", "float64", "float64", "decimal(15,2)", "decimal(15,9)", "decimal(38,3)", "string", "binary",
                "date",
                "timestamp",
                "timestamptz",
            ])
        let read = try await source.readAll()
        #expect(read.rejects.isEmpty)
        for row in 0..<2 {
            for (column, value) in zip(batch.columns, read.rows[row]) {
                if case .float(let number) = column[row], number.isNaN { continue }
                #expect(value == column[row])
            }
        }
        guard case .float(let number) = read["ratio"][0] else { return #expect(Bool(false)) }
        #expect(number.isNaN)
        #expect(try bench.database.rows("SELECT moment FROM orders")[0] == [.text("2024-02-29 10:00:00.500+00:00")])
    }

    @Test("nested values are JSON texts")
    func nested() async throws {
        let batch = try makeBatch([
            ("tags", .list(.string), [.list([.string("a")])]),
            ("point", .structure([Field("x", .int64)]), [.structure([.init("x", .integer(1))])]),
        ])
        try await write("", batch)
        #expect(try bench.database.rows("SELECT * FROM orders") == [[.text("[\"a\"]"), .text("{\"x\":1}")]])
    }

    @Test("append adds, overwrite replaces, also by nothing")
    func modes() async throws {
        try await write("", try orders([1, 2], ["a", "b"]))
        try await write("mode: append", try orders([3], ["c"]))
        #expect(try bench.database.rows("SELECT id FROM orders") == [[.integer(1)], [.integer(2)], [.integer(3)]])
        try await write("mode: overwrite", try orders([4], [nil]))
        #expect(try bench.database.rows("SELECT * FROM orders") == [[.integer(4), .null]])
        try await write("mode: overwrite", try orders([], []))
        #expect(try bench.database.count("orders") == 0)
    }

    @Test("upsert replaces rows by their keys, the last row of a key wins, and columns that the rows lack stay")
    func upsert() async throws {
        try await write("mode: upsert\nkeys: id", try orders([1, 2, 1], ["a", "b", "c"]))
        try bench.database.execute("ALTER TABLE orders ADD COLUMN note TEXT DEFAULT 'new'; UPDATE orders SET note = 'kept'")
        try await write("mode: upsert\nkeys: id", try orders([2, 3], ["d", "e"]))
        #expect(
            try bench.database.rows("SELECT * FROM orders ORDER BY id") == [
                [.integer(1), .text("c"), .text("kept")], [.integer(2), .text("d"), .text("kept")],
                [.integer(3), .text("e"), .text("new")],
            ])
        let null = await failure("mode: upsert\nkeys: id", try orders([nil], ["x"]))
        #expect(null?.code == .databaseConstraint && null?.message.contains("\"id\"") == true)
        #expect(try bench.database.count("orders") == 3)
    }

    @Test("a table without a unique index of the keys is refused, with the statement that makes it")
    func upsertWithoutIndex() async throws {
        try bench.database.execute("CREATE TABLE orders (id INTEGER, name TEXT, UNIQUE (id, name))")
        let error = await failure("mode: upsert\nkeys: id", try orders([1], ["a"]))
        #expect(error?.code == .schemaMismatch && error?.remedy?.contains("CREATE UNIQUE INDEX … ON \"orders\" (\"id\")") == true)
        try await write("mode: upsert\nkeys: [name, id]", try orders([1, 1], ["a", "a"]))
        #expect(try bench.database.count("orders") == 1)
    }

    @Test("a new column fails, is added, or is left out, as the definition says")
    func newColumns() async throws {
        try bench.database.execute("CREATE TABLE orders (id INTEGER)")
        let batch = try orders([1], ["a"])
        let error = await failure("", batch)
        #expect(error?.code == .schemaMismatch && error?.remedy?.contains("on_new_column: add") == true)
        try await write("on_new_column: ignore", batch)
        try await write("on_new_column: add", batch)
        #expect(try bench.database.rows("SELECT id, name FROM orders") == [[.integer(1), .null], [.integer(1), .text("a")]])
    }

    @Test(
        "a column that would change values, or needs some that the rows lack, is refused before anything is written",
        arguments: [
            ("id INTEGER, name INTEGER", "texts that look like numbers"), ("id TEXT, name TEXT", "int64"), ("id DATE, name TEXT", "int64"),
            ("id INTEGER, name TEXT, shop TEXT NOT NULL", "\"shop\""), ("id INTEGER, name TEXT AS (id)", "computed"),
            ("other TEXT", "\"id\""),
        ])
    func misfits(_ columns: String, _ text: String) async throws {
        try bench.database.execute("CREATE TABLE orders (\(columns))")
        let error = await failure("", try orders([1], ["a"]))
        #expect(error?.code == .schemaMismatch && error?.message.contains(text) == true, "\(String(describing: error))")
        #expect(try bench.database.count("orders") == 0)
    }

    @Test("a row that breaks a rule of the table ends the run before it is committed", arguments: ["CHECK (id < 3)", "UNIQUE"])
    func rules(_ rule: String) async throws {
        try bench.database.execute("CREATE TABLE orders (id INTEGER \(rule), name TEXT); INSERT INTO orders VALUES (1, 'old')")
        let error = await failure("", try orders([2, 1, 5], ["a", "b", "c"]))
        #expect(error?.code == .databaseConstraint && error?.message.contains("the row is {") == true, "\(String(describing: error))")
        #expect(try bench.database.count("orders") == 1)
        #expect(try bench.catalog.nextPublication(of: "test", after: 0) == nil)
    }

    @Test("a publication that the table has is not put there again, and one of another state is")
    func marks() async throws {
        let batch = try orders([1], ["a"])
        let sink = try await bench.sink("sqlite: shop.db\ntable: orders")
        try sink.check(batch.schema)
        let run = try bench.begin(sink)
        let staged = try await bench.stage(sink, batch.schema, run.text, [[batch]])
        try bench.catalog.commit(try sink.commit(schema: batch.schema, run: run.text, staged: staged), run: run, report: RunReport())
        let pending = try #require(try bench.catalog.nextPublication(of: "test", after: 0))
        guard case .connector(let end) = pending.publication.target else { return #expect(Bool(false)) }
        let target = try SQLiteConnector().target(end.settings, in: bench.catalog)
        for _ in 1...3 { try await target.put(pending, PublicationSupport(bench.catalog)) }
        #expect(try bench.database.count("orders") == 1)
        try await target.put(pending, PublicationSupport(try Catalog(home: bench.directory.path("other"))))
        #expect(try bench.database.count("orders") == 2)
        try bench.database.execute("UPDATE sluice_commits SET publication = publication + 1000000")
        let newer = await sluiceError { try await target.put(pending, PublicationSupport(bench.catalog)) }
        #expect(newer?.code == .stateMismatch)
    }

    @Test("a table that was changed between commit and publication is told, with the statement that mends it")
    func changedBetween() async throws {
        try bench.database.execute("CREATE TABLE orders (id INTEGER, name TEXT)")
        let batch = try orders([1], ["a"])
        let sink = try await bench.sink("sqlite: shop.db\ntable: orders")
        let run = try bench.begin(sink)
        let staged = try await bench.stage(sink, batch.schema, run.text, [[batch]])
        try bench.catalog.commit(try sink.commit(schema: batch.schema, run: run.text, staged: staged), run: run, report: RunReport())
        try bench.database.execute("ALTER TABLE orders DROP COLUMN name")
        let error = await sluiceError { try await bench.publish() }
        #expect(error?.code == .schemaMismatch && error?.remedy?.contains("ALTER TABLE \"orders\" ADD COLUMN \"name\" TEXT") == true)
        try bench.database.execute("ALTER TABLE orders ADD COLUMN name TEXT")
        try await bench.publish()
        #expect(try bench.database.rows("SELECT * FROM orders") == [[.integer(1), .text("a")]])
    }

    @Test("rows that take more than the catalog holds are staged in a file, and none is left behind")
    func large() async throws {
        let count = 20_000
        let batch = try orders((0..<Int64(count)).map { $0 }, (0..<count).map { "name \($0)" })
        try await write("", batch)
        #expect(try bench.database.count("orders") == Int64(count))
        #expect(bench.directory.files(below: ".sluice/outbox").isEmpty)
    }

    @Test(
        "what is wrong with a sink is said where it stands",
        arguments: [
            ("mode: upsert", SluiceError.Code.missingKey), ("keys: id", .invalidOption), ("mode: upsert\nkeys: [id, id]", .invalidOption),
            ("mode: upsert\nkeys: [nothing]", .unknownColumn),
        ])
    func faults(_ options: String, _ code: SluiceError.Code) async throws {
        #expect(await failure(options, try orders([1], ["a"]))?.code == code)
    }

    @Test("what is kept with owed rows holds no secret")
    func secrets() async throws {
        KnownSecrets.add("hidden-7f3a91")
        let sink = try await bench.sink("sqlite: hidden-7f3a91.db\ntable: orders")
        let error = sluiceError { try sink.check(try orders([1], ["a"]).schema) }
        #expect(error?.code == .invalidOption && error?.message.contains("7f3a91") == false)
    }

    @Test("the state's own database and the tables of SQLite are no targets; a source of the same table is refused")
    func forbidden() async throws {
        for yaml in [
            "sqlite: .sluice/sluice.sqlite\ntable: runs", "sqlite: shop.db\ntable: sqlite_x", "sqlite: shop.db\ntable: sluice_commits",
        ] {
            #expect(await sluiceError { _ = try await bench.sink(yaml) }?.code == .invalidOption, "\(yaml)")
        }
        try bench.database.execute("CREATE TABLE orders (id INTEGER)")
        let sink = try await bench.sink("sqlite: shop.db\ntable: Orders")
        let source = try await bench.source("sqlite: ./shop.db\ntable: orders")
        #expect(sluiceError { try sink.check(reading: source) }?.code == .invalidOption)
        #expect(sink.guarantee == .exactlyOnce && !sink.replacesEarlierOutput)
        #expect(try await bench.sink("sqlite: shop.db\ntable: a\nmode: overwrite").replacesEarlierOutput)
    }
}
