import SluiceCore
import SluiceTestKit
import Testing

/// Views of the catalog with the real program: made, read, replaced, forgotten.
@Suite("views")
struct ViewTests {
    /// A table of orders and one of customers, each in a database of its own.
    private static func project() async throws -> Project {
        let project = try Project()
        try project.directory.write("orders.csv", QueryTests.orders)
        try project.directory.write("customers.csv", QueryTests.customers)
        for query in [
            "CREATE TABLE shop.orders AS SELECT * FROM 'orders.csv'", "CREATE TABLE crm.customers AS SELECT * FROM 'customers.csv'",
        ] {
            let made = try await project.sluice("query", query)
            try #require(made.exitCode == 0, "\(made.transcript)")
        }
        return project
    }

    private static func rows(_ project: Project, _ query: String, _ more: String...) async throws -> String {
        let result = try await project.command(["query", query, "--format", "csv", "--quiet"] + more).run()
        #expect(result.exitCode == 0, "\(result.transcript)")
        return result.output
    }

    @Test(
        "a view is read as a table, by the engine and by SQLite, under its name or another, and only what is needed of its tables is read")
    func reading() async throws {
        let project = try await Self.project()
        let made = try await project.json(
            "query", "CREATE VIEW shop.late AS SELECT id, customer, amount * 2 AS twice, day FROM shop.orders WHERE day >= '2024-03-02'")
        #expect(made["view"]?.text == "shop.late" && made["version"]?.integer == 1)
        #expect(made["columns"]?.items.compactMap { $0["name"]?.text } == ["id", "customer", "twice", "day"])
        for path in ["auto", "sqlite"] {
            let all = try await Self.rows(project, "SELECT id, shop.late.customer, late.twice FROM shop.late ORDER BY 1", "--path", path)
            #expect(all.split(separator: "\n").count == 3 && all.contains("2,bob,6.5"), "\(path): \(all)")
            let joined = try await Self.rows(
                project,
                "SELECT l.id, c.city FROM shop.late AS l JOIN crm.customers c ON c.name = l.customer WHERE l.id IN (SELECT id FROM shop.late)"
                    + " ORDER BY l.id", "--path", path)
            #expect(joined == "id,city\n2,Rome\n3,Oslo\n", "\(path)")
            let counted = try await Self.rows(
                project, "SELECT count(*) AS n FROM (SELECT * FROM shop.late), crm.customers c", "--path", path)
            #expect(counted == "n\n4\n", "\(path)")
        }
        let plan = try await project.sluice("query", "--explain", "SELECT id FROM shop.late WHERE id > 2")
        #expect(plan.output.contains("answered by: engine") && plan.output.contains("day >="), "\(plan.transcript)")
        let read = plan.output.split(separator: "\n").first { $0.contains("reads table shop.orders: columns ") }
        #expect(read.map { $0.contains("id") && !$0.contains("customer") } == true, "\(plan.transcript)")
        let window = try await Self.rows(project, "SELECT id, row_number() OVER (ORDER BY id DESC) AS r FROM shop.late ORDER BY id")
        #expect(window == "id,r\n2,2\n3,1\n")
    }

    @Test("names of a view are those of where it was made: no WITH of a query and no folder takes their place")
    func names() async throws {
        let project = try await Self.project()
        for query in [
            "CREATE TABLE orders AS SELECT 7 AS id", "CREATE VIEW shop.own AS WITH x AS (SELECT id FROM orders) SELECT x.id FROM x",
            "CREATE VIEW shop.files AS SELECT count(*) AS n FROM 'orders.csv'",
            "CREATE VIEW crm.both AS SELECT o.id, f.n FROM shop.own o, shop.files f",
        ] {
            let made = try await project.sluice("query", query)
            try #require(made.exitCode == 0, "\(made.transcript)")
        }
        #expect(try await Self.rows(project, "WITH orders AS (SELECT 1 AS id), x AS (SELECT 2 AS id) SELECT id FROM shop.own") == "id\n7\n")
        try project.directory.write("elsewhere/orders.csv", "id\n1\n")
        var command = try project.command(["query", "SELECT * FROM crm.both", "--format", "csv", "--quiet"])
        command.directory = project.directory.path("elsewhere")
        let elsewhere = try await command.run()
        #expect(elsewhere.output == "id,n\n7,3\n", "\(elsewhere.transcript)")
        #expect(try await Self.rows(project, "WITH own AS (SELECT 5 AS id) SELECT id FROM own") == "id\n5\n")
        let shown = try await project.json("catalog", "show", "shop.own")
        #expect(shown["table"]?["view"]?["sql"]?.text?.contains("\"default\".orders") == true)
    }

