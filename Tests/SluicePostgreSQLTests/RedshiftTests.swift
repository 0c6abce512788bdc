#if PostgreSQL
import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluiceEngine
import SluicePipelines
import SluiceTestKit
import Testing

/// Loads through a bucket into a PostgreSQL that stands in for Redshift; what Redshift itself makes of COPY is not tried here.
@Suite("Redshift as a sink", .enabled(if: Server.connection != nil, "SLUICE_POSTGRES names no server: run scripts/test-postgres"))
struct RedshiftTests {
    private static let steps: [CommitStep] = [
        .prepared, .recorded, .cleared, .published(chunk: 0), .published(chunk: 1), .landed, .struckOff,
    ]
    private static let rows = 2_500

    private let warehouse: Warehouse
    private var server: Server { warehouse.server }

    init() throws { warehouse = try Warehouse() }

    private func failure(
        _ options: String, _ csv: String = "id,name\n1,a\n", role: String? = Warehouse.role
    ) async -> SluiceError? {
        await sluiceError { try await warehouse.load(options, csv, role: role) }
    }

    @Test("values of every type arrive as they are, and nested ones as JSON")
    func types() async throws {
        try server.execute(
            """
            CREATE TABLE a (flag boolean, s smallint, i integer, b bigint, r real, d double precision, n numeric(38,10), txt text, day date,
                at timestamp, moment timestamptz, numbers bigint[]);
            INSERT INTO a VALUES (true, -1, 2, 9223372036854775807, 0.1, 0.1, 1234567890123456789012345678.0123456789,
                E'a\\tb\\r\\n\\\\N\\\\.", \\u00fc', '2024-02-29', '2024-02-29 10:00:00.000001', '2024-02-29 10:00:00+09', '{1,NULL}'),
                (false, null, null, null, 'NaN', '-Infinity', null, '', null, null, null, '{}'), (null, null, null, null, null, null, null, null,
                null, null, null, null);
            """)
        try await warehouse.run("source: {postgresql: \"SERVER\", table: a}\nsink: \(warehouse.sink("B"))\n")
        let columns = "flag, s, i, b, r, d, n, txt, day, at, moment"
        #expect(try server.rows("SELECT \(columns) FROM a ORDER BY flag") == server.rows("SELECT \(columns) FROM b ORDER BY flag"))
        #expect(try server.rows("SELECT numbers FROM b ORDER BY flag") == [["[]"], ["[1,null]"], [nil]])
        let types =
            "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'b'::regclass AND attnum > 0 ORDER BY attnum"
        #expect(
            try server.rows(types).compactMap(\.[0]) == [
                "boolean", "smallint", "integer", "bigint", "real", "double precision", "numeric(38,10)", "character varying(65535)",
                "date",
                "timestamp without time zone", "timestamp with time zone", "character varying(65535)",
            ])
        #expect(warehouse.keys == [], "staged files are removed")
    }

    @Test("append adds, overwrite replaces, upsert replaces by keys; columns that the rows lack stay")
    func modes() async throws {
        try await warehouse.load("t", "id,name\n1,a\n2,b\n")
        try await warehouse.load("t, mode: append", "id,name\n3,\n")
        #expect(try server.rows("SELECT * FROM t ORDER BY id") == [["1", "a"], ["2", "b"], ["3", nil]])
        try await warehouse.load("t, mode: overwrite", "id,name\n4,d\n")
        #expect(try server.rows("SELECT * FROM t") == [["4", "d"]])
        try await warehouse.load("public.U, mode: upsert, keys: ID", "ID,name\n1,a\n2,b\n1,c\n", columns: "{ID: int64, name: string}")
        #expect(try server.rows("SELECT id, name FROM u ORDER BY id") == [["1", "c"], ["2", "b"]])
        // Rows with all columns are replaced; keys alone tell them apart, whatever the table enforces.
        try server.execute("ALTER TABLE u DROP CONSTRAINT u_pkey")
        try await warehouse.load("u, mode: upsert, keys: id", "id,name\n2,d\n3,e\n2,f\n")
        #expect(try server.rows("SELECT * FROM u ORDER BY id") == [["1", "c"], ["2", "f"], ["3", "e"]])
        try server.execute("ALTER TABLE u ADD COLUMN note varchar(10) DEFAULT 'new'; UPDATE u SET note = 'kept'")
        try await warehouse.load("u, mode: upsert, keys: id", "id,name\n3,g\n4,h\n")
        #expect(
            try server.rows("SELECT * FROM u ORDER BY id") == [
                ["1", "c", "kept"], ["2", "f", "kept"], ["3", "g", "kept"], ["4", "h", "new"],
            ])
        try await warehouse.load("u, mode: overwrite", "id,name\n")
        #expect(try server.rows("SELECT * FROM u") == [], "a run without rows replaces them all the same")
    }

    @Test("a new column is given to the table; what a table cannot hold is refused before anything is loaded")
    func differences() async throws {
        try server.execute(
            "CREATE TABLE n (id bigint NOT NULL); CREATE TABLE w (id integer, name varchar(3)); CREATE VIEW v AS SELECT 1 AS id")
        #expect(await failure("n")?.remedy?.contains("on_new_column: add") == true)
        try await warehouse.load("n, on_new_column: add", "id,name\n1,a\n")
        #expect(try server.rows("SELECT id, name FROM n") == [["1", "a"]])
        #expect(await failure("w")?.message.contains("narrower") == true)
        #expect(await failure("v")?.message.contains("is no table") == true)
        #expect(await failure("sluice_commits")?.code.name == "invalid-option")
        try server.execute("ALTER TABLE w ALTER COLUMN id TYPE bigint")
        let long = await failure("w", "id,name\n1,äß\n")
        #expect(long?.message.contains("has 4 bytes, and table public.w") == true, "\(String(describing: long))")
        #expect(try server.rows("SELECT * FROM w") == [] && server.catalog().nextPublication(of: "p", after: 0) == nil)
    }

    @Test(
        "whatever step a run stops after, the next one leaves every row once, and no files", arguments: steps,
        ["append", "upsert", "overwrite"])
    func stopped(_ step: CommitStep, _ mode: String) async throws {
        let filler = String(repeating: "x", count: 1_000)
        func add(_ first: Int) throws {
            let lines = (first..<first + Self.rows).map { "\($0 % 4_000),\($0),\(filler)" }
            try server.directory.write("in/\(first).csv", "id,n,filler\n" + lines.joined(separator: "\n") + "\n")
        }
        let text = """
            source: {files: in/*.csv, format: csv, columns: {id: int64, n: int64, filler: string}}
            sink: \(warehouse.sink("t, mode: \(mode)\(mode == "upsert" ? ", keys: id" : "")"))
            incremental: \(mode != "overwrite")
            """
        func expected(_ count: Int) -> Int { mode == "upsert" ? min(count, 4_000) : count }
        try add(0)
        try await warehouse.run(text)
        try add(Self.rows)
        if let error = await sluiceError({ try await warehouse.run(text, stoppingAt: step) }) {
            #expect(error.code == .interrupted, "\(error)")
        }
        if case .published = step { #expect(!warehouse.keys.isEmpty, "some files are in the bucket") }
        if step == .landed { #expect(warehouse.keys.contains { $0.hasSuffix("/manifest.json") }) }
        let between = try server.rows("SELECT count(*), count(DISTINCT n) FROM t")
        let whole = [expected(Self.rows), expected(2 * Self.rows)].map { count in ["\(count)", "\(count)"] as [String?] }
        #expect(whole.contains(between[0]), "whole or not at all: \(between)")
        try await warehouse.run(text)
        let comment: Comment = "\(step)"
        #expect(
            try server.rows("SELECT count(*), count(DISTINCT n), max(n) FROM t") == [
                ["\(expected(2 * Self.rows))", "\(expected(2 * Self.rows))", "\(2 * Self.rows - 1)"]
            ], comment)
        #expect(try server.catalog().nextPublication(of: "p", after: 0) == nil, comment)
        #expect(server.directory.files(below: ".sluice/outbox").isEmpty && warehouse.keys == [], comment)
    }

    @Test("what is owed is loaded once by several at the same time, and its files are gone")
    func recovered() async throws {
        try server.directory.write("in.csv", "id\n1\n2\n")
        let text = "source: {files: in.csv, format: csv, columns: {id: int64}}\nsink: \(warehouse.sink("t"))\n"
        _ = await sluiceError { try await warehouse.run(text, stoppingAt: .recorded) }
        let pending = try #require(try server.catalog().nextPublication(of: "p", after: 0))
        guard case .connector(let end) = pending.publication.target else { return #expect(Bool(false)) }
        let target = try RedshiftConnector(warehouse.standIn).target(end.settings, in: server.catalog())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                let support = PublicationSupport(try server.catalog())
                group.addTask { try await target.put(pending, support) }
            }
            try await group.waitForAll()
        }
        #expect(try server.rows("SELECT count(*) FROM t") == [["2"]])
        #expect(try await server.recover(warehouse.connectors).map(\.failure?.code) == [nil])
        #expect(try server.rows("SELECT count(*) FROM t") == [["2"]] && warehouse.keys == [])
    }
}
#endif
