import Glibc
import SluiceTestKit
import Testing

/// Rows that are merged by their keys behind steps that change columns, with the real program.
@Suite("columns of merged rows")
struct MergedColumnTests {
    private let project: Project

    init() throws { project = try Project() }

    private func run(_ definition: String, input: String, name: String = "in.csv") async throws {
        try project.directory.write(name, input)
        try project.directory.write("p.yaml", "name: p\n" + definition)
        let result = try await project.sluice("run", "p.yaml", "--quiet")
        try #require(result.exitCode == 0, "\(result.transcript)")
    }

    private func rows(_ query: String) async throws -> [String] {
        let result = try await project.sluice("query", query, "--format", "csv")
        try #require(result.exitCode == 0, "\(result.transcript)")
        return result.output.split(separator: "\n").dropFirst().map(String.init)
    }

    @Test(
        "a column that is computed in place of one that nobody reads changes no other",
        arguments: [
            ("label: dept", "label,id,dept\nx,A,sales\ny,B,sales\nz,C,ops\n", ["sales,A,sales", "sales,B,sales", "ops,C,ops"]),
            ("dept: upper(label)", "label,dept,id\nx,sales,A\ny,ops,B\n", ["x,X,A", "y,Y,B"]),
        ])
    func replaced(_ derived: String, _ input: String, _ expected: [String]) async throws {
        for format in ["csv", "parquet"] {
            try await run(
                "source: {files: in.csv}\nsteps: [{derive: {\(derived)}}]\n"
                    + "sink: {table: v.\(format), mode: merge, keys: id, format: \(format)}\n", input: input)
            #expect(try await rows("select * from v.\(format) order by id") == expected)
        }
        try await run(
            "source: {files: in.csv}\nsteps: [{derive: {\(derived)}}]\nsink: {sqlite: s.db, table: t, mode: upsert, keys: id}\n",
            input: input)
        try await run("source: {sqlite: s.db, table: t}\nsink: {table: v.back, mode: overwrite}\n", input: input)
        #expect(try await rows("select * from v.back order by id") == expected)
    }

    @Test("a condition for removal may be computed in place of another column") func removed() async throws {
        try await run(
            "source: {files: in.csv}\nsteps: [{derive: {b: c > 15}}]\nsink: {table: v.k, mode: merge, keys: id, delete_when: b}\n",
            input: "id,b,c\n1,x,10\n2,y,20\n")
        #expect(try await rows("select id, c from v.k") == ["1,10"])
    }

    @Test("a contract judges the columns as they are written") func contract() async throws {
        for text in ["label,id,dept\nx,A,sales\n", "label,id,dept\ny,B,ops\n"] {
            try await run(
                "source: {files: in.csv}\nsteps: [{derive: {label: dept}}]\n"
                    + "sink: {table: v.c, mode: append, contract: {columns: freeze, types: discard_row}}\n", input: text)
        }
        #expect(try await rows("select label, id, dept from v.c order by id") == ["sales,A,sales", "ops,B,ops"])
    }

    @Test(
        "a column that a run adds has its values from all of the run's epochs", arguments: ["csv", "parquet"],
        ["mode: merge, keys: id", "mode: history, keys: id, changed_at: at"])
    func added(_ format: String, _ mode: String) async throws {
        let sink = "sink: {table: v.t, \(mode), format: \(format)}\n"
        let source = "source: {files: \"in/*.csv\", columns: {id: int64, at: timestamp}}\n"
        try await run(
            "incremental: true\n" + source + sink, input: "id,at\n1,2024-01-01T00:00:00\n2,2024-01-01T00:00:00\n", name: "in/0.csv")
        try project.directory.write("p.yaml", "name: p\n" + source + "steps: [{derive: {extra: id * 10}}]\n" + sink)
        let running = try project.follow("p.yaml")
        for id in 2...5 {
            try project.directory.write("in/\(id).csv", "id,at\n\(id),2024-01-0\(id)T00:00:00\n")
            let seen = "select count(*) from v.t where extra = \(id)0"
            let end = ContinuousClock.now + .seconds(300)
            // Before the first epoch the table has no such column.
            while try await project.sluice("query", seen, "--format", "csv").output.split(separator: "\n").last != "1" {
                try #require(ContinuousClock.now < end, "\(running.errorsSoFar)")
                try await Task.sleep(for: .milliseconds(50))
            }
        }
        running.signal(SIGTERM)
        _ = try await running.wait()
        let current = mode.contains("history") ? " where is_current" : ""
        #expect(try await rows("select id, extra from v.t\(current) order by id") == ["1,", "2,20", "3,30", "4,40", "5,50"])
    }

    @Test("a table without headers keeps its columns, whatever the first one is called", arguments: ["column1", "id"])
    func headerless(_ first: String) async throws {
        let definition = """
            source: {files: in.csv}
            steps: [{select: [{\(first): id}, {foo: d}]}]
            sink: {table: v.h, mode: merge, keys: \(first), format: csv, options: {header: false}}

            """
        try await run(definition, input: "id,d\n1,x\n")
        try await run(definition, input: "id,d\n2,y\n")
        #expect(try await rows("select \(first), foo from v.h order by 1") == ["1,x", "2,y"])
    }

    @Test("columns of several types are read again from Parquet, and merged", arguments: ["parquet", "avro", "json"])
    func choices(_ format: String) async throws {
        let source = "{files: in.jsonl, columns: {id: int64, mixed: \"choice<int64, string>\", list: \"list<choice<int64, boolean>>\"}}"
        let definition = "source: \(source)\nsink: {table: v.mixed, mode: merge, keys: id, format: \(format)}\n"
        try await run(
            definition,
            input: """
                {"id": 1, "mixed": 7, "list": [1, true, null]}
                {"id": 2, "mixed": "seven", "list": []}
                {"id": 3, "mixed": null, "list": null}
                {"id": 4, "mixed": "", "list": [false]}

                """, name: "in.jsonl")
        try await run(definition, input: "{\"id\": 2, \"mixed\": 8, \"list\": [2]}\n", name: "in.jsonl")
        let result = try await project.sluice("query", "select * from v.mixed order by id", "--format", "jsonl")
        #expect(
            result.output.split(separator: "\n").map(String.init) == [
                #"{"id":1,"mixed":7,"list":[1,true,null]}"#, #"{"id":2,"mixed":8,"list":[2]}"#, #"{"id":3,"mixed":null,"list":null}"#,
                #"{"id":4,"mixed":"","list":[false]}"#,
            ], "\(result.transcript)")
    }
}
