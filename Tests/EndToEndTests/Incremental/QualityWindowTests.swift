import SluiceTestKit
import Testing

/// Rules that are judged for each window of time, and rules about keys that say which rows fail.
@Suite("quality by windows")
struct QualityWindowTests {
    private let project: Project

    init() throws { project = try Project() }

    private func define(_ quality: String, more: String = "incremental: true", mode: String = "append") throws {
        try project.directory.write(
            "p.yaml",
            """
            name: sales
            source: {files: "in/*.csv", columns: {id: int64, at: timestamp, amount: int64}}
            steps:
              - quality: \(quality)
              - select: [id, amount]
            sink: {files: out, format: csv, mode: \(mode)}
            on_error: dead_letter
            \(more)
            """)
    }

    private func write(_ file: String, _ rows: [(id: Int, at: String, amount: Int)]) throws {
        let lines = rows.map { "\($0.id),2024-01-01T\($0.at),\($0.amount)\n" }
        try project.directory.write("in/\(file).csv", "id,at,amount\n" + lines.joined())
    }

    private func ids() throws -> [String] {
        guard project.directory.exists("out") else { return [] }
        return try CSVDocument.directory(project.directory.path("out")).rows.map { $0[0] }.sorted()
    }

    /// Results, the oldest first: the window's begin, rows, and the state of each rule.
    private func results() async throws -> [String] {
        let list = try await project.json("quality", "list")
        return (list["results"]?.items ?? []).reversed().map { result in
            let states = result["rules"]?.items.compactMap { $0["state"]?.text } ?? []
            let start = result["window"]?["start"]?.text?.suffix(9).prefix(5) ?? "-"
            return "\(start) \(result["rows"]?.integer ?? -1) \(states.joined(separator: ","))"
        }
    }

    private static let hourly = """
        {rules: 'RowCount > 1, ColumnValues "amount" > 0, RowCount <= avg(last(1)) * 2', window: {time: at, size: 1 hour, delay: 10 minutes, idle: 1 day}, on_fail: warn}
        """
    private static let expected = ["10:00 3 passed,passed,skipped", "11:00 1 failed,passed,passed", "12:00 3 passed,failed,failed"]

    @Test("each window has its result, the same piece by piece and at once; later ones compare with earlier ones")
    func windows() async throws {
        try define(Self.hourly)
        try write("a", [(1, "10:01:00", 5), (2, "10:30:00", 5), (3, "11:05:00", 5)])
        let first = try await project.json("run", "p.yaml")
        #expect(first["rows_out"]?.integer == 3)
        #expect(try await results().isEmpty)
        // The first is late by less than the delay.
        try write("b", [(4, "10:59:00", 5), (5, "12:00:00", 5), (6, "12:09:00", 5)])
        _ = try await project.json("run", "p.yaml")
        #expect(try await results() == [Self.expected[0]])
        try write("c", [(7, "12:30:00", -5), (8, "13:40:00", 5), (9, "10:00:00", 5)])
        let third = try await project.json("run", "p.yaml")
        #expect(try await results() == Self.expected)
        #expect(third["notices"]?.items.contains { $0.text?.contains("no window judges them") == true } == true, "\(third)")
        #expect(third["notices"]?.items.contains { $0.text?.contains("in the window from 2024-01-01") == true } == true, "\(third)")
        #expect(try ids().count == 9)
        // At once, without the row that was late, and with the last window too.
        _ = try await Command.shell("rm -rf out home in/c.csv", directory: project.directory.root).run()
        try define(Self.hourly, more: "", mode: "overwrite")
        try write("c", [(7, "12:30:00", -5), (8, "13:40:00", 5)])
        _ = try await project.json("run", "p.yaml")
        #expect(try await results() == Self.expected + ["13:00 1 failed,passed,passed"])
        let shown = try await project.sluice("quality", "show")
        #expect(shown.output.contains("window"), "\(shown.transcript)")
    }

    @Test("a window that fails ends the epoch in which it ends; what was committed before stays, and other windows are refused")
    func failing() async throws {
        let rules = "{rules: 'ColumnValues \"amount\" > 0', window: {time: at, size: 1 hour, idle: 1 day}}"
        try define(rules)
        try write("a", [(1, "10:01:00", -5)])
        #expect(try await project.sluice("run", "p.yaml", "--quiet").exitCode == 0)
        try write("b", [(2, "11:01:00", 5)])
        let failed = try await project.sluice("run", "p.yaml")
        #expect(failed.exitCode == 1 && failed.errors.contains("quality-failed"), "\(failed.transcript)")
        #expect(try ids() == ["1"])
        try define(rules.replacing("1 hour", with: "2 hours"))
        let changed = try await project.sluice("run", "p.yaml")
        #expect(changed.exitCode == 2 && changed.errors.contains("had windows of 1 h"), "\(changed.transcript)")
    }

    @Test("rules about keys put all rows of a key aside but the first, and nulls in a primary key")
    func keys() async throws {
        try define("{rules: 'IsPrimaryKey \"id\", IsUnique \"amount\"', failing_rows: dead_letter, on_fail: warn}")
        try project.directory.write(
            "in/a.csv",
            "id,at,amount\n1,,10\n1,,11\n2,,10\n,,12\n3,,\n4,,\n" + (100..<20_000).map { "\($0),,\($0)\n" }.joined() + "100,,99\n")
        let run = try await project.json("run", "p.yaml")
        #expect(run["dead_letters"]?.integer == 4, "\(run)")
        let out = try ids()
        #expect(out.count == 19_903 && out.prefix(1) == ["1"] && !out.contains("2"))
        let letters = try await project.json("dlq", "show", "sales")
        let reasons = letters["dead_letters"]?.items.compactMap { $0["message"]?.text } ?? []
        #expect(reasons.count { $0.contains("IsPrimaryKey \"id\"") } == 3 && reasons.count { $0.contains("IsUnique \"amount\"") } == 1)
        #expect(letters["dead_letters"]?.items.map { $0["raw"]?.text }.contains("100,,99") == true, "\(letters)")
    }
}
