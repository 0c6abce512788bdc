import SluiceTestKit
import Testing

/// SQL with the real program: files, tables of the catalog, and what it writes.
@Suite("query")
struct QueryTests {
    static let orders = "id,customer,amount,day\n1,ann,10.50,2024-03-01\n2,bob,3.25,2024-03-02\n3,ann,4.00,2024-03-02\n"
    static let customers = "name,city\nann,Oslo\nbob,Rome\n"

    private static func project() throws -> Project {
        let project = try Project()
        try project.directory.write("orders.csv", orders)
        try project.directory.write("customers.csv", customers)
        return project
    }

    @Test("a table on standard output, and figures on standard error; no state is made")
    func table() async throws {
        let project = try Self.project()
        let result = try await project.sluice("query", "SELECT customer, count(*) AS n FROM 'orders.csv' GROUP BY customer ORDER BY n DESC")
        #expect(result.exitCode == 0, "\(result.transcript)")
        #expect(result.output == "customer  n\n────────  ─\nann       2\nbob       1\n")
        #expect(result.errors.contains("2 rows; 3 rows and 90 B read;") && result.errors.contains("answered by engine"), "\(result.errors)")
        #expect(!project.directory.exists("home"))
    }

    @Test(
        "every format has the rows, whoever answers",
        arguments: [
            ("csv", "customer,city\nann,Oslo\nbob,Rome\nann,Oslo\n"),
            (
                "jsonl",
                "{\"customer\":\"ann\",\"city\":\"Oslo\"}\n{\"customer\":\"bob\",\"city\":\"Rome\"}\n{\"customer\":\"ann\",\"city\":\"Oslo\"}\n"
            ),
            (
                "json",
                "[\n{\"customer\":\"ann\",\"city\":\"Oslo\"},\n{\"customer\":\"bob\",\"city\":\"Rome\"},\n{\"customer\":\"ann\",\"city\":\"Oslo\"}\n]\n"
            ),
            ("markdown", "| customer | city |\n| --- | --- |\n| ann | Oslo |\n| bob | Rome |\n| ann | Oslo |\n"),
        ])
    func formats(_ format: String, _ expected: String) async throws {
        let project = try Self.project()
        let query = "SELECT o.customer, c.city FROM 'orders.csv' o JOIN 'customers.csv' c ON c.name = o.customer ORDER BY o.id"
        let shown = try await project.sluice("query", query, "--format", format, "--quiet")
        #expect(shown.output == expected && shown.errors.isEmpty, "\(shown.transcript)")
        let written = try await project.sluice("query", query, "--format", format, "--output", "rows.out", "--quiet")
        try #require(written.exitCode == 0, "\(written.transcript)")
        #expect(try project.directory.text("rows.out") == expected)
        let again = try await project.sluice("query", query, "--format", format, "--output", "rows.out")
        #expect(again.exitCode == 2 && again.errors.contains("--force"), "\(again.transcript)")
    }

    @Test("Parquet and back, with comparisons that go down to its row groups")
    func parquet() async throws {
        let project = try Self.project()
        try project.directory.write("n.csv", "n,t\n" + (0..<5_000).map { "\($0),t\($0)\n" }.joined())
        let made = try await project.sluice("convert", "n.csv", "n.parquet", "--out-option", "row_group_rows=1000")
        try #require(made.exitCode == 0, "\(made.transcript)")
        for path in ["auto", "sqlite"] {
            let document = try await project.json(
                "query", "SELECT count(*) AS n, min(t) AS t FROM 'n.parquet' WHERE n >= 4500", "--path", path)
            #expect(document["rows"]?.items.first?["n"]?.integer == 500, "\(path)")
            let plan = try await project.sluice("query", "--explain", "SELECT min(t) AS t FROM 'n.parquet' WHERE n >= 4500", "--path", path)
            #expect(plan.output.contains("pushed down: n >= 4500"), "\(plan.transcript)")
        }
        let out = try await project.sluice(
            "query", "SELECT t, n * 2 AS m FROM 'n.parquet' WHERE n < 3", "-o", "few.parquet", "--path", "sqlite")
        try #require(out.exitCode == 0, "\(out.transcript)")
        let back = try await project.sluice("query", "SELECT * FROM 'few.parquet'", "--format", "csv", "--quiet")
        #expect(back.output == "t,m\nt0,0\nt1,2\nt2,4\n", "\(back.transcript)")
    }

