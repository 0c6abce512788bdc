#if PostgreSQL
import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluiceEngine
import SluicePipelines
import SluicePostgreSQL
import SluiceTestKit
import Testing

@Suite("PostgreSQL as a sink", .enabled(if: Server.connection != nil, "SLUICE_POSTGRES names no server: run scripts/test-postgres"))
struct SinkTests {
    private static let steps: [CommitStep] = [
        .prepared, .recorded, .cleared, .published(chunk: 0), .published(chunk: 1), .landed, .struckOff,
    ]
    private static let rows = 2_500

    private let server: Server

    init() throws { server = try Server() }

    private func write(_ file: String, _ text: String) throws { try server.directory.write(file, text) }

    private func run(_ sink: String, _ csv: String, columns: String = "{id: int64, name: string}") async throws {
        try write("in.csv", csv)
        try await server.run("source: {files: in.csv, format: csv, columns: \(columns)}\nsink: {postgresql: \"SERVER\", \(sink)}\n")
    }

    private func failure(_ sink: String, _ csv: String) async -> SluiceError? { await sluiceError { try await run(sink, csv) } }

    @Test("values of every type come back as they were written, and the table has their types")
    func types() async throws {
        try server.execute(
            """
            CREATE TABLE a (flag boolean, s smallint, i integer, b bigint, r real, d double precision, n numeric(20,2), text text, raw bytea, day date,
                at timestamp, moment timestamptz, numbers bigint[], names text[]);
            INSERT INTO a VALUES (true, -1, 2, 3, 0.1, 0.1, -12.30, E'a\\tb\\r\\n\\\\N\\\\.', '\\x005c', '2024-02-29', '2024-02-29 10:00:00.000001',
                '2024-02-29 10:00:00+09', '{1,NULL}', ARRAY['', 'a,"b"\\', NULL, 'NULL', '{}']), (null, null, null, null, 'NaN', 'Infinity', null, '', '', null,
                null, null, '{}', null);
            """)
        try await server.run("source: {postgresql: \"SERVER\", table: a}\nsink: {postgresql: \"SERVER\", table: b}\n")
        #expect(try server.rows("SELECT * FROM a ORDER BY s") == server.rows("SELECT * FROM b ORDER BY s"))
        let types = "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attnum > 0 AND attrelid = "
        #expect(try server.rows(types + "'a'::regclass ORDER BY attnum") == server.rows(types + "'b'::regclass ORDER BY attnum"))
    }

    @Test("nested values are JSON")
    func nested() async throws {
        try write("in.jsonl", "{\"id\": 1, \"point\": {\"x\": 1.5}, \"all\": [{\"a\": null}]}\n")
        try await server.run("source: {files: in.jsonl, format: json}\nsink: {postgresql: \"SERVER\", table: t}\n")
        #expect(try server.rows("SELECT point->>'x', jsonb_typeof(\"all\") FROM t") == [["1.5", "array"]])
    }

    @Test("append adds, overwrite replaces, upsert replaces by keys; columns that the rows lack stay")
    func modes() async throws {
        try await run("table: t", "id,name\n1,a\n2,b\n")
        try await run("table: t, mode: append", "id,name\n3,\n")
        #expect(try server.rows("SELECT * FROM t ORDER BY id") == [["1", "a"], ["2", "b"], ["3", nil]])
        try await run("table: t, mode: overwrite", "id,name\n4,d\n")
        #expect(try server.rows("SELECT * FROM t") == [["4", "d"]])
        try await run("table: public.u, mode: upsert, keys: id", "id,name\n1,a\n2,b\n1,c\n")
        try server.execute("ALTER TABLE u ADD COLUMN note text DEFAULT 'new'; UPDATE u SET note = 'kept'")
        try await run("table: public.u, mode: upsert, keys: id", "id,name\n2,d\n3,e\n2,f\n")
        #expect(try server.rows("SELECT * FROM u ORDER BY id") == [["1", "c", "kept"], ["2", "f", "kept"], ["3", "e", "new"]])
    }

    @Test("schema differences are refused with a remedy, or followed")
    func differences() async throws {
        try server.execute("CREATE TABLE t (id integer, name text); CREATE TABLE n (id bigint); CREATE TABLE k (id bigint, name text)")
        let narrow = await failure("table: t", "id,name\n1,a\n")
        #expect(narrow?.code.name == "schema-mismatch" && narrow?.message.contains("narrower") == true, "\(String(describing: narrow))")
        let fresh = await failure("table: n", "id,name\n1,a\n")
        #expect(fresh?.remedy?.contains("on_new_column: add") == true, "\(String(describing: fresh))")
        try await run("table: n, on_new_column: ignore", "id,name\n1,a\n")
        try await run("table: n, on_new_column: add", "id,name\n2,b\n")
        #expect(try server.rows("SELECT * FROM n ORDER BY id") == [["1", nil], ["2", "b"]])
        let keyless = await failure("table: k, mode: upsert, keys: id", "id,name\n1,a\n")
        #expect(keyless?.remedy?.contains("CREATE UNIQUE INDEX ON \"k\" (\"id\")") == true)
        #expect(await failure("table: u, mode: upsert, keys: id", "id,name\n,a\n")?.code.name == "assertion-failed")
    }

