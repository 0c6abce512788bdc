import SluiceCore
import SluicePipelines
import SluiceSQLite
import Testing

@testable import SluiceConnectors

@Suite("SQLite as a source")
struct SQLiteSourceTests {
    private let bench: Workbench

    init() throws { bench = try Workbench() }

    @Test("declared types are the columns' types, and values come as they are")
    func types() async throws {
        try bench.database.execute(
            """
            CREATE TABLE t (
                id INTEGER PRIMARY KEY, name VARCHAR(20), paid BOOLEAN, price DECIMAL(10,2), big TEXT_DECIMAL(38,2), ratio DOUBLE, day DATE,
                at TIMESTAMP, moment TIMESTAMPTZ, raw BLOB);
            INSERT INTO t VALUES (7, 'Ü', 1, '12.34', '123456789012345678901234567890123456.78', 0.5, '2024-02-29', '2024-02-29 10:00:00.5',
                '2024-02-29T10:00:00+01:00', x'00ff');
            INSERT INTO t (id) VALUES (9);
            """)
        let source = try await bench.source("sqlite: shop.db\ntable: t")
        #expect(
            source.schema.fields.map(\.type.description) == [
                "int64", "string", "boolean", "decimal(10,2)", "decimal(38,2)", "float64", "date", "timestamp", "timestamptz", "binary",
            ])
        let read = try await source.readAll()
        #expect(read.rejects.isEmpty && source.notices.isEmpty)
        #expect(
            read.rows[0] == [
                .integer(7), .string("Ü"), .boolean(true), .decimal(1234, scale: 2),
                .decimal(12_345_678_901_234_567_890_123_456_789_012_345_678, scale: 2), .float(0.5), .date(19_782),
                .timestamp(1_709_200_800_500_000, zoned: false), .timestamp(1_709_197_200_000_000, zoned: true), .binary([0, 255]),
            ])
        #expect(read.rows[1] == [.integer(9)] + [Value](repeating: .null, count: 9))
        #expect(
            read.origins == [.shard(stream: "shop.db", shard: "t", sequence: "7"), .shard(stream: "shop.db", shard: "t", sequence: "9")])
    }

    @Test("a value that does not fit its column's type is a bad record with its row, and the others are read")
    func misfits() async throws {
        try bench.database.execute(
            """
            CREATE TABLE t (id INTEGER, n INTEGER, day DATE, price DECIMAL(4,2), s TEXT);
            INSERT INTO t VALUES (1, 'x', null, null, 'a'), (2, 1.5, null, null, 'a'), (3, 3, '2024-13-01', null, 'a'),
                (4, 4, null, '123.45', 'a'), (5, 5, null, '1.234', 'a'), (6, 6, '2024-01-01', 1, x'00'), (7, 7, '2024-01-01', 1.25, 'good');
            """)
        let read = try await bench.source("sqlite: shop.db\ntable: t").readAll()
        #expect(read["id"] == [.integer(7)])
        #expect(read.rejects.map(\.error.column) == ["n", "n", "day", "price", "price", "s"])
        #expect(Set(read.rejects.map(\.error.code)) == [.valueDoesNotFit])
        #expect(read.rejects[0].error.message == "the text \"x\" does not fit the type int64")
        #expect(read.rejects[0].location == .shard(stream: "shop.db", shard: "t", sequence: "1"))
        #expect(String(decoding: read.rejects[0].raw, as: UTF8.self) == #"{"id":1,"n":"x","day":null,"price":null,"s":"a"}"#)
    }

    @Test("a declared choice keeps what a column mixes; a column without a type is inferred, with a notice")
    func choices() async throws {
        try bench.database.execute("CREATE TABLE t (n INTEGER, v, w); INSERT INTO t VALUES (1, 1, 1), ('x', 2.5, 'a'), (2.5, null, x'01')")
        let source = try await bench.source("sqlite: shop.db\ntable: t\ncolumns: {n: \"choice<int64, float64, string>\"}")
        #expect(
            source.schema.fields.map(\.type.description) == ["choice<int64, float64, string>", "float64", "choice<int64, string, binary>"])
        #expect(source.notices.count == 1 && source.notices[0].contains("v float64, w choice<int64, string, binary>"))
        let read = try await source.readAll()
        #expect(read.rejects.isEmpty)
        #expect(read["n"] == [.integer(1), .string("x"), .float(2.5)])
        #expect(read["v"] == [.float(1), .float(2.5), .null])
        #expect(read["w"] == [.integer(1), .string("a"), .binary([1])])
    }

    @Test("texts that are no UTF-8 are bad records")
    func encoding() async throws {
        try bench.database.execute("CREATE TABLE t (s TEXT); INSERT INTO t VALUES (CAST(x'ff' AS TEXT)), ('a')")
        let read = try await bench.source("sqlite: shop.db\ntable: t").readAll()
        #expect(read["s"] == [.string("a")])
        #expect(read.rejects.map(\.error.code) == [.invalidEncoding])
    }

    @Test("a query's columns have the types of the tables, and those of expressions are inferred")
    func query() async throws {
        try bench.database.execute("CREATE TABLE t (id INTEGER, day DATE); INSERT INTO t VALUES (1, '2024-01-01'), (2, '2024-01-02')")
        let source = try await bench.source("sqlite: shop.db\nquery: \"SELECT id * 2 AS twice, day FROM t WHERE id > 1; \"")
        #expect(source.schema.fields.map { "\($0.name) \($0.type)" } == ["twice int64", "day date"])
        let read = try await source.readAll(["day", "twice"])
        #expect(read.rows == [[.date(19_724), .integer(4)]])
    }

    @Test("a large table is read in parts that see one state, and every row is in one of them")
    func splits() async throws {
        try bench.database.execute(
            """
            PRAGMA journal_mode = wal; CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER);
            WITH RECURSIVE c(x) AS (SELECT -1000 UNION ALL SELECT x + 1 FROM c WHERE x < 399999) INSERT INTO t SELECT x, 0 FROM c;
            """)
        let source = try await bench.source("sqlite: shop.db\ntable: t")
        let splits = try await source.splits()
        #expect(splits.count == 4)
        let first = try await source.open(splits[2], SourceRequest(["id", "n"], keepsRaw: false))
        try bench.database.execute("UPDATE t SET n = 1; INSERT INTO t VALUES (400000, 1), (-2000, 1)")
        var ids: [Int64] = []
        func take(_ reader: any SplitReader) async throws {
            try await reader.forEachBatch { read in
                guard case .int64(let numbers) = read.batch.columns[0].storage, case .int64(let marks) = read.batch.columns[1].storage
                else {
                    return
                }
                ids += numbers
                #expect(marks.allSatisfy { $0 == 0 })
            }
        }
        for index in [0, 1, 3] { try await take(try await source.open(splits[index], SourceRequest(["id", "n"], keepsRaw: false))) }
        try await take(first)
        #expect(ids.sorted() == Array(-1_000...399_999))
        let again = try await source.readAll(["id"])
        #expect(again.rows.count == 401_002)
    }

    @Test("tables without row numbers and views are read whole", arguments: ["w", "v"])
    func whole(_ table: String) async throws {
        try bench.database.execute(
            "CREATE TABLE w (k TEXT PRIMARY KEY, rowid INTEGER) WITHOUT ROWID; INSERT INTO w VALUES ('a', 1), ('b', 2); CREATE VIEW v AS SELECT * FROM w"
        )
        let read = try await bench.source("sqlite: shop.db\ntable: \(table)").readAll()
        #expect(read.rows == [[.string("a"), .integer(1)], [.string("b"), .integer(2)]])
    }

    @Test(
        "what is wrong with a source is said where it stands",
        arguments: [
            ("sqlite: none.db\ntable: t", SluiceError.Code.fileNotFound, "check the path"),
            ("sqlite: shop.db\ntable: oders", .notFound, "did you mean \"orders\"?"),
            ("sqlite: shop.db", .missingKey, "table: orders"),
            ("sqlite: shop.db\ntable: orders\nquery: SELECT 1", .invalidOption, "keep one"),
            ("sqlite: shop.db\nquery: DELETE FROM orders", .databaseStatement, "SELECT"),
            ("sqlite: shop.db\nquery: SELECT ?", .databaseStatement, "parameters"),
            ("sqlite: shop.db\ntable: orders\ncursor: idd", .unknownColumn, "did you mean \"id\"?"),
            ("sqlite: shop.db\ntable: orders\ncolumns: {idd: int64}", .unknownColumn, "did you mean \"id\"?"),
            ("sqlite: shop.db\ntable: orders\ncolumns: {id: list<int64>}", .unsupported, "string"),
        ])
    func faults(_ yaml: String, _ code: SluiceError.Code, _ remedy: String) async throws {
        try bench.database.execute("CREATE TABLE orders (id INTEGER)")
        let error = await sluiceError { _ = try await bench.source(yaml) }
        #expect(error?.code == code)
        #expect(error?.remedy?.contains(remedy) == true, "\(String(describing: error))")
    }
}