    @Test("a table is made and added to, each in one commit, and read again")
    func landing() async throws {
        let project = try Self.project()
        let created = try await project.json(
            "query", "CREATE TABLE shop.orders AS SELECT id, customer, amount, day FROM 'orders.csv'", "--partition-by", "day")
        #expect(created["rows"]?.integer == 3 && created["files"]?.items.count == 2)
        let twice = try await project.sluice("query", "CREATE TABLE shop.orders AS SELECT 1 AS id")
        #expect(
            twice.exitCode == 2 && twice.errors.contains("query:1:14") && twice.errors.contains("exists already"), "\(twice.transcript)")
        let kept = try await project.sluice("query", "CREATE TABLE IF NOT EXISTS shop.orders AS SELECT 1 AS id")
        #expect(kept.exitCode == 0 && kept.output.contains("nothing was written"), "\(kept.transcript)")
        let added = try await project.sluice(
            "query", "INSERT INTO shop.orders SELECT id + 10, upper(customer), amount, '2024-03-05' FROM shop.orders WHERE id < 3")
        try #require(added.exitCode == 0, "\(added.transcript)")
        let some = try await project.sluice("query", "INSERT INTO shop.orders (id, day) VALUES (99, '2024-03-06')")
        try #require(some.exitCode == 0, "\(some.transcript)")
        let rows = try await project.sluice("query", "SELECT id, customer, day FROM shop.orders ORDER BY id", "--format", "csv", "--quiet")
        #expect(
            rows.output
                == "id,customer,day\n1,ann,2024-03-01\n2,bob,2024-03-02\n3,ann,2024-03-02\n11,ANN,2024-03-05\n12,BOB,2024-03-05\n99,,2024-03-06\n",
            "\(rows.transcript)")
        let pruned = try await project.json("query", "SELECT count(*) AS n FROM shop.orders WHERE day = '2024-03-05'")
        #expect(pruned["rows_read"]?.integer == 2)
        let wrong = try await project.sluice("query", "INSERT INTO shop.orders SELECT 1, 2")
        #expect(
            wrong.exitCode == 2 && wrong.errors.contains("the SELECT has 2 columns, and 4 go into table shop.orders"), "\(wrong.transcript)"
        )
        let runs = try await project.json("runs", "list")
        #expect(runs["runs"]?.items.count == 3)
    }

    @Test("a query that fails leaves no table and no file")
    func failedLanding() async throws {
        let project = try Self.project()
        try project.directory.write("bad.csv", "n\n1\n2\n")
        let failed = try await project.sluice(
            "query", "CREATE TABLE shop.bad AS SELECT abs(-9223372036854775807 - n) AS x FROM 'bad.csv'", "--path", "sqlite")
        #expect(failed.exitCode == 1, "\(failed.transcript)")
        let tables = try await project.sluice("query", "SELECT * FROM shop.bad")
        #expect(tables.exitCode == 2, "\(tables.transcript)")
        #expect(project.stagedFiles.isEmpty)
    }

    @Test("mistakes are marked in the query, and end with 2")
    func mistakes() async throws {
        let project = try Self.project()
        let result = try await project.sluice("query", "SELECT id,\n  custmer\nFROM 'orders.csv'")
        #expect(result.exitCode == 2)
        #expect(
            result.errors.contains("--> query:2:3") && result.errors.contains("^^^^^^^")
                && result.errors.contains("did you mean \"customer\"?"), "\(result.errors)")
    }

    @Test("a query comes from a file, or from standard input")
    func sources() async throws {
        let project = try Self.project()
        try project.directory.write("q.sql", "-- all\nSELECT count(*) AS n FROM 'orders.csv';\n")
        let file = try await project.sluice("query", "--file", "q.sql", "--format", "csv", "--quiet")
        #expect(file.output == "n\n3\n", "\(file.transcript)")
        let piped = try await Command.shell(
            "echo \"SELECT sum(amount) AS s FROM 'orders.csv'\" | '\(try BuiltProgram.sluice())' query --format csv --quiet",
            environment: ["SLUICE_HOME": project.home], directory: project.directory.root
        ).run()
        #expect(piped.output == "s\n17.75\n", "\(piped.transcript)")
    }

    @Test("a reader that has enough is no failure")
    func head() async throws {
        let project = try Project()
        try project.directory.write("n.csv", "n\n" + (0..<200_000).map { "\($0)\n" }.joined())
        for format in ["table", "csv"] {
            let result = try await Command.shell(
                "'\(try BuiltProgram.sluice())' query \"SELECT n FROM 'n.csv'\" --format \(format) --quiet | head -n 3 | tail -n 1",
                environment: ["SLUICE_HOME": project.home], directory: project.directory.root
            ).run()
            #expect(result.output.contains(format == "table" ? "0" : "1") && result.errors.isEmpty, "\(result.transcript)")
        }
    }

    @Test(
        "a shell answers statements, completes names, and keeps its history",
        .enabled(if: InstalledProgram.isThere("script"), "the program script is not there"))
    func shell() async throws {
        let project = try Self.project()
        let created = try await project.sluice("query", "CREATE TABLE shop.orders AS SELECT * FROM 'orders.csv'")
        try #require(created.exitCode == 0, "\(created.transcript)")
        // The name is completed by Tab.
        let keys = ".tables\\nSELECT count(*) AS n FROM shop.or\\t\\nWHERE id > 1;\\nSELECT nope FROM shop.orders;\\n.quit\\n"
        let line = "(sleep 1; printf '\(keys)'; sleep 2) | TERM=dumb script -qec '\"\(try BuiltProgram.sluice())\" query' /dev/null"
        let screen = try await Command.shell(line, environment: ["SLUICE_HOME": project.home], directory: project.directory.root).run()
            .output
        #expect(screen.contains("shop.orders  3 rows  parquet"), "\(screen)")
        #expect(screen.contains("1 row; "), "\(screen)")
        #expect(screen.contains("unknown column \"nope\""), "\(screen)")
        let history = try TemporaryDirectory.contents(of: project.home + "/query_history")
        #expect(history.contains("SELECT count(*) AS n FROM shop.orders\nWHERE id > 1;\n"), "\(history)")
    }
}
