import SluiceSQLite
import SluiceTestKit
import Testing

/// Contracts where no table of the catalog is written whole: merges, files, streams, databases; and those of sources.
@Suite("contracts of other ends")
struct ContractEndTests {
    private let project: Project

    init() throws { project = try Project() }

    private func run(_ rows: String, _ columns: String, _ sink: String, source: String = "", more: String = "") async throws
        -> CommandResult
    {
        try project.directory.write("in/a.csv", rows)
        try project.directory.write(
            "p.yaml", "name: p\nsource: {files: in/a.csv, columns: \(columns)\(source)}\nsink: \(sink)\n\(more)")
        return try await project.command(["run", "p.yaml", "--json"]).run()
    }

    private func counts(_ result: CommandResult) throws -> [Int?] {
        [try result.json()["rows_out"]?.integer, try result.json()["dead_letters"]?.integer]
    }

    @Test("rows that are merged into a table by their keys keep to its contract, and what a deletion needs passes it")
    func merged() async throws {
        let sink = "{table: shop.t, format: csv, mode: merge, keys: id, delete_when: op = 'D', not_stored: op"
        let first = try await run("id,total,op\n1,1.5,I\n2,2.5,I\n", "{id: int64, total: float64, op: string}", sink + "}")
        try #require(first.exitCode == 0, "\(first.transcript)")
        let rows = "id,total,op,note\n1,9.5,U,\n2,,D,\n3,none,I,\n4,4.5,I,x\n"
        let types = "{id: int64, total: string, op: string, note: string}"
        let frozen = try await run(rows, types, sink + ", contract: {columns: freeze}}")
        #expect(frozen.exitCode == 2 && frozen.transcript.contains("note"), "\(frozen.transcript)")
        let kept = try await run(rows, types, sink + ", contract: discard_row}")
        #expect(try counts(kept)[1] == 2, "\(kept.transcript)")
        #expect(try project.rows("shop", "t").rows.sorted { $0[0] < $1[0] } == [["1", "9.5"]])
        let nulls = try await run(rows, types, sink + ", contract: discard_value}")
        #expect(nulls.exitCode == 0, "\(nulls.transcript)")
        #expect(try project.rows("shop", "t").rows.sorted { $0[0] < $1[0] } == [["1", "9.5"], ["3", ""], ["4", "4.5"]])
    }

    @Test("a history's contract is about its own columns, under the rows' name of the time")
    func history() async throws {
        let sink = "{table: shop.h, format: csv, mode: history, keys: id, changed_at: at"
        let types = "{id: int64, at: timestamp, tier: string}"
        let first = try await run("id,at,tier\n1,2024-01-01T00:00:00,a\n", types, sink + "}")
        try #require(first.exitCode == 0, "\(first.transcript)")
        let next = try await run("id,at,tier\n1,2024-02-01T00:00:00,b\n", types, sink + ", contract: freeze}")
        #expect(next.exitCode == 0, "\(next.transcript)")
        let other = try await run(
            "id,at,tier,x\n1,soon,c,1\n1,2024-03-01T00:00:00,c,1\n", "{id: int64, at: string, tier: string, x: int64}",
            sink + ", contract: {columns: discard_value, types: discard_row}}")
        #expect(try counts(other)[1] == 1, "\(other.transcript)")
        #expect(try project.rows("shop", "h").rows.map { $0[1] } == ["a", "b", "c"])
    }

    @Test("files and streams are compared with columns of the definition, or with a table")
    func declared() async throws {
        let rows = "id,total,note\n1,1.5,\n2,none,\n3,3.5,x\n"
        let types = "{id: int64, total: string, note: string}"
        let contract = "contract: {schema: {id: int64, total: float64}, columns: discard_value, types: discard_row}"
        let files = try await run(rows, types, "{files: out, \(contract)}")
        #expect(files.exitCode == 0, "\(files.transcript)")
        #expect(try counts(files) == [2, 1])
        #expect(try CSVDocument.directory(project.directory.path("out")).rows == [["1", "1.5"], ["3", "3.5"]])
        let stream = try await run(rows, types, "{stream: s, \(contract)}")
        #expect(stream.exitCode == 0, "\(stream.transcript)")
        let got = try await project.sluice("query", "SELECT data FROM stream.s")
        #expect(!got.output.contains("note") && got.output.contains("3.5"), "\(got.transcript)")

        let made = try await run("id,total\n1,1.5\n", "{id: int64, total: float64}", "{table: shop.t, format: csv}")
        try #require(made.exitCode == 0, "\(made.transcript)")
        let like = try await run(rows, types, "{files: out, contract: {schema: shop.t, columns: freeze}}")
        #expect(like.exitCode == 2 && like.transcript.contains("table shop.t has no column \\\"note\\\""), "\(like.transcript)")
        let none = try await run(rows, types, "{files: out, contract: {schema: shop.none}}")
        #expect(none.exitCode == 2 && none.transcript.contains("not-found"), "\(none.transcript)")
        let without = try await run(rows, types, "{files: out, contract: {columns: freeze}}")
        #expect(without.exitCode == 2 && without.transcript.contains("schema"), "\(without.transcript)")
    }

