import SluiceTestKit
import Testing

@Suite("contracts of tables")
struct ContractTests {
    private let project: Project

    /// A table with the columns `id` (int64) and `total` (float64).
    init() async throws {
        project = try Project()
        try project.directory.write("in/a.csv", "id,total\n1,1.5\n")
        try project.directory.write("first.yaml", Self.definition("in/a.csv", "{id: int64, total: float64}", contract: "evolve"))
        let result = try await project.sluice("run", "first.yaml")
        try #require(result.exitCode == 0, "\(result.transcript)")
    }

    private static func definition(
        _ file: String, _ columns: String, contract: String, mode: String = "append", table: String = "shop.orders"
    ) -> String {
        """
        name: orders
        source: {files: \(file), columns: \(columns)}
        sink: {table: \(table), format: csv, mode: \(mode), contract: \(contract)}
        """
    }

    private func run(_ rows: String, _ columns: String, contract: String, mode: String = "append", table: String = "shop.orders")
        async throws -> CommandResult
    {
        try project.directory.write("in/b.csv", rows)
        try project.directory.write("next.yaml", Self.definition("in/b.csv", columns, contract: contract, mode: mode, table: table))
        return try await project.command(["run", "next.yaml", "--json"]).run()
    }

    private func columns() async throws -> [String] {
        let shown = try await project.json("catalog", "show", "shop.orders")
        return shown["table"]?["columns"]?.items.map { "\($0["name"]?.text ?? "") \($0["type"]?.text ?? "")" } ?? []
    }

    @Test("a new column is added, fails the run, discards rows that have it, or is left out")
    func newColumns() async throws {
        let (rows, types) = ("id,total,note\n2,2.5,\n3,3.5,x\n", "{id: int64, total: float64, note: string}")
        let frozen = try await run(rows, types, contract: "{columns: freeze}")
        #expect(
            frozen.exitCode == 2 && frozen.transcript.contains("contract-broken") && frozen.transcript.contains("note"),
            "\(frozen.transcript)")
        #expect(try await columns() == ["id int64", "total float64"])

        let discarded = try await run(rows, types, contract: "{columns: discard_row}")
        #expect(discarded.exitCode == 0, "\(discarded.transcript)")
        #expect(try discarded.json()["dead_letters"]?.integer == 1)
        #expect(try discarded.json()["rows_out"]?.integer == 1)
        #expect(try await columns() == ["id int64", "total float64"])

        let without = try await run(rows, types, contract: "{columns: discard_value}")
        #expect(without.exitCode == 0, "\(without.transcript)")
        #expect(try without.json()["rows_out"]?.integer == 2)
        #expect(try await columns() == ["id int64", "total float64"])

        #expect(try await run(rows, types, contract: "evolve").exitCode == 0)
        #expect(try await columns() == ["id int64", "total float64", "note string"])
    }

    @Test("values of another type fail the run, discard the row, or become null; those that fit are written")
    func types() async throws {
        let (rows, types) = ("id,total\n2,2.5\n3,none\n", "{id: int64, total: string}")
        let frozen = try await run(rows, types, contract: "{types: freeze}")
        #expect(frozen.exitCode == 1 && frozen.transcript.contains("total is float64"), "\(frozen.transcript)")

        let discarded = try await run(rows, types, contract: "{types: discard_row}")
        #expect(try discarded.json()["dead_letters"]?.integer == 1, "\(discarded.transcript)")
        #expect(try discarded.json()["rows_out"]?.integer == 1)
        let letters = try await project.json("dlq", "list")
        #expect("\(letters)".contains("orders"))

        let nulls = try await run(rows, types, contract: "{types: discard_value}", mode: "overwrite")
        #expect(nulls.exitCode == 0, "\(nulls.transcript)")
        #expect(try project.rows("shop", "orders").rows == [["2", "2.5"], ["3", ""]])
        #expect(try await columns() == ["id int64", "total float64"])

        #expect(try await run(rows, types, contract: "evolve", mode: "overwrite").exitCode == 0)
        #expect(try await columns() == ["id int64", "total string"])
    }

    @Test("columns that the rows lack stay in a frozen table, and fitting rows pass")
    func lacking() async throws {
        let result = try await run("id\n7\n", "{id: int64}", contract: "freeze", mode: "overwrite")
        #expect(result.exitCode == 0, "\(result.transcript)")
        #expect(try await columns() == ["id int64", "total float64"])
        #expect(try project.rows("shop", "orders").rows == [["7", ""]])
    }

    @Test("a table that is not there is made, refused, or its rows are kept as dead letters")
    func tables() async throws {
        let (rows, types) = ("id\n7\n", "{id: int64}")
        let frozen = try await run(rows, types, contract: "freeze", table: "shop.other")
        #expect(
            frozen.exitCode == 2 && frozen.transcript.contains("next.yaml") && frozen.transcript.contains("is not there"),
            "\(frozen.transcript)")
        let discarded = try await run(rows, types, contract: "{tables: discard_row}", table: "shop.other")
        #expect(try discarded.json()["dead_letters"]?.integer == 1, "\(discarded.transcript)")
        #expect(try await run(rows, types, contract: "evolve", table: "shop.third").exitCode == 0)
    }

    @Test("the plan shows the contract's steps, and a wrong word is an error at its place")
    func planned() async throws {
        try project.directory.write(
            "next.yaml", Self.definition("in/a.csv", "{id: string, total: float64}", contract: "{types: discard_row}"))
        let plan = try await project.sluice("plan", "next.yaml")
        #expect(plan.exitCode == 0 && plan.output.contains("contract of table shop.orders"), "\(plan.transcript)")
        try project.directory.write("next.yaml", Self.definition("in/a.csv", "{id: int64}", contract: "{types: discard}"))
        let wrong = try await project.sluice("validate", "next.yaml")
        #expect(wrong.exitCode == 2 && wrong.transcript.contains("discard_row"), "\(wrong.transcript)")
    }
}
