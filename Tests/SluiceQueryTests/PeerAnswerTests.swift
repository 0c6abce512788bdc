import Glibc
import SluiceCore
import SluiceQuery
import SluiceTestKit
import Testing

/// The same queries over the same files, answered by DuckDB.
@Suite("the answers of DuckDB")
struct PeerAnswerTests {
    /// A Python that has DuckDB: `SLUICE_PYTHON` if set, the benchmarks' own environment, or `python3`.
    private static let python: String? = {
        let given = getenv("SLUICE_PYTHON").map { [String(cString: $0)] } ?? []
        let candidates = given + [Repository.path("Benchmarks/cache/venv/bin/python"), "python3"]
        let found = candidates.first { InstalledProgram.succeeds($0, ["-c", "import duckdb"]) }
        if found == nil { print("skipped: the Python package duckdb is not there; set SLUICE_PYTHON") }
        return found
    }()

    /// Prints a line with the number of rows before the rows of each query, in the form of `Canonical`.
    private static let program = #"""
        import duckdb, json, sys

        def text(value):
            if value is None: return "null"
            if isinstance(value, bool): return "true" if value else "false"
            if isinstance(value, str): return json.dumps(value)
            try: return str(float(int(float(value) * 1e6 + (0.5 if value >= 0 else -0.5))) / 1e6)
            except TypeError: return json.dumps(str(value))

        for query in open("queries.txt").read().split("\n"):
            rows = sorted("|".join(text(value) for value in row) for row in duckdb.sql(query).fetchall())
            print(len(rows))
            for row in rows: print(row)
        """#

    @Test("joins, sub-queries and unions have the rows that DuckDB has", .enabled(if: PeerAnswerTests.python != nil), arguments: 0..<3)
    func sameRows(_ seed: Int) async throws {
        let inquiry = try EngineJoinTests.inquiry(seed + 50)
        let queries = EngineJoinTests.whole.map(EngineJoinTests.files)
        try inquiry.directory.write("queries.txt", queries.joined(separator: "\n"))
        let path = try inquiry.directory.write("program.py", Self.program)
        let result = try await Command(try #require(Self.python), [path], directory: inquiry.directory.root).run(timeout: .seconds(300))
        try #require(result.exitCode == 0, "\(result.transcript)")
        var lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)[...]
        for query in queries {
            let count = try #require(lines.popFirst().flatMap { Int($0) })
            let expected = lines.prefix(count).map(String.init).sorted()
            lines = lines.dropFirst(count)
            let answer = try await inquiry.ask(query)
            #expect(Canonical.set(answer.rows) == expected, "\(query)\n\(answer.rows.prefix(4))\nDuckDB \(expected.prefix(4))")
        }
    }
}
