import SluiceTestKit
import Testing

@testable import SluiceCLI

@Suite("The commands about quality") struct QualityCommandTests {
    private let directory: TemporaryDirectory
    private let home: String

    init() throws {
        directory = try TemporaryDirectory()
        home = directory.path("home")
    }

    private func run(_ steps: String, more: String = "") async throws -> Outcome {
        try directory.write("data/orders.csv", "id,amount,country\n1,2.50,NO\n2,-1.00,SE\n3,4.00,\n3,5.00,XX\n")
        try directory.write(
            "orders.yaml",
            """
            name: orders
            source: {files: data/orders.csv}
            \(steps)
            sink: {table: sales.orders}
            \(more)
            """)
        return await sluice("run", directory.path("orders.yaml"), "--home", home)
    }

    @Test("rules on the command line: a line for each, figures and rows that failed, exit code 1, and a result that stays")
    func commandLine() async throws {
        try #require(await run("steps: []").status == .done)
        let result = await sluice(
            "quality", "run", "sales.orders", "--rule", "RowCount = 4", "--rule", "ColumnValues \"amount\" > 0", "--rule",
            "IsUnique \"id\"",
            "--home", home)
        #expect(result.status == .failed, "\(result.err)")
        #expect(result.out.hasPrefix("sales.orders, command line: 1 of 3 rules passed\n"))
        #expect(result.out.contains("ok    RowCount = 4\n"))
        #expect(result.out.contains("fail  ColumnValues \"amount\" > 0\n      1 of 4 rows does not keep it\n"))
        #expect(result.out.contains("{\"amount\":-1.0}"))
        #expect(result.out.contains("      IsUnique \"id\" is 0.5, and should be 1\n"))
        let list = await sluice("quality", "list", "--home", home)
        #expect(list.out.contains("sales.orders") && list.out.contains("1/3"))
        let shown = try await sluice("quality", "show", "last", "--home", home, "--json").json
        #expect(shown["passed"]?.boolean == false && shown["rows"]?.integer == 4 && shown["id"]?.integer == 1)
        #expect(shown["rules"]?[1]?["failed_rows"]?.integer == 1 && shown["rules"]?[0]?["state"]?.text == "passed")
        #expect(await sluice("quality", "show", "1", "--home", home).out.contains("sales.orders"))
        #expect(try await sluice("quality", "show", "Sales.Orders", "--home", home, "--json").json["id"]?.integer == 1)
        _ = await sluice("quality", "run", "sales.orders", "--rule", "RowCount = 4", "--home", home)
        #expect(try await sluice("quality", "show", "sales.orders", "--home", home, "--json").json["id"]?.integer == 2)
        for (name, message, remedy) in [
            ("sales.ordres", "neither a result's number nor a table or pipeline with results", "did you mean \"sales.orders\"?"),
            ("orders", "the pipeline \"orders\" was not judged by rules yet", "give it a step `quality`"),
            ("77", "there is no quality result 77", "the newest is 2"),
        ] {
            let refused = await sluice("quality", "show", name, "--home", home)
            #expect(refused.status == .wrongUsage && refused.err.contains(message) && refused.err.contains(remedy), "\(refused.err)")
        }
    }

    @Test("declared rule sets are found by their table; names are checked, and dynamic rules look at earlier results")
    func declared() async throws {
        try #require(await run("steps: []").status == .done)
        try directory.write(
            "catalog/orders.yaml",
            """
            quality: orders
            table: Sales.Orders
            rules: |
              RowCount > last() - 1,
              Mean "amount" > 0,
              ReferentialIntegrity "country" "countries.code" >= 0.5
            references:
              countries: {files: ../data/countries.csv}
            """)
        try directory.write("data/countries.csv", "code\nNO\nSE\n")
        try directory.write("catalog/other.yaml", "database: sales\n")
        func judge() async -> Outcome {
            await sluice("quality", "run", "sales.orders", "--catalog", directory.path("catalog"), "--home", home)
        }
        let first = await judge()
        #expect(first.status == .done, "\(first.out)\(first.err)")
        #expect(first.out.hasPrefix("sales.orders, orders: 2 of 3 rules passed, 1 skipped\n"), "\(first.out)")
        #expect(first.out.contains("skip  RowCount > last() - 1\n      there are not enough earlier results to compare with"))
        #expect(first.out.contains("ok    ReferentialIntegrity"))
        #expect(await judge().out.contains("ok    RowCount > last() - 1"))
        let history = await sluice("quality", "history", "sales.orders", "--figure", "RowCount", "--home", home)
        #expect(history.out.split(separator: "\n").count == 4 && history.out.contains("RowCount"), "\(history.out)")
        let json = try await sluice("quality", "history", "sales.orders", "--home", home, "--json").json
        #expect(json["figures"]?[0]?["figure"]?.text == "RowCount" && json["figures"]?[0]?["result"]?.integer == 2)
        let missing = await sluice("quality", "run", "sales.orders", "--catalog", directory.path("none"), "--home", home)
        #expect(missing.status == .wrongUsage && missing.err.contains("no rule set in"))
    }

