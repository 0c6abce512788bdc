import SluiceTestKit
import Testing

@Suite("relationalize")
struct RelationalizeTests {
    private let project: Project

    init() throws { project = try Project() }

    private static let first = """
        {"id": 7, "buyer": {"name": "Ann", "city": null}, "items": [{"sku": "a", "tags": ["x", "y"]}, {"sku": "b", "tags": []}]}
        {"id": 8, "buyer": null, "items": []}
        {"id": 9, "buyer": {"name": "Bo", "city": "Ulm"}, "items": null}

        """
    private static let second = """
        {"id": 10, "buyer": {"name": "Cy", "city": "Ulm"}, "items": [{"sku": "c", "tags": null}, null, {"sku": "d", "tags": ["z"]}]}

        """

    private func define(_ more: String, mode: String = "append") throws {
        try project.directory.write(
            "p.yaml",
            """
            name: orders
            source:
              files: "in/*.jsonl"
              columns: {id: int64, buyer: "struct<name: string, city: string>", items: "list<struct<sku: string, tags: list<string>>>"}
            steps:
              - relationalize: {tables: {items: lines}}
            sink: {files: orders, format: csv, mode: \(mode)}
            side_outputs:
              lines: {sink: {files: lines, format: csv, mode: \(mode)}}
              items_tags: {steps: [{rename: {val: tag}}], sink: {files: tags, format: csv, mode: \(mode)}}
            \(more)
            """)
    }

    /// The header and the rows of CSV files of a directory.
    private func lines(_ folder: String) throws -> [String] {
        let files = project.directory.files(below: folder).filter { $0.hasSuffix(".csv") && !$0.hasPrefix("_") && !$0.hasPrefix(".") }
        return try files.enumerated().flatMap { index, file in
            try project.directory.text("\(folder)/\(file)").split(separator: "\n").map(String.init).dropFirst(index == 0 ? 0 : 1)
        }
    }

    @Test("rows, the elements of their lists and the lists in these become tables with numbers between them")
    func whole() async throws {
        try define("", mode: "overwrite")
        try project.directory.write("in/1.jsonl", Self.first)
        try project.directory.write("in/2.jsonl", Self.second)
        for _ in 0..<2 {
            let run = try await project.json("run", "p.yaml")
            #expect(run["rows_in"]?.integer == 4)
            #expect(try lines("orders") == ["id,buyer_name,buyer_city,items", "7,Ann,,1", "8,,,2", "9,Bo,Ulm,", "10,Cy,Ulm,4"])
            #expect(try lines("lines") == ["id,index,val_sku,val_tags", "1,0,a,1", "1,1,b,2", "4,0,c,", "4,1,,", "4,2,d,5"])
            #expect(try lines("tags") == ["id,index,tag", "1,0,x", "1,1,y", "5,0,z"])
        }
        let lineage = try await project.json("lineage", "p.yaml")
        #expect("\(lineage)".contains("items.val.sku"), "\(lineage)")
        let plan = try await project.sluice("plan", "p.yaml")
        #expect(plan.output.contains("relationalize: items to lines, items.tags to items_tags"), "\(plan.transcript)")
        #expect(plan.output.contains("side output lines: rows that step 1 relationalize puts aside"), "\(plan.transcript)")
    }

    @Test("incremental runs go on counting, behind a restart too; other tables are refused then")
    func incremental() async throws {
        try define("incremental: true")
        try project.directory.write("in/1.jsonl", Self.first)
        #expect(try await project.sluice("run", "p.yaml", "--quiet").exitCode == 0)
        try project.directory.write("in/2.jsonl", Self.second)
        #expect(try await project.sluice("run", "p.yaml", "--quiet").exitCode == 0)
        #expect(try lines("orders") == ["id,buyer_name,buyer_city,items", "7,Ann,,1", "8,,,2", "9,Bo,Ulm,", "10,Cy,Ulm,4"])
        #expect(try lines("lines") == ["id,index,val_sku,val_tags", "1,0,a,1", "1,1,b,2", "4,0,c,", "4,1,,", "4,2,d,5"])
        let text = try project.directory.text("p.yaml")
        try project.directory.write(
            "p.yaml", text.replacing("{items: lines}", with: "{items: lines, items.tags: tags}").replacing("items_tags:", with: "tags:"))
        let changed = try await project.sluice("run", "p.yaml")
        #expect(changed.exitCode == 2 && changed.errors.contains("state-mismatch"), "\(changed.transcript)")
    }

