import SluiceTestKit
import Testing

/// Pipelines with several sinks, as a person runs them.
@Suite("routes on the command line")
struct RouteTests {
    private let project: Project

    init() throws {
        project = try Project()
        try project.directory.write("in/a.csv", "id,kind,amount\n" + (1...30).map { "\($0),k\($0 % 3),\($0 * 10)\n" }.joined())
    }

    private func define(_ more: String, mode: String = "overwrite") throws {
        try project.directory.write(
            "p.yaml",
            """
            name: orders
            source: {files: "in/*.csv", columns: {id: int64, kind: string, amount: int64}}
            routes:
              large:
                when: amount > 200
                steps: [{derive: {tax: amount / 5}}]
                sink: {table: shop.large, format: csv, mode: \(mode)}
              some:
                when: kind = 'k1'
                steps: [{aggregate: {by: [kind], columns: {orders: count(*), total: sum(amount)}}}]
                sink: {files: some, format: json, mode: \(mode)}
            \(more)
            """)
    }

    @Test("one run writes every sink, counts the rows of each, and says what was in none")
    func batch() async throws {
        try define("")
        let run = try await project.json("run", "p.yaml")
        #expect(run["rows_in"]?.integer == 30 && run["rows_out"]?.integer == 11)
        let routes = run["routes"]?.items ?? []
        #expect(routes.map { $0["name"]?.text } == ["large", "some"])
        #expect(routes.map { $0["rows_in"]?.integer } == [10, 7])
        #expect(routes.map { $0["rows_out"]?.integer } == [10, 1])
        #expect(run["unrouted"]?.integer == 13)
        #expect(run["notices"]?.items.contains { $0.text?.contains("13 rows went into no route") == true } == true)
        let large = try project.rows("shop", "large")
        #expect(large.rows.map { $0[0] } == (21...30).map(String.init))
        #expect(large.columns == ["id", "kind", "amount", "tax"])
        let some = try await Command.shell("cat some/part-*", directory: project.directory.root).run()
        #expect(some.output.trimmed == #"{"kind":"k1","orders":7,"total":700}"#)
        let screen = try await project.sluice("runs", "show", "last")
        #expect(screen.output.contains("large") && screen.output.contains("rows that no route took"), "\(screen.transcript)")
    }

    @Test("rows that no route took go to otherwise; with match all, a row goes to each route that wants it")
    func otherwise() async throws {
        try define("match: all\notherwise: {sink: {table: shop.rest, format: csv}}")
        let run = try await project.json("run", "p.yaml")
        #expect(run["routes"]?.items.map { $0["rows_in"]?.integer } == [10, 10, 13])
        #expect(run["unrouted"]?.integer == 0)
        #expect(try project.rows("shop", "rest").rows.count == 13)
        let again = try await project.json("run", "p.yaml")
        #expect(again["routes"]?.items.map { $0["rows_in"]?.integer } == [10, 10, 13])
        #expect(try project.rows("shop", "large").rows.count == 10)
    }

    @Test("a run that fails in one route leaves all sinks as they were")
    func failure() async throws {
        try define("")
        #expect(try await project.sluice("run", "p.yaml", "--quiet").exitCode == 0)
        try project.directory.write("in/a.csv", "id,kind,amount\n1,k1,300\n2,k1,9223372036854775807\n")
        let text = try project.directory.text("p.yaml")
        try project.directory.write("p.yaml", text.replacing("amount / 5", with: "amount * 5"))
        let failed = try await project.sluice("run", "p.yaml")
        #expect(failed.exitCode == 1)
        #expect(failed.errors.contains("large/1 derive"), "\(failed.transcript)")
        #expect(try project.rows("shop", "large").rows.count == 10)
        #expect(project.stagedFiles.isEmpty, "\(project.stagedFiles)")
    }

    @Test("two outputs in one place, and an incremental run with a sink that replaces, are refused")
    func refused() async throws {
        try define("otherwise: {sink: {files: some}}")
        let same = try await project.sluice("validate", "p.yaml")
        #expect(same.exitCode == 2)
        #expect(same.errors.contains("write to the same place"), "\(same.transcript)")
        try define("incremental: true")
        let replacing = try await project.sluice("validate", "p.yaml")
        #expect(replacing.exitCode == 2)
        #expect(replacing.errors.contains("the sink of \"large\" replaces"), "\(replacing.transcript)")
    }

    @Test("limits of on_error fail a run by count and by share, and leave nothing of it")
    func limits() async throws {
        try project.directory.write("in/a.csv", "id,kind,amount\n" + (1...20).map { "\($0),k,\($0 % 5 == 0 ? "x" : "7")\n" }.joined())
        try define("on_error: {action: dead_letter, max_records: 4, max_share: 0.2}")
        #expect(try await project.sluice("run", "p.yaml", "--quiet").exitCode == 0)
        try define("on_error: {action: dead_letter, max_records: 3}")
        let count = try await project.sluice("run", "p.yaml")
        #expect(count.exitCode == 1)
        #expect(count.errors.contains("too-many-bad-records") && count.errors.contains("in/a.csv:6"), "\(count.transcript)")
        try define("on_error: {action: skip, max_share: 0.19}")
        let share = try await project.sluice("run", "p.yaml")
        #expect(share.exitCode == 1)
        #expect(share.errors.contains("4 of 20 records") && share.errors.contains("20 %"), "\(share.transcript)")
        let letters = try await project.json("dlq", "list")
        #expect(letters["files"]?.items.count == 1)
    }
}