    @Test("windows of a declared rule set are judged once each, when newer rows are there, with those before as earlier results")
    func windows() async throws {
        try directory.write(
            "load.yaml",
            """
            name: load
            source: {files: "in/*.csv", columns: {at: timestamp, n: int64}}
            sink: {table: sales.hours, mode: append}
            incremental: true
            """)
        try directory.write(
            "catalog/hours.yaml",
            """
            quality: hours
            table: sales.hours
            rules: RowCount >= last(), Mean "n" > 0
            window: {time: at, size: 1 hour, delay: 5 minutes}
            """)
        func load(_ name: String, _ times: [String]) async throws {
            try directory.write("in/\(name).csv", "at,n\n" + times.map { "2024-01-01T\($0),1\n" }.joined())
            try #require(await sluice("run", directory.path("load.yaml"), "--home", home).status == .done)
        }
        func judge() async throws -> [String] {
            let outcome = await sluice(
                "quality", "run", "sales.hours", "--catalog", directory.path("catalog"), "--home", home, "--json")
            return try #require(try outcome.json["results"]).items.map { result in
                "\(result["window"]?["start"]?.text?.dropFirst(11).prefix(5) ?? "") \(result["rows"]?.integer ?? -1) "
                    + (result["rules"]?[0]?["state"]?.text ?? "")
            }
        }
        try await load("a", ["08:10:00", "08:20:00", "09:00:00", "09:59:00", "10:04:00"])
        // The last hour is not over, and the one before may still get rows.
        #expect(try await judge() == ["08:00 2 skipped"])
        #expect(try await judge() == [])
        let text = await sluice("quality", "run", "sales.hours", "--catalog", directory.path("catalog"), "--home", home)
        #expect(text.status == .done && text.out.contains("No window of rule set hours has ended"))
        try await load("b", ["08:30:00", "09:30:00", "10:05:00", "11:30:00"])
        #expect(try await judge() == ["09:00 3 passed", "10:00 2 failed"])
        #expect(try await judge() == [])
    }

    @Test("a mistake in a declared rule set is placed in its file")
    func placed() async throws {
        try #require(await run("steps: []").status == .done)
        try directory.write("catalog/a.yaml", "quality: a\ntable: sales.orders\nrules: |\n  RowCount > 0,\n  IsComplete \"amuont\"\n")
        let result = await sluice("quality", "run", "sales.orders", "--catalog", directory.path("catalog"), "--home", home)
        #expect(result.status == .wrongUsage)
        #expect(result.err.contains("catalog/a.yaml:5:14") && result.err.contains("did you mean \"amount\"?"), "\(result.err)")
        try directory.write("checks.dqdl", "RowCount > 0,\nRowCuont > 1\n")
        let file = await sluice("quality", "run", "sales.orders", "--rules", directory.path("checks.dqdl"), "--home", home)
        #expect(file.status == .wrongUsage && file.err.contains("checks.dqdl:2:1") && file.err.contains("RowCount\"?"), "\(file.err)")
        let line = await sluice("quality", "run", "sales.orders", "--rule", "RowCuont > 1", "--home", home)
        #expect(line.status == .wrongUsage && line.err.contains("^^^^^^^^"), "\(line.err)")
        let table = await sluice("quality", "run", "sales.none", "--rule", "RowCount > 1", "--home", home)
        #expect(table.status == .wrongUsage && table.err.contains("not-found"))
    }

    @Test("a step fails the run, which writes nothing, and its result stays") func failing() async throws {
        let result = try await run("steps:\n  - quality: RowCount > 10, IsComplete \"id\"")
        #expect(result.status == .failed)
        #expect(result.err.contains("error[quality-failed]: 1 of 2 rules was not passed: RowCount > 10 (RowCount is 4,"), "\(result.err)")
        #expect(await sluice("catalog", "tables", "--home", home).out.contains("sales.orders") == false)
        let shown = try await sluice("quality", "show", "--home", home, "--json").json
        #expect(shown["subject"]?.text == "orders" && shown["rule_set"]?.text == "quality" && shown["run_id"]?.text?.count == 26)
    }

    @Test("a step that warns lets the run go on, and puts failing rows aside") func quarantine() async throws {
        let result = try await run(
            """
            steps:
              - quality:
                  name: orders
                  rules: ColumnValues "amount" > 0, IsComplete "country", IsUnique "id"
                  failing_rows: dead_letter
                  on_fail: warn
            """)
        #expect(result.status == .done, "\(result.err)")
        #expect(
            result.out.contains("4 read, 1 written, 3 dead letters") && result.err.contains("3 of 3 rules were not passed"), "\(result.out)"
        )
        let letters = await sluice("dlq", "show", "orders", "--home", home)
        #expect(letters.out.contains("orders.csv:3  assertion-failed"), "\(letters.out)")
        #expect(letters.out.contains("the row does not keep the rule ColumnValues \"amount\" > 0"))
        let run = try await sluice("runs", "show", "--home", home, "--json").json
        #expect(run["steps"]?[0]?["rejected"]?.integer == 3)
        let lineage = try await sluice("lineage", "sales.orders", "--home", home, "--json").json
        #expect(lineage["graphs"]?[0]?["row_edges"]?[0]?["role"]?.text == "rule")
    }

    @Test("a definition that cannot be judged is refused with its place") func refused() async throws {
        let step = try await run("steps:\n  - quality: IsComplete \"idd\"")
        #expect(
            step.status == .wrongUsage && step.err.contains("orders.yaml:4:25") && step.err.contains("did you mean \"id\"?"), "\(step.err)")
        let two = try await run("steps:\n  - quality: RowCount > 0\n  - quality: RowCount > 1")
        #expect(two.status == .wrongUsage && two.err.contains("two quality steps have the name"))
        let none = try await run("steps:\n  - quality: {on_fail: warn}")
        #expect(none.status == .wrongUsage && none.err.contains("missing-key"))
    }

    @Test("an incremental run judges what is new, and compares with what was") func incremental() async throws {
        let steps = "incremental: true\nsteps:\n  - quality: {rules: RowCount > last() - 1, on_fail: fail}"
        func orders() async throws -> Outcome {
            try directory.write(
                "orders.yaml",
                "name: orders\nsource: {files: data/*.csv}\n\(steps)\nsink: {table: sales.orders, mode: append}\n")
            return await sluice("run", directory.path("orders.yaml"), "--home", home)
        }
        try directory.write("data/a.csv", "id\n1\n2\n3\n")
        #expect(try await orders().status == .done)
        try directory.write("data/b.csv", "id\n4\n5\n6\n")
        #expect(try await orders().status == .done)
        #expect(try await orders().status == .done, "nothing new is nothing to judge")
        try directory.write("data/c.csv", "id\n7\n")
        let low = try await orders()
        #expect(low.status == .failed && low.err.contains("RowCount is 1, and should be > 2"), "\(low.err)")
        let results = try await sluice("quality", "list", "orders", "--home", home, "--json").json
        #expect(results["results"]?.items.compactMap { $0["rows"]?.integer } == [1, 3, 3])
        let table = try await sluice("catalog", "show", "sales.orders", "--home", home, "--json").json
        #expect(table["table"]?["rows"]?.integer == 6)
    }

    @Test("rule types explain themselves") func manuals() async throws {
        let all = await sluice("quality", "rules")
        #expect(all.out.contains("ColumnValues \"COLUMN\" CONDITION") && all.out.contains("It says which rows fail."))
        #expect(await sluice("quality", "rules", "rowcount").out.contains("RowCountMatch"))
        let unknown = await sluice("quality", "rules", "RowsCount")
        #expect(unknown.status == .wrongUsage && unknown.err.contains("RowCount"))
    }
}