    @Test("a row that breaks a rule of the table ends the run before it is committed, with the server's words")
    func rules() async throws {
        try server.execute("CREATE TABLE t (id bigint PRIMARY KEY, name varchar(3)); INSERT INTO t VALUES (1, 'old')")
        let double = await failure("table: t", "id,name\n2,b\n1,c\n")
        #expect(
            double?.code.name == "database-constraint" && double?.message.contains("SQLSTATE 23505") == true,
            "\(String(describing: double))")
        let long = await failure("table: t", "id,name\n3,long\n")
        #expect(long?.message.contains("SQLSTATE 22001") == true, "\(String(describing: long))")
        #expect(try server.rows("SELECT * FROM t") == [["1", "old"]])
        #expect(try server.catalog().nextPublication(of: "p", after: 0) == nil)
    }

    @Test("whatever step a run stops after, the next one leaves every row once", arguments: steps, ["append", "upsert", "overwrite"])
    func stopped(_ step: CommitStep, _ mode: String) async throws {
        let filler = String(repeating: "x", count: 2_000)
        func add(_ first: Int) throws {
            let lines = (first..<first + Self.rows).map { "\($0 % 4_000),\($0),\(filler)" }
            try write("in/\(first).csv", "id,n,filler\n" + lines.joined(separator: "\n") + "\n")
        }
        let text = """
            source: {files: in/*.csv, format: csv, columns: {id: int64, n: int64, filler: string}}
            sink: {postgresql: "SERVER", table: t, mode: \(mode)\(mode == "upsert" ? ", keys: id" : "")}
            incremental: \(mode != "overwrite")
            """
        func expected(_ count: Int) -> Int { mode == "upsert" ? min(count, 4_000) : count }
        try add(0)
        try await server.run(text)
        try add(Self.rows)
        if let error = await sluiceError({ try await server.run(text, stoppingAt: step) }) {
            #expect(error.code == .interrupted, "\(error)")
        }
        let between = try server.rows("SELECT count(*), count(DISTINCT n) FROM t")
        let whole = [expected(Self.rows), expected(2 * Self.rows)].map { count in ["\(count)", "\(count)"] as [String?] }
        #expect(whole.contains(between[0]), "whole or not at all: \(between)")
        try await server.run(text)
        let comment: Comment = "\(step)"
        #expect(
            try server.rows("SELECT count(*), count(DISTINCT n), max(n) FROM t") == [
                ["\(expected(2 * Self.rows))", "\(expected(2 * Self.rows))", "\(2 * Self.rows - 1)"]
            ], comment)
        #expect(try server.catalog().nextPublication(of: "p", after: 0) == nil, comment)
        #expect(server.directory.files(below: ".sluice/outbox").isEmpty, comment)
    }

    @Test("what is owed to a server is put there by a run of another pipeline, and once by two at the same time")
    func recovered() async throws {
        try write("in.csv", "id\n1\n2\n")
        let text = "source: {files: in.csv, format: csv, columns: {id: int64}}\nsink: {postgresql: \"SERVER\", table: t}\n"
        _ = await sluiceError { try await server.run(text, stoppingAt: .recorded) }
        let pending = try #require(try server.catalog().nextPublication(of: "p", after: 0))
        guard case .connector(let end) = pending.publication.target else { return #expect(Bool(false)) }
        let target = try PostgreSQLConnector().target(end.settings, in: server.catalog())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                let support = PublicationSupport(try server.catalog())
                group.addTask { try await target.put(pending, support) }
            }
            try await group.waitForAll()
        }
        #expect(try server.rows("SELECT count(*) FROM t") == [["2"]])
        #expect(try await server.recover().map(\.failure?.code) == [nil])
        #expect(try server.rows("SELECT count(*) FROM t") == [["2"]])
    }

    @Test("a table that is locked is waited for, and then told; the next command puts the rows there")
    func locked() async throws {
        try await run("table: t", "id,name\n1,a\n")
        let holder = try server.connect()
        try holder.execute("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE")
        try write("in.csv", "id,name\n2,b\n")
        let error = await failure("table: t", "id,name\n2,b\n")
        #expect(error?.isRetriable == true && error?.message.contains("55P03") == true, "\(String(describing: error))")
        try holder.execute("COMMIT")
        #expect(try await server.recover().map(\.failure?.code) == [nil])
        #expect(try server.rows("SELECT id FROM t ORDER BY id") == [["1"], ["2"]])
    }

    @Test("the password comes from a secret, and stands nowhere")
    func secrets() async throws {
        try server.execute("CREATE ROLE \(server.database) LOGIN PASSWORD 'hush-hush'; GRANT ALL ON SCHEMA public TO \(server.database)")
        let catalog = try server.catalog()
        _ = try SecretStore(catalog).set("shop", to: "hush-hush")
        try write("in.csv", "id\n1\n")
        let text = """
            source: {files: in.csv, format: csv, columns: {id: int64}}
            sink: {postgresql: "SERVER user=\(server.database)", password_secret: shop, table: t}
            """
        try await server.run(text)
        #expect(try server.rows("SELECT tableowner FROM pg_tables WHERE tablename = 't'") == [[server.database]])
        _ = await sluiceError { try await server.run(text, stoppingAt: .recorded) }
        let pending = try #require(try catalog.nextPublication(of: "p", after: 0))
        #expect(!"\(pending)".contains("hush"))
        #expect(try await server.recover().map(\.failure?.code) == [nil])
        try server.execute("DROP OWNED BY \(server.database); DROP ROLE \(server.database)")
    }
}
#endif
