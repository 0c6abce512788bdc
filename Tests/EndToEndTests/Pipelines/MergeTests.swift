import Glibc
import SluiceTestKit
import Testing

/// Tables whose rows are replaced by their keys, and tables that keep every version, with the real program.
@Suite("merging into a table")
struct MergeTests {
    private let project: Project

    init() throws { project = try Project() }

    private func definition(
        _ sink: String, _ file: String = "merge.yaml", source: String = "{files: \"in/*.csv\", columns: {at: timestamp}}", more: String = ""
    ) throws {
        try project.directory.write(
            file,
            """
            name: \(file.prefix { $0 != "." })
            \(more)
            source: \(source)
            sink:
              table: crm.customers
              location: out
              format: csv
            \(sink)
            """)
    }

    private func run(_ file: String = "merge.yaml", sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let result = try await project.sluice("run", file, "--quiet")
        try #require(result.exitCode == 0, "\(result.transcript)", sourceLocation: sourceLocation)
    }

    /// The table's rows as lines, sorted.
    private func table() throws -> [String] {
        // Without rows a table has no file.
        guard project.directory.files().contains(where: { $0.hasPrefix("out/") }) else { return [] }
        return try CSVDocument.directory(project.directory.path("out")).rows.map { $0.joined(separator: ",") }.sorted()
    }

    @Test("the newest row of each key stays, whichever run brought it; deletions remove it")
    func latest() async throws {
        try definition("  mode: merge\n  keys: id\n  order_by: at\n  delete_when: op = 'D'\n  not_stored: op", more: "incremental: true")
        try project.directory.write(
            "in/1.csv",
            "id,name,at,op\n1,a,2024-01-01T00:00:00,I\n2,b,2024-01-01T00:00:00,I\n1,a2,2024-01-03T00:00:00,U\n3,c,2024-01-01T00:00:00,I\n")
        try await run()
        #expect(try table() == ["1,a2,2024-01-03T00:00:00", "2,b,2024-01-01T00:00:00", "3,c,2024-01-01T00:00:00"])
        // An older row changes nothing, one of the same time does; a deletion counts from its time on.
        try project.directory.write(
            "in/2.csv",
            "id,name,at,op\n1,old,2024-01-02T00:00:00,U\n2,same,2024-01-01T00:00:00,U\n3,,2024-01-02T00:00:00,D\n4,d,2024-01-02T00:00:00,I\n"
        )
        try await run()
        #expect(try table() == ["1,a2,2024-01-03T00:00:00", "2,same,2024-01-01T00:00:00", "4,d,2024-01-02T00:00:00"])
        try project.directory.write(
            "in/3.csv", "id,name,at,op\n1,,2025-01-01T00:00:00,D\n2,,2025-01-01T00:00:00,D\n4,,2025-01-01T00:00:00,D\n")
        try await run()
        #expect(try table().isEmpty)
        try project.directory.write("in/4.csv", "id,name,at,op\n9,new,2025-01-01T00:00:00,I\n")
        try await run()
        #expect(try table() == ["9,new,2025-01-01T00:00:00"])
    }

    @Test("a run that brings no row leaves the table as it is, and is a run that wrote nothing") func nothingNew() async throws {
        try project.directory.write(
            "merge.yaml",
            """
            name: merge
            incremental: true
            source: {files: "in/*.csv"}
            steps: [{filter: id > 0}]
            sink: {table: crm.customers, location: out, format: csv, mode: merge, keys: id}
            """)
        try project.directory.write("in/1.csv", "id,name\n1,a\n2,b\n")
        try await run()
        let files = project.directory.files().filter { $0.hasPrefix("out/") }
        try project.directory.write("in/2.csv", "id,name\n-1,x\n")
        let idle = try await project.json("run", "merge.yaml")
        #expect(idle["rows_in"]?.integer == 1 && idle["rows_out"]?.integer == 0 && idle["bytes_out"]?.integer == 0)
        #expect(project.directory.files().filter { $0.hasPrefix("out/") } == files)
        // What was read without a row is not read again, and the next row goes in beside the others.
        try project.directory.write("in/3.csv", "id,name\n2,c\n")
        let next = try await project.json("run", "merge.yaml")
        #expect(next["rows_in"]?.integer == 1 && next["rows_out"]?.integer == 2)
        #expect(try table() == ["1,a", "2,c"])
    }

