import SluiceCatalog
import SluiceCore
import SluicePipelines
import Testing

@Suite("the step sql") struct SQLStepTests {
    private func definition(_ sql: String) -> String {
        definitionText("- sql: |\n    " + sql.replacing("\n", with: "\n    "), source: "airlines.csv")
    }

    @Test(
        "a statement becomes the steps that do the same",
        arguments: [
            ("SELECT * FROM input WHERE flight > 1", "filter", "carrier string, name string, flight int64"),
            ("SELECT *", "project", "carrier string, name string, flight int64"),
            ("SELECT *, flight * 2 AS twice", "project", "carrier string, name string, flight int64, twice int64"),
            ("select flight, lower(carrier) as code", "project", "flight int64, code string"),
            ("SELECT DISTINCT carrier FROM input LIMIT 3", "project deduplicate limit", "carrier string"),
            (
                "SELECT carrier, count(*) AS n, sum(flight) / count(*) AS mean FROM input GROUP BY carrier", "aggregate project",
                "carrier string, n int64, mean float64"
            ),
            ("SELECT count(*) AS n, max(name) AS last FROM input", "aggregate project", "n int64, last string"),
            ("SELECT left(name, 1) AS initial, count(*) AS n GROUP BY initial", "aggregate project", "initial string, n int64"),
            ("SELECT left(name, 1) AS initial GROUP BY left(name,  1)", "aggregate project", "initial string"),
            (
                "SELECT carrier FROM input WHERE flight > 0 GROUP BY carrier HAVING count(*) > 2 ORDER BY max(flight) DESC, carrier LIMIT 5",
                "filter aggregate filter project sort project limit", "carrier string"
            ),
            ("SELECT name FROM input ORDER BY flight NULLS FIRST", "project sort project", "name string"),
            ("SELECT flight * 2 AS twice FROM input ORDER BY twice DESC", "project sort", "twice int64"),
            ("SELECT CASE WHEN flight IS DISTINCT FROM 1 THEN 'a' ELSE 'b' END AS kind -- why\nFROM input", "project", "kind string"),
        ])
    func planned(_ sql: String, _ operations: String, _ columns: String) async throws {
        let plan = try await plan(definition(sql))
        #expect(plan.steps.map(\.operation.name).joined(separator: " ") == operations)
        #expect(plan.outputSchema.text == columns)
    }

    @Test(
        "what cannot be planned is refused at its place",
        arguments: [
            ("SELECT carier FROM input", "unknown-column 6:14"), ("SELECT lower(flight) AS x", "type-error 6:20"),
            ("SELECT lower(name)", "syntax-error 6:14"), ("SELECT name, flight AS name", "duplicate-column 6:20"),
            ("SELECT *, flight + 1 AS flight", "duplicate-column 6:17"), ("SELECT *, * FROM input", "syntax-error 6:17"),
            ("SELECT name FROM flights", "unsupported 6:24"), ("SELECT name FROM input, other", "unsupported 6:29"),
            ("SELECT name FROM input JOIN b ON x", "unsupported 6:30"), ("SELECT (SELECT 1) AS x", "unsupported 6:15"),
            ("SELECT name FROM input UNION SELECT name FROM input", "unsupported 6:30"),
            ("SELECT name, count(*) AS n FROM input", "unknown-column 6:14"),
            ("SELECT carrier, flight + 1 AS f, count(*) AS n GROUP BY carrier", "unknown-column 6:23"),
            ("SELECT sum(name) AS x", "type-error 6:18"), ("SELECT name WHERE sum(flight) > 1", "unknown-function 6:25"),
            ("SELECT name HAVING name > 'a'", "syntax-error 6:26"), ("SELECT name LIMIT x", "syntax-error 6:25"),
            ("SELECT name, FROM input", "syntax-error 6:18"), ("UPDATE input", "syntax-error 6:7"), ("SELECT", "syntax-error 6:7"),
            ("SELECT name FROM input WHERE", "syntax-error 6:30"), ("SELECT name WHERE flight > 1 FROM input", "syntax-error 6:36"),
            ("SELECT DISTINCT name ORDER BY flight", "unsupported 6:37"), ("SELECT * GROUP BY name", "syntax-error 6:7"),
            ("SELECT name GROUP BY 1", "type-error 6:28"), ("SELECT row_number() OVER (ORDER BY name) AS r", "unsupported 6:27"),
            ("SELECT name WHERE flight", "type-error 6:25"),
        ])
    func refused(_ sql: String, _ expected: String) async {
        let errors = await errors(definition(sql))
        #expect(errors.map(\.brief) == [expected], "\(errors)")
    }

    @Test("columns that nobody reads are left out")
    func pruned() async throws {
        let plan = try await plan(
            definitionText("- sql: SELECT carrier, name, flight FROM input WHERE flight > 1\n- select: [name]", source: "airlines.csv"))
        #expect(plan.source.columns == ["name", "flight"])
        #expect(plan.outputSchema.text == "name string")
    }

    @Test("lineage sees through a statement")
    func lineage() async throws {
        let lineage = try await plan(
            definition("SELECT carrier, sum(flight) / count(*) AS mean FROM input WHERE name <> '' GROUP BY carrier")
        ).lineage
        let mean = lineage.outputs[0].columns[1]
        #expect(mean.origins.map(\.column) == ["flight"])
        #expect(mean.derivations.map(\.expression).contains("sum(flight) / count(*)"))
        #expect(lineage.outputs[0].conditions.map(\.role) == [.filter, .groupKey])
    }
}
