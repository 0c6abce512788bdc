import SluiceTestKit
import Testing

/// A folder of orders by day, and a pipeline from it to a table with a partition for each day.
struct BackfillProject {
    let project: Project
    static let rowsOfDay = 20

    init() throws {
        project = try Project()
        try define()
    }

    var directory: TemporaryDirectory { project.directory }

    /// - Parameter factor: What amounts are multiplied by, to tell one output from another.
    func define(
        factor: Int = 1, source: String = "in/**/*.csv", partitions: String = "[year, month, day]", steps: String = "",
        sink: String = "table: shop.orders", more: String = ""
    ) throws {
        try directory.write(
            "p.yaml",
            """
            name: orders
            source: {files: "\(source)", columns: {id: int64, amount: int64, year: int32, month: int32, day: int32}}
            steps:
              - derive: {total: amount * \(factor)}
            \(steps)
            sink: {\(sink), format: csv\(partitions.isEmpty ? "" : ", partition_by: \(partitions)")}
            \(more)
            """)
    }

    /// A day of January 2024; ids tell day and row.
    func writeDay(_ day: Int, amount: Int = 1, rows: Int = rowsOfDay) throws {
        let lines = (0..<rows).map { "\(day * 1_000 + $0),\(amount)\n" }.joined()
        try directory.write("in/year=2024/month=1/day=\(day)/orders.csv", "id,amount\n" + lines)
    }

    func run(_ arguments: String...) async throws -> CommandResult {
        try await project.command(["run", "p.yaml", "--quiet"] + arguments).run()
    }

    func backfill(_ from: String, _ to: String, _ arguments: String...) async throws -> CommandResult {
        try await project.command(["backfill", "p.yaml", "--from", from, "--to", to] + arguments).run()
    }

    func json(_ from: String, _ to: String, _ arguments: String...) async throws -> JSONDocument {
        let result = try await project.command(["backfill", "p.yaml", "--from", from, "--to", to, "--json"] + arguments).run()
        try #require(result.exitCode == 0, "\(result.transcript)")
        return try result.json()
    }

    var tablePath: String { project.tablePath("shop", "orders") }

    /// Files of the table, each with its day.
    var tableFiles: [String] { TemporaryDirectory.files(below: tablePath).filter { $0.hasSuffix(".csv") }.sorted() }

    /// Totals by day, as `id` tells it.
    func totals(below path: String? = nil) throws -> [Int: [Int]] {
        let document = try CSVDocument.directory(path ?? tablePath)
        var found: [Int: [Int]] = [:]
        for (id, total) in zip(document["id"], document["total"]) {
            found[(Int(id) ?? 0) / 1_000, default: []].append(Int(total) ?? -1)
        }
        return found
    }

    /// What a day has whose rows have a total each.
    static func day(_ total: Int, rows: Int = rowsOfDay) -> [Int] { Array(repeating: total, count: rows) }
}
