import SluiceTestKit
import Testing

/// Choices that become what a table of the catalog has.
@Suite("resolve by a table of the catalog")
struct ResolveTableTests {
    private let project: Project

    init() async throws {
        project = try Project()
        try project.directory.write("known.csv", "id,amount,day\n1,2.50,2024-01-01\n")
        try project.directory.write(
            "known.yaml",
            """
            name: known
            source: {files: known.csv, columns: {id: int64, amount: "decimal(8,2)", day: date}}
            sink: {table: shop.known, partition_by: [day]}
            """)
        let made = try await project.sluice("run", "known.yaml", "--quiet")
        try #require(made.exitCode == 0, "\(made.transcript)")
        try project.directory.write(
            "in.jsonl",
            """
            {"id": 1, "amount": "2", "day": "2024-01-01", "other": 1}
            {"id": "2", "amount": 3.5, "day": 7, "other": "x"}
            {"id": "none", "amount": 4, "day": "2024-01-03", "other": 2}

            """)
    }

    private func define(_ resolve: String, then more: String = "  - drop: other") throws {
        try project.directory.write(
            "p.yaml",
            """
            name: p
            source: {files: in.jsonl}
            steps:
              - resolve: \(resolve)
            \(more)
            sink: {files: out, format: csv}
            on_error: dead_letter
            """)
    }

    @Test("one column, a partition key, or all choices become what the table has; values that do not fit are dead letters")
    func types() async throws {
        try define("{\"*\": {table: shop.known}, other: {cast: string}}", then: "  - drop: other")
        let run = try await project.json("run", "p.yaml")
        #expect(run["dead_letters"]?.integer == 2, "\(run)")
        let rows = try CSVDocument.directory(project.directory.path("out"))
        #expect(rows == CSVDocument(columns: ["id", "amount", "day"], rows: [["1", "2.00", "2024-01-01"]]))
        let plan = try await project.sluice("plan", "p.yaml")
        #expect(plan.output.contains("all choices as in shop.known"), "\(plan.transcript)")
        #expect(plan.output.contains("id int64, amount decimal(8,2), day date"), "\(plan.transcript)")
        try define("{id: {table: shop.known}, amount: {table: shop.known}}", then: "  - select: [id, amount]")
        #expect(try await project.json("run", "p.yaml")["dead_letters"]?.integer == 1)
        #expect(try CSVDocument.directory(project.directory.path("out")).rows == [["1", "2.00"], ["2", "3.50"]])
    }

    @Test(
        "what the catalog does not say is an error with its place and a remedy",
        arguments: [
            ("{id: {table: shop.nown}}", "the catalog has no table shop.nown", "sluice catalog tables"),
            ("{\"*\": {table: shop.known}}", "table shop.known has no column \"other\"", "day"),
            ("{id: {table: shop.known, cast: string}}", "cast, projected, or made what a table has", "all but one"),
            ("{\"*\": {cast: string}}", "only by the types of a table", "{table: DATABASE.TABLE}"),
        ])
    func refusals(_ resolve: String, _ message: String, _ remedy: String) async throws {
        try define(resolve)
        let result = try await project.sluice("validate", "p.yaml")
        #expect(result.exitCode == 2 && result.errors.contains("p.yaml:4:"), "\(result.transcript)")
        #expect(result.errors.contains(message) && result.errors.contains(remedy), "\(result.transcript)")
    }

    @Test("a test says what columns the table has, and depends on no state; without that it says what to add")
    func tested() async throws {
        try define("{\"*\": {table: shop.known}, other: {cast: string}}")
        func tests(_ tables: String) throws {
            try project.directory.write(
                "p.tests.yaml",
                """
                - name: choices
                \(tables)
                  inputs:
                    source: |
                      {"id": 1, "amount": "2", "day": "2024-01-01", "other": 1}
                      {"id": "2", "amount": 3.5, "day": 7, "other": "x"}
                  expect:
                    rows: [{id: 1, amount: 2, day: 2024-01-01}]
                    dead_letters: 1
                """)
        }
        let types = "{id: int64, amount: \"decimal(8,2)\", day: date}"
        try tests("  tables: {shop.known: \(types)}")
        let elsewhere = project.directory.path("no-state")
        let passed = try await project.command(["test", "p.yaml"], environment: ["SLUICE_HOME": elsewhere]).run()
        #expect(passed.exitCode == 0, "\(passed.transcript)")
        try tests("  run: batch")
        let missing = try await project.sluice("test", "p.yaml")
        #expect(missing.exitCode == 1 && missing.output.contains("whose types `resolve` takes"), "\(missing.transcript)")
        #expect(missing.output.contains("tables: {shop.known: {COLUMN: TYPE}}"), "\(missing.transcript)")
        try tests("  tables: {shop.known: \(types), shop.nown: {id: int64}}")
        let extra = try await project.sluice("test", "p.yaml")
        #expect(extra.exitCode == 1 && extra.output.contains("did you mean \"shop.known\"?"), "\(extra.transcript)")
        try tests("  tables: {shop.known: {id: whole}}")
        let wrong = try await project.sluice("validate", "p.tests.yaml")
        #expect(wrong.exitCode == 2 && wrong.errors.contains("p.tests.yaml:2:"), "\(wrong.transcript)")
    }
}
