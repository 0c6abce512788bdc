import Glibc
import SluiceSQLite
import SluiceTestKit
import Testing

/// `sluice crawl` with the real program.
@Suite("crawl")
struct CrawlTests {
    /// A folder of orders by day, in which a later day has a text among the numbers.
    private func lake() throws -> Project {
        let project = try Project()
        for day in 1...3 {
            try project.directory.write("lake/day=2024-01-0\(day)/part.csv", "id,item,price\n\(day),pen,1.25\n\(day + 10),ink,20.50\n")
        }
        return project
    }

    @Test("a plan shows what would be made and makes nothing; applied, a pipeline reads the table") func readable() async throws {
        let project = try lake()
        let plan = try await project.json("crawl", "lake", "--database", "shop", "--plan")
        #expect(plan["applied"] == .boolean(false))
        let table = try #require(plan["tables"]?.items.first)
        #expect(table["table"]?.text == "shop.lake" && table["change"]?.text == "created" && table["rows"]?.integer == 6)
        #expect(
            table["columns"]?.items.compactMap { $0["type"]?.text } == ["int64", "string", "decimal(4,2)"]
                && table["partition_keys"]?.items.compactMap { $0["type"]?.text } == ["date"])
        #expect(try await project.sluice("catalog", "show", "shop.lake").exitCode != 0)
        let applied = try await project.sluice("crawl", "lake", "--database", "shop")
        #expect(applied.exitCode == 0 && applied.output.contains("shop.lake"), "\(applied.transcript)")
        try project.directory.write(
            "p.yaml",
            "name: p\nsource: {table: shop.lake}\nsteps:\n  - filter: day > DATE '2024-01-01' AND price > 2\nsink: {files: out, format: csv}\n"
        )
        let run = try await project.sluice("run", "p.yaml")
        try #require(run.exitCode == 0, "\(run.transcript)")
        let rows = try CSVDocument.directory(project.directory.path("out"))
        #expect(rows.rows.map { $0[0] }.sorted() == ["12", "13"], "\(rows)")
    }

    @Test("the second crawl opens no file and changes nothing; the history has both") func again() async throws {
        let project = try lake()
        _ = try await project.json("crawl", "lake")
        let again = try await project.json("crawl", "lake")
        #expect(again["unchanged"] == .boolean(true) && again["tables"]?.items.isEmpty == true)
        let runs = try await project.json("crawl", "runs")["crawls"]?.items ?? []
        #expect(runs.compactMap { $0["state"]?.text } == ["done", "done"])
        #expect(runs.first?["report"]?["unchanged"] == .boolean(true))
        let shown = try await project.sluice("crawl", "runs")
        #expect(shown.output.contains("unchanged"), "\(shown.transcript)")
    }

    @Test("--explain names file, line and value for what a type would have lost") func explain() async throws {
        let project = try lake()
        try project.directory.write("lake/day=2024-01-04/part.csv", "id,item,price\n7A,pen,1.25\n")
        let planned = try await project.sluice("crawl", "lake", "--plan", "--explain", "lake")
        #expect(planned.exitCode == 0)
        #expect(
            planned.output.contains("int64: loses 1") && planned.output.contains("day=2024-01-04/part.csv:2: \"7A\""),
            "\(planned.transcript)")
        _ = try await project.json("crawl", "lake")
        let stored = try await project.json("crawl", "--explain", "lake")
        let id = stored["columns"]?.items.first
        #expect(id?["type"]?.text == "string" && id?["distinct"]?.integer == 7, "\(stored)")
        let wrong = try await project.sluice("crawl", "lake", "--plan", "--explain", "lak")
        #expect(wrong.exitCode == 2 && wrong.errors.contains("lake"), "\(wrong.transcript)")
    }

    @Test("a declared crawler runs by its name, with its own classifiers") func declared() async throws {
        let project = try Project()
        try project.directory.write("logs/app.log", "info 2024-01-05T10:00:00Z started\nwarn 2024-01-05T10:00:01Z slow, very\n")
        try project.directory.write("logs/old/app.tmp", "x")
        try project.directory.write(
            "catalog/logs.yaml",
            """
            crawler: logs
            targets: ../logs
            database: ops
            exclude: "**/*.tmp"
            classifiers:
              - name: app
                format: text
                options: {pattern: "%{WORD:level} %{TIMESTAMP_ISO8601:at:timestamptz} %{GREEDYDATA:message}"}
            """)
        let found = try await project.json("crawl", "logs")
        #expect(found["tables"]?.items.compactMap { $0["classifier"]?.text } == ["app"], "\(found)")
        let table = try await project.json("catalog", "show", "ops.logs")
        #expect(table["table"]?["columns"]?.items.compactMap { $0["type"]?.text } == ["string", "timestamptz", "string"])
        #expect(table["rows"]?.items.count == 2, "\(table)")
        try project.directory.write("catalog/logs.yaml", "crawler: logs\ntargets: ../logs\non_chnage: log\n")
        let wrong = try await project.sluice("crawl", "logs")
        #expect(wrong.exitCode == 2 && wrong.errors.contains("on_change") && wrong.errors.contains("logs.yaml:3"), "\(wrong.transcript)")
    }

    @Test("what is in no table is listed with the reason, and a missing target is an error with a near name") func leftOut() async throws {
        let project = try lake()
        try project.directory.write("lake/notes.txt", "hello\n")
        let shown = try await project.sluice("crawl", "lake", "--plan")
        #expect(shown.output.contains("notes.txt") && shown.output.contains("unknown"), "\(shown.transcript)")
        try project.directory.write("catalog/lake.yaml", "crawler: nightly\ntargets: ../lake\n")
        let missing = try await project.sluice("crawl", "nightyl")
        #expect(missing.exitCode == 2 && missing.errors.contains("nightly"), "\(missing.transcript)")
        #expect(try await project.sluice("crawl").exitCode == 2)
    }

    @Test("dates of another form, decimals with a comma and text among numbers come out of the table as they are") func forms() async throws
    {
        let project = try Project()
        try project.directory.write(
            "d/a.csv", "tag;betrag;plz;menge\n31.12.2024;1.234,50;01067;1\n01.01.2025;99,00;80331;NA\n")
        _ = try await project.json("crawl", "d")
        let shown = try await project.json("catalog", "show", "d")
        #expect(
            shown["table"]?["columns"]?.items.compactMap { $0["type"]?.text } == ["date", "decimal(6,2)", "string", "string"], "\(shown)")
        let rows = shown["rows"]?.items ?? []
        #expect(
            rows.compactMap { $0["tag"]?.text } == ["2024-12-31", "2025-01-01"] && rows.compactMap { $0["menge"]?.text } == ["1", "NA"])
    }

    @Test("databases and streams are targets, and queries read their tables") func systems() async throws {
        let project = try Project()
        try SQLiteConnection(project.directory.path("shop.db"), .create).execute(
            "CREATE TABLE orders (id INTEGER PRIMARY KEY, price DECIMAL(8,2), note); INSERT INTO orders VALUES (1, 1.25, 'x'), (2, 20.5, 7)"
        )
        let made = try await project.json("crawl", "sqlite:shop.db", "--database", "shop")
        #expect(
            made["tables"]?.items.first?["columns"]?.items.compactMap { $0["type"]?.text } == [
                "int64", "decimal(8,2)", "choice<int64, string>",
            ], "\(made)")
        let sum = try await project.sluice("query", "SELECT sum(price) AS total FROM shop.orders")
        #expect(sum.exitCode == 0 && sum.output.contains("21.75"), "\(sum.transcript)")
        let refused = try await project.sluice("query", "INSERT INTO shop.orders SELECT * FROM shop.orders")
        #expect(refused.exitCode == 2 && refused.errors.contains("has no files"), "\(refused.transcript)")
        try project.directory.write("events.jsonl", "{\"id\":1,\"tag\":\"a\"}\n{\"id\":2,\"tag\":\"b\"}\n")
        _ = try await project.sluice("stream", "create", "clicks")
        _ = try await project.sluice("stream", "put", "clicks", "events.jsonl")
        let live = try await project.json("crawl", "stream:*", "--database", "live")
        #expect(live["tables"]?.items.first?["rows"]?.integer == 2, "\(live)")
        let tags = try await project.sluice("query", "SELECT tag FROM live.clicks WHERE id = 2")
        #expect(tags.exitCode == 0 && tags.output.contains("b"), "\(tags.transcript)")
        let explained = try await project.sluice("crawl", "--explain", "shop.orders")
        #expect(explained.output.contains("the database declares DECIMAL(8,2)"), "\(explained.transcript)")
        let near = try await project.sluice("crawl", "stream:click")
        #expect(near.exitCode == 2 && near.errors.contains("clicks"), "\(near.transcript)")
    }

    @Test("only what is named is looked at, and the others are what they were") func changed() async throws {
        let project = try lake()
        _ = try await project.json("crawl", "lake")
        for day in 4...5 { try project.directory.write("lake/day=2024-01-0\(day)/part.csv", "id,item,price\n\(day),pen,1.25\n") }
        let found = try await project.json("crawl", "lake", "--changed", "lake/day=2024-01-05")
        #expect(found["figures"]?["files_read"]?.integer == 1 && found["figures"]?["files_known"]?.integer == 3, "\(found)")
        #expect(try await project.json("catalog", "show", "lake")["table"]?["rows"]?.integer == 7)
        let rest = try await project.json("crawl", "lake")
        #expect(rest["figures"]?["files_read"]?.integer == 1)
        #expect(try await project.sluice("crawl", "lake", "--recrawl", "events").exitCode == 2)
    }

    @Test("records deeper in a document are reached by a declared path") func records() async throws {
        let project = try Project()
        try project.directory.write("answers/a.json", "{\"count\":2,\n\"items\":[{\"a\":1},\n{\"a\":2}]}")
        try project.directory.write(
            "catalog/answers.yaml",
            "crawler: answers\ntargets: ../answers\nclassifiers:\n  - {name: items, format: json, options: {records: \"$.items[*]\"}}\n")
        let plain = try await project.sluice("crawl", "answers", "--catalog", "none", "--plan")
        #expect(plain.output.contains("$['items'][*]"), "\(plain.transcript)")
        let found = try await project.json("crawl", "answers")
        #expect(found["tables"]?.items.compactMap { $0["classifier"]?.text } == ["items"], "\(found)")
        let sum = try await project.sluice("query", "SELECT sum(a) AS total FROM answers")
        #expect(sum.exitCode == 0 && sum.output.contains("3"), "\(sum.transcript)")
    }
}