    @Test("without an order the last row of the last run stays; partitions move with their rows; new columns come in")
    func unordered() async throws {
        try definition("  mode: merge\n  keys: [shop, id]\n  partition_by: state", source: "{files: \"in/*.csv\"}")
        try project.directory.write("in/1.csv", "shop,id,state\nx,1,open\nx,1,paid\ny,1,open\n")
        try await run()
        #expect(project.directory.files().contains { $0.contains("state=paid") && $0.contains("part-") })
        try project.directory.write("in/1.csv", "shop,id,state,note\ny,1,paid,hello\n")
        try await run()
        let result = try await project.sluice("convert", "out/*/part-*", "-", "--to", "csv", "--select", "shop, id, state, note")
        #expect(
            result.output.split(separator: "\n").sorted() == ["shop,id,state,note", "x,1,paid,", "y,1,paid,hello"], "\(result.transcript)")
        // A column that went away would become null without anybody having said so.
        try project.directory.write("in/1.csv", "shop,id,state\ny,1,open\n")
        let refused = try await project.sluice("run", "merge.yaml")
        #expect(refused.exitCode != 0 && refused.errors.contains("\"note\"") && refused.errors.contains("derive"), "\(refused.transcript)")
    }

    @Test("a row without its key is a bad record")
    func keyless() async throws {
        try definition("  mode: merge\n  keys: id", more: "on_error: dead_letter")
        try project.directory.write("in/1.csv", "id,at\n1,2024-01-01T00:00:00\n,2024-01-01T00:00:00\n")
        try await run()
        #expect(try table() == ["1,2024-01-01T00:00:00"])
        let letters = try await project.sluice("dlq", "show", "merge")
        #expect(letters.output.contains("id is there"), "\(letters.transcript)")
    }

    @Test("a history has every version with its time; late changes, repeated ones and deletions find their place")
    func history() async throws {
        try definition(
            "  mode: history\n  keys: id\n  changed_at: at\n  delete_when: op = 'D'\n  not_stored: op",
            source: "{files: \"in/*.csv\", columns: {at: date}}", more: "incremental: true")
        try project.directory.write(
            "in/1.csv", "id,tier,at,op\n1,gold,2024-01-10,U\n1,silver,2024-01-01,I\n1,gold,2024-01-15,U\n2,silver,2024-01-05,I\n")
        try await run()
        let first = [
            "1,gold,2024-01-10,,true", "1,silver,2024-01-01,2024-01-10,false", "2,silver,2024-01-05,,true",
        ]
        #expect(try table() == first)
        // The same rows again change nothing.
        try project.directory.write("in/2.csv", "id,tier,at,op\n1,gold,2024-01-10,U\n2,silver,2024-01-05,I\n")
        try await run()
        #expect(try table() == first)
        try project.directory.write(
            "in/3.csv", "id,tier,at,op\n1,bronze,2024-01-05,U\n2,,2024-02-01,D\n1,platin,2024-03-01,U\n3,none,2024-01-01,D\n")
        try await run()
        #expect(
            try table() == [
                "1,bronze,2024-01-05,2024-01-10,false", "1,gold,2024-01-10,2024-03-01,false", "1,platin,2024-03-01,,true",
                "1,silver,2024-01-01,2024-01-05,false", "2,silver,2024-01-05,2024-02-01,false",
            ])
        try project.directory.write("in/4.csv", "id,tier,at,op\n2,silver,2024-03-01,I\n1,silver,2024-01-05,U\n")
        try await run()
        #expect(
            try table() == [
                "1,gold,2024-01-10,2024-03-01,false", "1,platin,2024-03-01,,true", "1,silver,2024-01-01,2024-01-10,false",
                "2,silver,2024-01-05,2024-02-01,false", "2,silver,2024-03-01,,true",
            ])
    }

    @Test(
        "options that do not fit are refused, placed",
        arguments: [
            ("  keys: id", "keys means nothing"), ("  mode: merge", "for example: keys: [id]"),
            ("  mode: merge\n  keys: ident", "columns: id, name, at"),
            ("  mode: history", "for example: keys: [id]"),
            ("  mode: history\n  keys: id", "for example: changed_at: updated_at"),
            ("  mode: history\n  keys: id\n  changed_at: name", "cast"),
            ("  mode: history\n  keys: id\n  changed_at: at\n  order_by: at", "order_by"),
            ("  mode: merge\n  keys: id\n  compare: name", "mode: history"),
            ("  mode: merge\n  keys: id\n  not_stored: id", "must be stored"),
            ("  mode: merge\n  keys: id\n  delete_when: name", "boolean"),
        ])
    func refused(_ sink: String, _ word: String) async throws {
        try definition(sink)
        try project.directory.write("in/1.csv", "id,name,at\n1,a,2024-01-01T00:00:00\n")
        let result = try await project.sluice("validate", "merge.yaml")
        #expect(result.exitCode == 2 && result.errors.contains(word), "\(result.transcript)")
        #expect(result.errors.contains("merge.yaml:"), "\(result.transcript)")
    }

    @Test("kill -9 again and again: the table is what the last row of each key says", arguments: [1, 2])
    func killed(_ seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        try definition(
            "  mode: merge\n  keys: key\n  order_by: n\n  delete_when: n % 10 = 0",
            source: "{stream: changes, columns: {key: string, n: int64}}")
        try definition(
            "  mode: history\n  keys: key\n  changed_at: at", "versions.yaml",
            source: "{stream: changes, columns: {key: string, n: int64, at: timestamp}}")
        let versions = try project.directory.text("versions.yaml")
            .replacing("crm.customers", with: "crm.versions").replacing("location: out", with: "location: all")
        try project.directory.write("versions.yaml", versions)
        _ = try await project.sluice("stream", "create", "changes", "--shards", "2")
        var latest: [String: Int] = [:]
        var count = 0
        for _ in 0..<6 {
            let running = try ["merge.yaml", "versions.yaml"].map {
                try project.command(["run", $0, "--follow", "--every", "20ms", "--quiet"]).start()
            }
            var lines = ""
            for _ in 0..<Int.random(in: 50...200, using: &random) {
                count += 1
                let key = "k\(Int.random(in: 0..<20, using: &random))"
                latest[key] = count
                let second = String(String(100 + count % 60).suffix(2))
                let minute = String(String(100 + count / 60).suffix(2))
                lines += "{\"key\": \"\(key)\", \"n\": \(count), \"at\": \"2024-01-01T00:\(minute):\(second)\"}\n"
            }
            var put = try project.command(["stream", "put", "changes", "--key", "key"])
            put.input = .text(lines)
            try #require(try await put.run().exitCode == 0)
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...250, using: &random)))
            for process in running { process.signal(SIGKILL) }
            for process in running { _ = try await process.wait() }
        }
        for file in ["merge.yaml", "versions.yaml"] {
            try project.directory.write(file, try project.directory.text(file) + "\nincremental: true\n")
            try await run(file)
        }
        let expected = latest.filter { $0.value % 10 != 0 }.map { "\($0.key),\($0.value)" }.sorted()
        #expect(try table() == expected)
        let all = try CSVDocument.directory(project.directory.path("all")).rows
        #expect(all.count == count)
        #expect(Set(all.map { $0[1] }).count == count)
        let current = all.filter { $0.last == "true" }.map { "\($0[0]),\($0[1])" }.sorted()
        #expect(current == latest.map { "\($0.key),\($0.value)" }.sorted())
        #expect(project.stagedFiles.isEmpty, "\(project.stagedFiles)")
    }

    @Test("a table into which rows are merged is refused as an incremental source when the definition is checked, and read whole")
    func behind() async throws {
        try definition("  mode: merge\n  keys: id", source: "{files: \"in/*.csv\"}")
        try project.directory.write("in/1.csv", "id,name\n1,a\n2,b\n")
        try await run()
        let next = "name: next\nsource: {table: crm.customers}\nsink: {files: next, mode: append}\n"
        try project.directory.write("next.yaml", next + "incremental: true\n")
        let refused = try await project.sluice("validate", "next.yaml")
        #expect(refused.exitCode == 2 && refused.errors.contains("next.yaml:2:"), "\(refused.transcript)")
        #expect(refused.errors.contains("merges rows into table crm.customers"), "\(refused.transcript)")
        try project.directory.write("next.yaml", next)
        let whole = try await project.sluice("run", "next.yaml", "--quiet")
        #expect(whole.exitCode == 0, "\(whole.transcript)")
    }
}