    @Test("tables of SQLite: names in any case, types as they are declared, defaults stay")
    func sqlite() async throws {
        let path = project.directory.path("shop.db")
        try SQLiteConnection(path, .create).execute("CREATE TABLE orders (ID INTEGER PRIMARY KEY, total REAL, state TEXT DEFAULT 'new')")
        let rows = "id,total,note\n1,1.5,\n2,none,\n3,3.5,x\n"
        let types = "{id: int64, total: string, note: string}"
        let frozen = try await run(rows, types, "{sqlite: shop.db, table: orders, contract: freeze}")
        #expect(frozen.exitCode == 2 && frozen.transcript.contains("note"), "\(frozen.transcript)")
        let kept = try await run(rows, types, "{sqlite: shop.db, table: orders, contract: discard_row}")
        #expect(kept.exitCode == 0, "\(kept.transcript)")
        #expect(try counts(kept) == [1, 2])
        let upsert = "mode: upsert, keys: id, contract: discard_value"
        let nulls = try await run(rows, types, "{sqlite: shop.db, table: orders, \(upsert)}")
        #expect(nulls.exitCode == 0, "\(nulls.transcript)")
        let database = try SQLiteConnection(path, .read)
        let whole = "SELECT count(*) FROM orders WHERE state = 'new' AND (id, coalesce(total, -1)) IN (VALUES (1, 1.5), (2, -1), (3, 3.5))"
        #expect(try database.integer(whole) == 3)
        let both = try await run(rows, types, "{sqlite: shop.db, table: orders, contract: freeze, on_new_column: add}")
        #expect(both.exitCode == 2 && both.transcript.contains("on_new_column"), "\(both.transcript)")
        let missing = try await run(rows, types, "{sqlite: shop.db, table: other, contract: {tables: freeze}}")
        #expect(missing.exitCode == 2 && missing.transcript.contains("is not there"), "\(missing.transcript)")
    }

    @Test("rows for another program keep to columns of the definition before the program sees them")
    func programs() async throws {
        try project.directory.write(
            "target.sh",
            """
            while read -r line; do
              case "$line" in
                *'"type":"STATE"'*) printf '%s\\n' "$line" | sed 's/.*"value":\\(.*\\)}$/\\1/';;
                *) printf '%s\\n' "$line" >> seen.jsonl;;
              esac
            done
            """)
        let contract = "contract: {schema: {id: int64, total: float64}, columns: discard_value, types: discard_row}"
        let result = try await run(
            "id,total,note\n1,1.5,x\n2,none,y\n3,3.5,z\n", "{id: int64, total: string, note: string}",
            "{singer: [/bin/sh, target.sh], stream: people, \(contract)}")
        #expect(result.exitCode == 0, "\(result.transcript)")
        #expect(try counts(result) == [2, 1])
        let seen = try project.directory.text("seen.jsonl")
        #expect(seen.contains(#""id":1"#) && seen.contains(#""id":3"#) && !seen.contains(#""id":2"#) && !seen.contains("note"), "\(seen)")
    }

    @Test(
        "where no contract can hold, validating says so at its place",
        arguments: ["{stream: s, contract: freeze}", "{sqlite: shop.db, table: t, contract: freeze}"])
    func refused(_ source: String) async throws {
        try project.directory.write("p.yaml", "name: p\nsource: \(source)\nsink: {files: out, format: csv}\n")
        let result = try await project.sluice("validate", "p.yaml")
        #expect(result.exitCode == 2 && result.errors.contains("unknown key \"contract\" in source"), "\(result.transcript)")
        #expect(result.errors.contains("p.yaml:2:"), "\(result.transcript)")
    }

    @Test("a source's contract tells drift where it enters, whatever becomes of other bad records")
    func sources() async throws {
        let types = "{id: int64, total: float64}"
        let rows = "id,total,note\n1,1.5,\n2,none,\n3,3.5,x\n"
        let frozen = try await run(rows, types, "{files: out}", source: ", contract: freeze", more: "on_error: skip\n")
        #expect(frozen.exitCode == 1 && frozen.transcript.contains("note"), "\(frozen.transcript)")
        let typed = try await run(
            rows, types, "{files: out}", source: ", contract: {columns: discard_value, types: freeze}", more: "on_error: skip\n")
        #expect(typed.exitCode == 1 && typed.transcript.contains("none"), "\(typed.transcript)")
        let kept = try await run(rows, types, "{files: out}", source: ", contract: {columns: discard_value, types: discard_row}")
        #expect(kept.exitCode == 0, "\(kept.transcript)")
        #expect(try counts(kept) == [2, 1])
        let added = try await run(rows, types, "{files: out}", source: ", contract: {columns: evolve, types: discard_row}")
        #expect(added.exitCode == 0, "\(added.transcript)")
        #expect(try CSVDocument.directory(project.directory.path("out")).rows == [["1", "1.5", ""], ["3", "3.5", "x"]])
    }

    @Test("a table of the catalog is read as the catalog says: what its files have beside is told, or is an error")
    func catalogTable() async throws {
        try project.directory.write("lake/a.csv", "id,total\n1,1.5\n")
        let crawl = try await project.sluice("crawl", "lake", "--database", "d")
        try #require(crawl.exitCode == 0, "\(crawl.transcript)")
        try project.directory.write("lake/a.csv", "id,total,note\n1,1.5,x\n2,none,y\n")
        func read(_ contract: String, _ more: String = "") async throws -> CommandResult {
            try project.directory.write("q.yaml", "name: q\nsource: {table: d.lake\(contract)}\nsink: {files: out}\n\(more)")
            return try await project.command(["run", "q.yaml", "--json"]).run()
        }
        let frozen = try await read(", contract: freeze", "on_error: skip\n")
        #expect(frozen.exitCode == 1 && frozen.transcript.contains("note"), "\(frozen.transcript)")
        let kept = try await read(", contract: {columns: discard_value, types: discard_row}")
        #expect(kept.exitCode == 0 && kept.transcript.contains("note"), "\(kept.transcript)")
        #expect(try counts(kept) == [1, 1])
        let added = try await read(", contract: {columns: evolve, types: discard_row}")
        #expect(added.exitCode == 0, "\(added.transcript)")
        #expect(try CSVDocument.directory(project.directory.path("out")).rows == [["1", "1.5", "x"]])
    }
}
