import SluiceSQLite
import SluiceTestKit
import Testing

/// What commands say of pipelines with SQLite.
@Suite("SQLite on the command line")
struct SQLiteCommandTests {
    private let project: Project

    init() throws {
        project = try Project()
        try SQLiteConnection(project.directory.path("shop.db"), .create).execute(
            "CREATE TABLE orders (id INTEGER PRIMARY KEY, amount DECIMAL(10,2), day DATE); "
                + "INSERT INTO orders VALUES (1, '12.50', '2024-01-01'), (2, 'much', '2024-01-02'), (3, 1, '2024-01-03')")
    }

    private func define(_ sink: String, more: String = "", source: String = "{sqlite: shop.db, table: orders, cursor: id}") throws {
        try project.directory.write("p.yaml", "name: p\nsource: \(source)\nsink: \(sink)\n\(more)")
    }

    @Test("plan names what is read and written, and promises exactly once")
    func plan() async throws {
        try define("{sqlite: out.db, table: paid, mode: upsert, keys: id}")
        let plan = try await project.sluice("plan", "p.yaml")
        #expect(plan.exitCode == 0, "\(plan.transcript)")
        #expect(
            plan.output.contains("sqlite shop.db orders") && plan.output.contains("table paid of out.db (merged by id)"), "\(plan.output)")
        #expect(plan.output.contains("delivery: exactly once"))
        #expect(!project.directory.exists("out.db"), "a plan writes nothing")
    }

    @Test("bad values are dead letters with the row and its place, and the others are written")
    func deadLetters() async throws {
        try define("{sqlite: out.db, table: paid}", more: "on_error: dead_letter\n")
        let run = try await project.json("run", "p.yaml")
        #expect(run["dead_letters"]?.integer == 1, "\(run)")
        let letters = try await project.sluice("dlq", "show", "p")
        #expect(letters.output.contains("shop.db/orders@2") && letters.output.contains("much"), "\(letters.transcript)")
        let count = "SELECT count(*) FROM paid"
        let database = try SQLiteConnection(project.directory.path("out.db"), .read)
        #expect(try database.integer(count) == 2)
        try define(
            "{sqlite: out.db, table: paid, on_new_column: ignore}",
            more: "on_error: dead_letter\nsteps: [{derive: {amount: \"TRY_CAST(amount AS decimal(10,2))\"}}]\n",
            source: "{sqlite: shop.db, table: orders, columns: {amount: string}}")
        let replay = try await project.sluice("dlq", "replay", "p.yaml")
        #expect(replay.exitCode == 0, "\(replay.transcript)")
        #expect(try database.integer(count + " WHERE id = 2 AND amount IS NULL AND day = '2024-01-02'") == 1)
        #expect(try database.integer(count) == 3)
        try define("{sqlite: out.db, table: paid}")
        let failed = try await project.sluice("run", "p.yaml")
        #expect(failed.exitCode == 1 && failed.errors.contains("value-does-not-fit"), "\(failed.transcript)")
    }

    @Test(
        "validate refuses what cannot hold",
        arguments: [
            (
                "{sqlite: out.db, table: t, mode: overwrite}", "{sqlite: shop.db, table: orders, cursor: id}", "not-incremental",
                "mode: append"
            ),
            ("{sqlite: shop.db, table: orders}", "{sqlite: shop.db, table: orders, cursor: id}", "invalid-option", "another table"),
            ("{sqlite: out.db, table: t, mode: upsert}", "{sqlite: shop.db, table: orders, cursor: id}", "missing-key", "keys: [id]"),
            ("{sqlite: out.db, table: t}", "{sqlite: shop.db, table: order, cursor: id}", "not-found", "did you mean"),
            ("{sqlite: out.db, table: t}", "{sqlite: shop.db, table: orders}", "not-incremental", "cursor: id"),
        ])
    func refused(_ sink: String, _ source: String, _ code: String, _ remedy: String) async throws {
        try define(sink, more: "incremental: true\n", source: source)
        let result = try await project.sluice("validate", "p.yaml")
        #expect(result.exitCode == 2 && result.errors.contains(code) && result.errors.contains(remedy), "\(result.transcript)")
        #expect(result.errors.contains("p.yaml:"))
    }

    @Test("a row without its key, or without a value that the table requires, is a bad record")
    func nulls() async throws {
        try SQLiteConnection(project.directory.path("out.db"), .create).execute(
            "CREATE TABLE t (id INTEGER, day DATE NOT NULL, amount DECIMAL(10,2)); CREATE UNIQUE INDEX i ON t (id)")
        try define(
            "{sqlite: out.db, table: t, mode: upsert, keys: id}", more: "on_error: dead_letter\n",
            source:
                "{sqlite: shop.db, query: \"SELECT NULLIF(id, 1) AS id, NULLIF(day, '2024-01-02') AS day FROM orders\", columns: {id: int64, day: date}}"
        )
        let run = try await project.json("run", "p.yaml")
        #expect(run["dead_letters"]?.integer == 2 && run["rows_out"]?.integer == 1, "\(run)")
        let letters = try await project.sluice("dlq", "show", "p")
        #expect(letters.output.contains("id is there") && letters.output.contains("day is there"), "\(letters.transcript)")
    }

    @Test("an incremental run reads what is new, and bookmarks show how far it came")
    func incremental() async throws {
        try define("{sqlite: out.db, table: paid}", more: "incremental: true\non_error: skip\n")
        _ = try await project.json("run", "p.yaml")
        try SQLiteConnection(project.directory.path("shop.db"), .write).execute("INSERT INTO orders VALUES (4, '1', '2024-01-04')")
        let second = try await project.json("run", "p.yaml")
        #expect(second["rows_in"]?.integer == 1, "\(second)")
        let ids = try SQLiteConnection(project.directory.path("out.db"), .read).prepare("SELECT id FROM paid ORDER BY id")
        var found: [Int64] = []
        while try ids.step() { found.append(ids.integer(0)) }
        #expect(found == [1, 3, 4])
        let bookmarks = try await project.sluice("bookmarks", "show", "p")
        #expect(bookmarks.output.contains("shop.db/orders"), "\(bookmarks.transcript)")
    }

    @Test("connectors NAME describes the options; PostgreSQL says how to get it where the program has it not")
    func connectors() async throws {
        let shown = try await project.sluice("connectors", "sqlite")
        for option in ["table", "query", "cursor", "mode", "keys", "on_new_column"] {
            #expect(shown.output.contains(option), "\(shown.output)")
        }
        let postgresql = try await project.sluice("connectors", "postgresql")
        #expect(postgresql.exitCode == 0 && postgresql.output.contains("password_secret"), "\(postgresql.transcript)")
        try define("{sqlite: out.db, table: t}", source: "{postgresql: \"\", table: orders}")
        let validated = try await project.sluice("validate", "p.yaml")
        #expect(validated.exitCode == 2 && validated.errors.contains("--traits PostgreSQL"), "\(validated.transcript)")
    }
}
