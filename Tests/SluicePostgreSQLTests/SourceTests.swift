#if PostgreSQL
import SluiceConnectors
import SluiceCore
import SluicePipelines
import SluicePostgreSQL
import SluiceTestKit
import Testing

@Suite("PostgreSQL as a source", .enabled(if: Server.connection != nil, "SLUICE_POSTGRES names no server: run scripts/test-postgres"))
struct SourceTests {
    private let server: Server

    init() throws { server = try Server() }

    @Test("every type comes as it is")
    func types() async throws {
        try server.execute(
            """
            SET TimeZone = 'Asia/Tokyo'; CREATE TYPE mood AS ENUM ('sad', 'glad');
            CREATE TABLE t (
                flag boolean, s smallint, i integer, b bigint, r real, d double precision, n numeric(10,2), wide numeric(38,10), text text, v varchar(5),
                u uuid, j jsonb, raw bytea, day date, at timestamp, moment timestamptz, numbers integer[], names text[], m mood, span interval);
            INSERT INTO t VALUES (true, -32768, 2147483647, 9223372036854775807, 0.1, 0.1, 12.30, 1234567890123456789012345678.0123456789,
                E'a\\tb\\n\\\\N\\u00fc', 'x', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a": [1, null]}', '\\x00ff', '2024-02-29',
                '2024-02-29 10:00:00.5', '2024-02-29 10:00:00+09', '{1,NULL,-3}', ARRAY['', 'a,"b"\\', NULL, 'NULL', '{}'], 'glad', '1 day 2 hours');
            INSERT INTO t DEFAULT VALUES; INSERT INTO t (r, d) VALUES ('NaN', '-Infinity');
            """)
        let source = try await server.source("table: t")
        #expect(
            source.schema.fields.map(\.type.description) == [
                "boolean", "int16", "int32", "int64", "float32", "float64", "decimal(10,2)", "decimal(38,10)", "string", "string", "string",
                "string", "binary", "date", "timestamp", "timestamptz", "list<int32>", "list<string>", "string", "string",
            ])
        let (rows, rejects) = try await source.readAll()
        #expect(rejects.isEmpty)
        #expect(
            rows[0] == [
                .boolean(true), .integer(-32_768), .integer(2_147_483_647), .integer(.max), .float(Double(Float(0.1))), .float(0.1),
                .decimal(1230, scale: 2), .decimal(12_345_678_901_234_567_890_123_456_780_123_456_789, scale: 10), .string("a\tb\n\\Nü"),
                .string("x"), .string("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"), .string("{\"a\": [1, null]}"), .binary([0, 255]),
                .date(19_782),
                .timestamp(1_709_200_800_500_000, zoned: false), .timestamp(1_709_168_400_000_000, zoned: true),
                .list([.integer(1), .null, .integer(-3)]),
                .list([.string(""), .string("a,\"b\"\\"), .null, .string("NULL"), .string("{}")]), .string("glad"), .string("P1DT2H"),
            ])
        #expect(rows[1] == [Value](repeating: .null, count: 20))
        guard case .float(let single) = rows[2][4] else { return #expect(Bool(false)) }
        #expect(single.isNaN && rows[2][5] == .float(-.infinity))
    }

    @Test("values that no type of ours holds are bad records with the row as it came, and the others are read")
    func misfits() async throws {
        try server.execute(
            """
            CREATE TABLE t (id integer, day date, n numeric(5,1), a integer[]);
            INSERT INTO t VALUES (1, 'infinity', null, null), (2, '0044-03-15 BC', null, null), (3, null, 'NaN', null), (4, null, null, '{{1},{2}}'),
                (5, null, null, '[0:0]={1}'), (6, '2024-01-01', 1.5, '{}');
            """)
        let (rows, rejects) = try await server.source("table: t").readAll()
        #expect(rows.map { $0[0] } == [.integer(6)])
        #expect(rejects.map(\.error.column) == ["day", "day", "n", "a", "a"])
        #expect(String(decoding: rejects[0].raw, as: UTF8.self) == #"{"id":1,"day":"infinity","n":null,"a":null}"#)
        let narrow = try await server.source("table: t, columns: {id: int8, day: string}").readAll(["id", "day"])
        #expect(narrow.rejects.isEmpty && narrow.rows[0] == [.integer(1), .string("infinity")])
    }

    @Test("a numeric without digits is a text, with a notice, unless it is declared")
    func numerics() async throws {
        try server.execute("CREATE TABLE t (n numeric); INSERT INTO t VALUES ('123456789012345678901234567890123456789012345.5'), (1.50)")
        let open = try await server.source("table: t")
        #expect(open.schema.fields[0].type == .string && open.notices.count == 1)
        #expect(try await open.readAll().rows[0] == [.string("123456789012345678901234567890123456789012345.5")])
        let declared = try await server.source("table: t, columns: {n: \"decimal(38,2)\"}").readAll()
        #expect(declared.rows == [[.decimal(150, scale: 2)]] && declared.rejects.count == 1)
    }

    @Test("a large table is read in parts that see one state; queries and views are read whole")
    func parts() async throws {
        try server.execute(
            "CREATE TABLE t AS SELECT n, repeat('x', 300) AS filler FROM generate_series(1, 200000) n; CREATE VIEW v AS SELECT n FROM t")
        let source = try await server.source("table: t")
        let splits = try await source.splits()
        #expect(splits.count > 1)
        var numbers: [Int64] = []
        for (index, split) in splits.enumerated() {
            let reader = try await source.open(split, SourceRequest(["n"], keepsRaw: false))
            if index == 0 { try server.execute("UPDATE t SET n = -n WHERE n > 100; INSERT INTO t VALUES (0, '')") }
            try await reader.forEachBatch { read in
                if case .int32(let values) = read.batch.columns[0].storage { numbers += values.map(Int64.init) }
            }
        }
        #expect(numbers.sorted() == Array(1...200_000))
        #expect(try await server.source("table: v").readAll().rows.count == 200_001)
        #expect(try await server.source("query: \"SELECT n FROM t WHERE n BETWEEN 0 AND 9;\"").readAll().rows.count == 10)
    }

    @Test("what is wrong is said with the code of the server and a remedy")
    func faults() async throws {
        try server.execute("CREATE TABLE orders (id integer, note point)")
        for (options, code, text) in [
            ("table: order", SluiceError.Code.notFound.name, "did you mean \"orders\"?"),
            ("table: a.b.c", "invalid-option", "schema.table"),
            ("query: SELECT nothing FROM orders", "database-statement", "SQLSTATE 42703"),
            ("query: SELECT $1", "database-statement", "parameter"),
            ("table: orders, cursor: note", "invalid-option", "number"),
            ("table: orders, columns: {idd: int64}", "unknown-column", "\"id\""),
            ("table: orders, password_secret: nothing", "not-found", "sluice secrets set nothing"),
        ] {
            let error = await sluiceError { _ = try await server.source(options) }
            #expect(error?.code.name == code, "\(options): \(String(describing: error))")
            let told = "\(error?.message ?? "") \(error?.remedy ?? "")"
            #expect(told.contains(text), "\(String(describing: error))")
        }
    }

    // MARK: Cursors

    private func ids(_ source: any Source, _ positions: inout SourcePositions, limit: Int64 = .max) async throws -> [Value]? {
        let incremental = try #require(source as? any IncrementalSource)
        guard let slice = try await incremental.slice(after: positions, SliceRequest(limitBytes: limit, leavesUnfinished: false)) else {
            return nil
        }
        let rows = try await slice.source.readAll(["id"]).rows.map { $0[0] }
        positions.merge(slice.reached()) { $1 }
        return rows
    }

    @Test(
        "rows come once in the order of the cursor, also those with the last value that come later",
        arguments: [
            ("timestamptz", "'2024-01-01'", "'2024-01-02 00:00:00.000001'"), ("numeric", "1.5", "1.50"), ("numeric(9,3)", "1.5", "1.501"),
            ("text", "'a''b'", "'ä'"), ("double precision", "0.1", "0.30000000000000004"), ("date", "'2024-01-01'", "'2024-01-02'"),
            ("uuid", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "'b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"), ("varchar(9)", "'A'", "'a'"),
        ])
    func cursors(_ type: String, _ low: String, _ high: String) async throws {
        try server.execute(
            "CREATE TABLE t (id integer, at \(type)); INSERT INTO t VALUES (1, \(high)), (2, \(low)), (3, \(high)), (4, null)")
        var positions: SourcePositions = [:]
        let source = try await server.source("table: t, cursor: at")
        #expect(Set(try await ids(source, &positions) ?? []) == [.integer(1), .integer(2), .integer(3)])
        #expect(try await ids(source, &positions) == nil)
        try server.execute("INSERT INTO t VALUES (5, \(high)), (5, \(high)); UPDATE t SET id = 6 WHERE id = 1")
        #expect(try await ids(source, &positions)?.map(\.description).sorted() == ["5", "5", "6"])
        #expect(try await ids(source, &positions) == nil)
    }

    @Test("a slice ends by its bytes anywhere, and the next goes on behind it")
    func slices() async throws {
        try server.execute("CREATE TABLE t AS SELECT n AS id, n / 7 AS at FROM generate_series(0, 19999) n ORDER BY random()")
        var positions: SourcePositions = [:]
        var all: [Value] = []
        var slices = 0
        let source = try await server.source("table: t, cursor: at")
        while let rows = try await ids(source, &positions, limit: 1) {
            all += rows
            slices += 1
        }
        #expect(Set(all).count == 20_000 && all.count == 20_000)
        #expect(slices == 3)
    }

    @Test("rows that come with a later column are not read without it")
    func laterColumn() async throws {
        try server.execute("CREATE TABLE t (id integer, a text); INSERT INTO t VALUES (1, 'x')")
        var positions: SourcePositions = [:]
        let source = try await server.source("table: t, cursor: id")
        #expect(try await ids(source, &positions) == [.integer(1)])
        try server.execute("BEGIN; ALTER TABLE t ADD COLUMN b text; INSERT INTO t VALUES (2, 'y', 'B'); COMMIT")
        let before = positions
        let error = await sluiceError { _ = try await ids(source, &positions) }
        #expect(
            error?.code.name == "new-fields" && error?.message.contains("columns that were not known: b") == true,
            "\(String(describing: error))")
        #expect(positions == before)
        #expect(try await ids(try await server.source("table: t, cursor: id"), &positions) == [.integer(2)])
    }
}
#endif