    @Test("what cannot be is refused: lists without an output, numbers that begin anew beside those of earlier runs, unknown places")
    func refused() async throws {
        try project.directory.write("in/1.jsonl", Self.first)
        try define("")
        let appended = try await project.sluice("validate", "p.yaml")
        #expect(appended.exitCode == 2 && appended.errors.contains("numbers rows from 1 in each run"), "\(appended.transcript)")
        try define("incremental: true")
        let text = try project.directory.text("p.yaml")
        try project.directory.write("p.yaml", text.replacing("items_tags:", with: "items_tag:"))
        let missing = try await project.sluice("validate", "p.yaml")
        #expect(missing.exitCode == 2 && missing.errors.contains("items_tags"), "\(missing.transcript)")
        try project.directory.write("p.yaml", text.replacing("{items: lines}", with: "{item: lines}"))
        let unknown = try await project.sluice("validate", "p.yaml")
        #expect(unknown.exitCode == 2 && unknown.errors.contains("did you mean \"items\"?"), "\(unknown.transcript)")
        try project.directory.write("p.yaml", text.replacing("{tables: {items: lines}}", with: "{columns: [id]}"))
        let flat = try await project.sluice("validate", "p.yaml")
        #expect(flat.exitCode == 2 && flat.errors.contains("which has no parts"), "\(flat.transcript)")
    }

    @Test("more elements than a batch has rows, on several files: each with the number of its row")
    func many() async throws {
        let rows = (1...40).map { row in
            "{\"n\": \(row), \"deep\": [" + (0..<500).map { "[\(row), \($0)]" }.joined(separator: ",") + "], \"map\": {\"a\": \(row)}}\n"
        }
        for file in 0..<4 {
            try project.directory.write("in/\(file).jsonl", rows[(file * 10)..<(file * 10 + 10)].joined())
        }
        try project.directory.write(
            "p.yaml",
            """
            name: deep
            source: {files: "in/*.jsonl", columns: {n: int64, deep: "list<list<int64>>", map: "map<string, int64>"}}
            steps: [{relationalize: {}}]
            sink: {table: t.rows, format: csv}
            side_outputs:
              deep: {sink: {table: t.outer, format: csv}}
              deep_val: {sink: {table: t.inner, format: csv}}
              map: {sink: {table: t.entries, format: csv}}
            """)
        #expect(try await project.sluice("run", "p.yaml", "--quiet").exitCode == 0)
        // n, deep, map; then id, index, val and key.
        let root = try project.rows("t", "rows").rows
        let numbers = Dictionary(uniqueKeysWithValues: root.map { ($0[1], $0[0]) })
        #expect(root.map { $0[0] } == (1...40).map(String.init) && numbers.count == 40)
        let outer = try project.rows("t", "outer").rows
        #expect(outer.count == 20_000)
        var expected: Set<[String]> = []
        for row in outer {
            expected.insert([row[2], "0", numbers[row[0]] ?? ""])
            expected.insert([row[2], "1", row[1]])
        }
        let inner = try project.rows("t", "inner").rows
        #expect(inner.count == 40_000 && Set(inner) == expected)
        let entries = try project.rows("t", "entries").rows
        #expect(entries.map { [$0[0], $0[2], $0[3]] } == root.map { [$0[2], "a", $0[0]] })
    }

    @Test("the example of the page runs, and its tables fit together")
    func example() async throws {
        let page = try TemporaryDirectory.contents(of: Repository.path("docs/pipelines.md"))
        let start = try #require(page.firstRange(of: "name: orders-with-items")).lowerBound
        let end = try #require(page[start...].firstRange(of: "```")).lowerBound
        let text = String(page[start..<end]).replacing(/table: shop\.\w+/) { "\($0.output), format: csv" }
        try project.directory.write("p.yaml", text)
        try project.directory.write("orders/1.jsonl", Self.first)
        let run = try await project.sluice("run", "p.yaml", "--quiet")
        #expect(run.exitCode == 0, "\(run.transcript)")
        #expect(try project.rows("shop", "orders").columns == ["id", "buyer_name", "buyer_city", "items"])
        let lines = try project.rows("shop", "order_lines")
        #expect(lines.columns == ["id", "index", "val_sku", "val_tags"])
        let tags = try project.rows("shop", "line_tags")
        #expect(tags.columns == ["id", "index", "tag"])
        let joined = tags.rows.flatMap { tag in lines.rows.filter { $0[3] == tag[0] }.map { $0[2] + tag[2] } }
        #expect(joined == ["ax", "ay"])
    }
}