    @Test("a view that reads itself, or views over too many views, are refused with the chain")
    func cycles() async throws {
        let project = try await Self.project()
        try project.directory.write("catalog/a.yaml", "view: shop.a\nsql: SELECT id FROM b\ncolumns: {id: int64}\n")
        try project.directory.write("catalog/b.yaml", "view: shop.b\nsql: |\n  SELECT id\n  FROM shop.a\ncolumns: {id: int64}\n")
        for depth in 0...20 {
            try project.directory.write(
                "catalog/d\(depth).yaml",
                "view: deep.d\(depth)\nsql: SELECT id FROM \(depth == 0 ? "shop.orders" : "d\(depth - 1)")\ncolumns: {id: int64}\n")
        }
        let applied = try await project.sluice("catalog", "apply")
        try #require(applied.exitCode == 0, "\(applied.transcript)")
        let cycle = try await project.sluice("query", "SELECT * FROM shop.a")
        #expect(cycle.exitCode == 2, "\(cycle.transcript)")
        #expect(
            cycle.errors.contains("error[view-cycle]: view \"shop.a\" reads itself: shop.a → shop.b → shop.a")
                && cycle.errors.contains("view shop.b:2:6"), "\(cycle.errors)")
        let own = try await project.sluice("catalog", "view", "deep.d0", "SELECT id FROM deep.d1", "--replace")
        #expect(own.exitCode == 2 && own.errors.contains("deep.d0 → deep.d1 → deep.d0"), "\(own.transcript)")
        #expect(try await Self.rows(project, "SELECT count(*) AS n FROM deep.d15") == "n\n3\n")
        let deep = try await project.sluice("query", "SELECT * FROM deep.d20")
        #expect(deep.exitCode == 2 && deep.errors.contains("error[too-many-views]: views over views, more than 16"), "\(deep.transcript)")
        #expect(deep.errors.contains("deep.d20 → deep.d19"), "\(deep.errors)")
    }

    @Test("a view as Athena keeps it is read, with the database that it names; one that is damaged says so")
    func athena() async throws {
        let project = try await Self.project()
        let document =
            #"{"originalSql":"SELECT id, customer FROM \"orders\" WHERE id > 1","catalog":"awsdatacatalog","schema":"shop","columns":[]}"#
        let code = Base64.encode(Array(document.utf8))
        try project.directory.write(
            "catalog/v.yaml", "view: views.v\nsql: \"/* Presto View */\"\noriginal: \"/* Presto View: \(code) */\"\ncolumns: {id: int64}\n")
        try project.directory.write(
            "catalog/w.yaml", "view: views.w\nsql: 'SELECT id FROM \"awsdatacatalog\".\"shop\".\"orders\" t'\ncolumns: {id: int64}\n")
        try project.directory.write(
            "catalog/bad.yaml", "view: views.bad\nsql: \"/* Presto View: %%% */\"\ncolumns: {id: int64}\n")
        let applied = try await project.sluice("catalog", "apply")
        try #require(applied.exitCode == 0, "\(applied.transcript)")
        #expect(try await Self.rows(project, "SELECT * FROM views.v ORDER BY id") == "id,customer\n2,bob\n3,ann\n")
        #expect(try await Self.rows(project, "SELECT sum(id) AS s FROM views.w") == "s\n6\n")
        let bad = try await project.sluice("query", "SELECT * FROM views.bad")
        #expect(bad.exitCode == 2 && bad.errors.contains("cannot be read: \"/* Presto View: %%%"), "\(bad.transcript)")
    }

    @Test("the command makes, replaces and describes a view; a table is never replaced, and mistakes are marked in the query")
    func command() async throws {
        let project = try await Self.project()
        try project.directory.write("late.sql", "-- late ones\nSELECT id FROM shop.orders WHERE id > 1;\n")
        let made = try await project.sluice("catalog", "view", "shop.late", "--file", "late.sql", "--comment", "too late")
        #expect(made.exitCode == 0 && made.output.contains("view shop.late, version 1\ncolumns: id int64"), "\(made.transcript)")
        let twice = try await project.sluice("catalog", "view", "shop.late", "SELECT id FROM shop.orders")
        #expect(twice.exitCode == 2 && twice.errors.contains("view shop.late exists already"), "\(twice.transcript)")
        let kept = try await project.json("query", "CREATE VIEW IF NOT EXISTS shop.late AS SELECT 1 AS one")
        #expect(kept["changed"] == .boolean(false) && kept["version"]?.integer == 1)
        let replaced = try await project.json("query", "CREATE OR REPLACE VIEW shop.late AS SELECT customer FROM shop.orders")
        #expect(replaced["changed"] == .boolean(true) && replaced["version"]?.integer == 2)
        let shown = try await project.json("catalog", "show", "shop.late")
        #expect(shown["rows"]?.items.count == 3 && shown["rows"]?.items.first?["customer"]?.text == "ann")
        #expect(shown["table"]?["comment"]?.text == "too late" && shown["table"]?["kind"]?.text == "VIRTUAL_VIEW")
        #expect(try await Self.rows(project, "SELECT DISTINCT customer FROM shop.late ORDER BY 1") == "customer\nann\nbob\n")
        let table = try await project.sluice("query", "CREATE OR REPLACE VIEW shop.orders AS SELECT 1 AS one")
        #expect(table.exitCode == 2 && table.errors.contains("shop.orders is a table"), "\(table.transcript)")
        let rows = try await project.sluice("query", "INSERT INTO shop.late SELECT 'x'")
        #expect(rows.exitCode == 2 && rows.errors.contains("shop.late is a view, and rows go into tables"), "\(rows.transcript)")
        let wrong = try await project.sluice("catalog", "view", "shop.wrong", "SELECT id,\n  custmer FROM shop.orders")
        #expect(
            wrong.exitCode == 2 && wrong.errors.contains("--> query:2:3") && wrong.errors.contains("did you mean \"customer\"?"),
            "\(wrong.transcript)")
        let dropped = try await project.sluice("catalog", "drop", "shop.late", "--yes")
        #expect(dropped.exitCode == 0 && dropped.output == "Forgot view shop.late.\n", "\(dropped.transcript)")
        #expect(try await project.sluice("query", "SELECT * FROM shop.late").exitCode == 2)
    }

    @Test("what is wrong in a view is told in its place there")
    func places() async throws {
        let project = try await Self.project()
        try project.directory.write("catalog/v.yaml", "view: shop.v\nsql: |\n  SELECT id,\n    custmer FROM orders\ncolumns: {id: int64}\n")
        try project.directory.write("catalog/w.yaml", "view: shop.w\nsql: DELETE FROM orders\ncolumns: {id: int64}\n")
        try project.directory.write("catalog/x.yaml", "view: shop.x\nsql: SELECT 'open\ncolumns: {id: int64}\n")
        try project.directory.write("catalog/y.yaml", "view: shop.y\nsql: SELECT * FROM gone\ncolumns: {id: int64}\n")
        let applied = try await project.sluice("catalog", "apply")
        try #require(applied.exitCode == 0, "\(applied.transcript)")
        for (name, place, message) in [
            ("v", "view shop.v:2:3", "unknown column \"custmer\""), ("w", "view shop.w:1:1", "cannot begin with \"DELETE\""),
            ("x", "view shop.x:1:8", "not closed"), ("y", "view shop.y:1:15", "there is no table \"gone\""),
        ] {
            let result = try await project.sluice("query", "SELECT * FROM shop.\(name)")
            #expect(result.exitCode == 2 && result.errors.contains(place) && result.errors.contains(message), "\(result.transcript)")
            let shown = try await project.sluice("catalog", "show", "shop.\(name)")
            #expect(shown.exitCode == 0 && shown.output.contains("Its rows cannot be read: "), "\(shown.transcript)")
        }
    }
}
