import SluiceTestKit
import Testing

/// Files from one format to another with the real program.
@Suite("convert")
struct ConvertTests {
    static let orders = """
        id,amount,day,note
        1,10.50,2024-03-01,plain
        2,-3.25,2024-03-02,"with, comma"
        3,,2024-03-03,"two
        lines"
        4,0.00,,Ünïcödé ✓

        """

    @Test("every format gives the rows that went in", arguments: ["csv", "json", "parquet", "avro"])
    func formats(_ format: String) async throws {
        let project = try Project()
        try project.directory.write("orders.csv", Self.orders)
        try await succeed(project, "convert", "orders.csv", "there.\(format)", "--columns", "amount: decimal(12,2)")
        try await succeed(project, "convert", "there.\(format)", "back.csv", "--columns", "amount: decimal(12,2), day: date")
        #expect(try project.directory.text("back.csv") == Self.orders)
        #expect(!project.directory.files().contains { $0.contains(".part") || $0.contains("sluice.sqlite") })
    }

    @Test("every compression is written by the output's name and read by the content", arguments: ["gz", "zst", "sz", "zz"])
    func compressions(_ ending: String) async throws {
        let project = try Project()
        try project.directory.write("orders.csv", Self.orders)
        try await succeed(project, "convert", "orders.csv", "there.csv.\(ending)", "--columns", "amount: decimal(12,2)")
        #expect(try project.directory.text("there.csv.\(ending)") != Self.orders)
        let result = try await project.sluice("convert", "there.csv.\(ending)", "-", "--to", "csv", "--columns", "amount: decimal(12,2)")
        #expect(result.output == Self.orders, "\(result.transcript)")
    }

    @Test("content wins over a name that is plainly wrong, with a notice; what no format reads is called by its name")
    func wrongNames() async throws {
        let project = try Project()
        try project.directory.write("plain.csv.gz", "id,v\n1,x\n")
        let plain = try await project.sluice("convert", "plain.csv.gz", "-", "--to", "csv")
        #expect(plain.output == "id,v\n1,x\n" && plain.errors.contains("is not compressed"), "\(plain.transcript)")
        try project.directory.write("json.csv", "{\"id\":1,\"v\":\"x\"}\n")
        let json = try await project.sluice("convert", "json.csv", "-", "--to", "csv")
        #expect(json.output == "id,v\n1,x\n" && json.errors.contains("--from csv"), "\(json.transcript)")
        try await succeed(project, "convert", "json.csv", "there.parquet")
        try project.directory.write("parquet.csv", bytes: try TemporaryDirectory.bytes(of: project.directory.path("there.parquet")))
        let parquet = try await project.sluice("convert", "parquet.csv", "-", "--to", "csv")
        #expect(parquet.output == "id,v\n1,x\n" && parquet.errors.contains("content is parquet"), "\(parquet.transcript)")
        try project.directory.write("zip.csv", bytes: [0x50, 0x4B, 3, 4, 20, 0, 0, 0, 8, 0] + Array("data.csv".utf8))
        let zip = try await project.sluice("convert", "zip.csv", "out.json")
        #expect(zip.exitCode == 2 && zip.errors.contains("zip archive") && zip.errors.contains("unpack it first"), "\(zip.transcript)")
        let excel = try await Command.shell(
            "printf 'sep=;\\r\\nid;v\\r\\n1;x\\r\\n' | '\(try BuiltProgram.sluice())' convert - - --from csv --to csv",
            directory: project.directory.root
        ).run()
        #expect(excel.output == "id,v\n1,x\n", "\(excel.transcript)")
    }

    @Test("a comma in a pattern is a comma, and a pattern given again is one more")
    func patterns() async throws {
        let project = try Project()
        try project.directory.write("pairs.log", "12,34\nx 56\n")
        let result = try await project.sluice(
            "convert", "pairs.log", "-", "--to", "csv", "--in-option", "pattern=^%{INT:a:int},%{INT:b:int}$", "--in-option",
            "pattern=^x (?<c>[0-9]{1,3})$")
        #expect(result.output == "a,b,c\n12,34,\n,,56\n", "\(result.transcript)")
    }

    @Test("CSV without quotes and an escape is not written where a text could break it")
    func unquoted() async throws {
        let project = try Project()
        try project.directory.write("texts.json", #"{"a":"x,y","b":1}"#)
        let refused = try await project.sluice("convert", "texts.json", "out.csv", "--out-option", "quote=")
        #expect(refused.exitCode == 2 && refused.errors.contains("column \"a\""), "\(refused.transcript)")
        try await succeed(project, "convert", "texts.json", "numbers.csv", "--out-option", "quote=", "--select", "b")
        try await succeed(project, "convert", "texts.json", "escaped.csv", "--out-option", "quote=", "--out-option", #"escape=\"#)
        #expect(try project.directory.text("escaped.csv") == "a,b\nx\\,y,1\n")
    }

    @Test("select, where and limit", arguments: ["csv", "parquet", "avro", "json"])
    func rows(_ format: String) async throws {
        let project = try Project()
        try project.directory.write("orders.csv", Self.orders)
        try await succeed(project, "convert", "orders.csv", "there.\(format)", "--columns", "amount: decimal(12,2), id: int64")
        let result = try await project.sluice(
            "convert", "there.\(format)", "-", "--to", "csv", "--select", "id, id * 2 AS twice, upper(note) AS \"the note\"", "--where",
            "amount IS NOT NULL AND id <> 2", "--limit", "2", "--columns", "amount: decimal(12,2)")
        #expect(result.output == "id,twice,the note\n1,2,PLAIN\n4,8,ÜNÏCÖDÉ ✓\n", "\(result.transcript)")
        let all = try await project.sluice("convert", "orders.csv", "-", "--to", "csv", "--select", "*, id + 1 AS next", "--limit", "1")
        #expect(all.output == "id,amount,day,note,next\n1,10.5,2024-03-01,plain,2\n", "\(all.transcript)")
    }

    @Test("the messy file is read as its options say, and what cannot be is set aside")
    func messy() async throws {
        let project = try Project()
        let result = try await project.sluice(
            "convert", Repository.path("sample-data/messy.csv"), "clean.parquet", "--delimiter", ";", "--encoding", "cp1252", "--in-option",
            "decimal-mark=,", "--in-option", "group_mark=.", "--in-option", "date_pattern=%d/%m/%Y", "--in-option", "trim=true",
            "--columns",
            "date: date, amount: decimal(12,2), quantity: int32", "--dead-letters", "bad.jsonl", "--strict")
        #expect(result.exitCode == 3, "\(result.transcript)")
        #expect(try JSONDocument.lines(project.directory.text("bad.jsonl")).count == 4)
        let back = try await project.sluice("convert", "clean.parquet", "-", "--to", "csv")
        #expect(try CSVDocument(parsing: back.output).rows.count == 296, "\(result.transcript)")
    }

    @Test("several inputs are united by name in the order given, directories become columns")
    func union() async throws {
        let project = try Project()
        try project.directory.write("b.csv", "id,b\n1,x\n")
        try project.directory.write("a.csv", "a,id\ny,2\n")
        let united = try await project.sluice("convert", "b.csv", "a.csv", "-", "--to", "csv", "--select", "id, a, b")
        #expect(united.output == "id,a,b\n1,,x\n2,y,\n", "\(united.transcript)")
        try project.directory.write("in/month=1/x.csv", "id\n1\n")
        try project.directory.write("in/month=2/x.csv", "id\n2\n")
        let hive = try await project.sluice("convert", "in", "-", "--to", "csv")
        #expect(hive.output == "id,month\n1,1\n2,2\n", "\(hive.transcript)")
        try await succeed(project, "convert", "in", "out/", "--to", "csv", "--partition-by", "month")
        #expect(project.directory.files(below: "out").filter { $0.hasPrefix("month=1/part-") }.count == 1)
        #expect(!project.directory.files(below: "out").contains { $0.contains(".staging") })
    }

    @Test("columns that are not named are added, left out or an error, as asked")
    func newColumns() async throws {
        let project = try Project()
        try project.directory.write("old.csv", "id,v\n1,x\n")
        try project.directory.write("new.csv", "id,v,extra\n2,y,z\n")
        func convert(_ more: String...) async throws -> CommandResult {
            try await project.command(["convert", "old.csv", "new.csv", "-", "--to", "csv"] + more).run()
        }
        let named = ["--columns", "id: bigint, v: string"]
        #expect(try await convert(named[0], named[1]).output == "id,v,extra\n1,x,\n2,y,z\n")
        let ignored = try await convert(named[0], named[1], "--on-new-column", "ignore")
        #expect(ignored.output == "id,v\n1,x\n2,y\n" && ignored.errors.contains("\"extra\""), "\(ignored.transcript)")
        let failed = try await convert(named[0], named[1], "--on-new-column", "fail")
        #expect(failed.exitCode == 1 && failed.output.isEmpty, "\(failed.transcript)")
        for word in ["new.csv", "\"extra\"", "--columns", "--on-new-column add or ignore"] {
            #expect(failed.errors.contains(word), "\(failed.transcript)")
        }
        let alone = try await convert("--on-new-column", "ignore")
        #expect(alone.exitCode == 2 && alone.errors.contains("needs --columns"), "\(alone.transcript)")
    }

    @Test("standard input is read whatever its format", arguments: ["csv", "json", "parquet", "avro"])
    func standardInput(_ format: String) async throws {
        let project = try Project()
        try project.directory.write("orders.csv", Self.orders)
        try await succeed(project, "convert", "orders.csv", "there.\(format)")
        for line in [
            "cat there.\(format) | '\(try BuiltProgram.sluice())' convert - -",
            "'\(try BuiltProgram.sluice())' convert - - < there.\(format)",
        ] {
            let result = try await Command.shell(line + " --to csv --select id", directory: project.directory.root).run()
            #expect(result.output == "id\n1\n2\n3\n4\n", "\(result.transcript)")
        }
    }

    @Test("a reader that has enough ends the conversion quietly")
    func brokenPipe() async throws {
        let project = try Project()
        let line = "seq 1 2000000 | '\(try BuiltProgram.sluice())' convert - - --from csv --to json | head -n 1"
        let result = try await Command.shell(line, directory: project.directory.root).run()
        #expect(result.exitCode == 0, "\(result.transcript)")
        #expect(result.output == "{\"1\":2}\n", "\(result.transcript)")
        #expect(result.errors.isEmpty || !result.errors.contains("error"), "\(result.transcript)")
    }

    @Test("an output that exists is replaced only with --force, and never when it is an input")
    func overwriting() async throws {
        let project = try Project()
        try project.directory.write("orders.csv", Self.orders)
        try project.directory.write("there.csv", "old\n")
        let refused = try await project.sluice("convert", "orders.csv", "there.csv")
        #expect(refused.exitCode == 2 && refused.errors.contains("--force"), "\(refused.transcript)")
        #expect(try project.directory.text("there.csv") == "old\n")
        try await succeed(project, "convert", "orders.csv", "there.csv", "--force", "--columns", "amount: decimal(12,2)")
        #expect(try project.directory.text("there.csv") == Self.orders)
        let same = try await project.sluice("convert", "orders.csv", "./orders.csv", "--force", "--limit", "1")
        #expect(same.exitCode == 2 && same.errors.contains("is an input"), "\(same.transcript)")
        #expect(try project.directory.text("orders.csv") == Self.orders)
    }

    @Test("what is cut or does not fit leaves no output", arguments: ["cut.csv.gz", "cut.parquet", "cut.avro", "bad.csv"])
    func failures(_ name: String) async throws {
        let project = try Project()
        try project.directory.write("orders.csv", Self.orders)
        if name == "bad.csv" {
            try project.directory.write(name, "id\n1\nx\n")
        } else {
            let whole = String(name.dropFirst(4))
            try await succeed(project, "convert", "orders.csv", "w.\(whole)")
            let bytes = try TemporaryDirectory.bytes(of: project.directory.path("w.\(whole)"))
            try project.directory.write(name, bytes: Array(bytes.dropLast(9)))
        }
        let result = try await project.sluice("convert", name, "out.json", "--columns", "id: int64")
        #expect(result.exitCode == 1, "\(result.transcript)")
        #expect(result.errors.contains(name), "\(result.transcript)")
        #expect(!project.directory.files().contains { $0.contains("out.json") || $0.contains(".part") })
    }

    @Test(
        "wrong arguments exit with 2 and say what to write",
        arguments: [
            (["x.csv"], "the output"), (["orders.csv", "x.csv", "--where", "idd = 1"], "did you mean \"id\"?"),
            (["orders.csv", "x.csv", "--select", "id, sum("], "--select:1:"), (["orders.csv", "x.unknown"], "--to"),
            (["orders.csv", "x.csv", "--to", "parket"], "parquet"), (["orders.csv", "-"], "--to"),
            (["orders.csv", "x.csv", "--in-option", "delimeter=;"], "delimiter"),
            (["orders.csv", "x.csv", "--out-option", "x"], "key=value"),
            (["orders.csv", "x.csv", "--columns", "id: inr64"], "--columns:1:"), (["ordres.csv", "x.csv"], "orders.csv"),
            (["orders.csv", "x.csv", "--compression", "gzp"], "gzip"), (["orders.csv", "x.parquet.gz"], "compressed inside"),
            (["orders.csv", "x.csv", "--limit", "-1"], "0 or more, not -1"), (["orders.csv", "x.csv", "--memory", "1"], "1MiB or more"),
            (["orders.csv", "x.csv", "--columns", "idd: bigint"], "no column \"idd\""),
            (["orders.csv", "x.csv", "--select", "id, id"], "id AS other"),
            (["orders.csv", "x.csv", "--select", "id, id + 1 AS id"], "id + 1 AS other"),
            (["orders.csv", "x.csv", "--select", "*, id"], "selected twice: * has it already"),
            (["orders.csv", "x.csv", "--select", "*, id + 1 AS id"], "id + 1 AS other"),
            (["orders.csv", "x.parquet", "--compression-level", "99"], "--compression-level must be"),
            (["orders.csv", "x.avro", "--compression-level", "99"], "--compression-level must be"),
        ])
    func usage(_ arguments: [String], _ hint: String) async throws {
        let project = try Project()
        try project.directory.write("orders.csv", Self.orders)
        let result = try await project.command(["convert"] + arguments).run()
        #expect(result.exitCode == 2, "\(result.transcript)")
        #expect(result.errors.contains(hint), "\(result.transcript)")
        #expect(!project.directory.exists("x.csv"))
    }

    @Test("--json has the counts")
    func json() async throws {
        let project = try Project()
        try project.directory.write("orders.csv", Self.orders)
        let document = try await project.json("convert", "orders.csv", "there.parquet")
        #expect(document["rows_read"] == .integer(4) && document["rows_written"] == .integer(4), "\(document)")
        #expect(document["columns"]?.items.compactMap { $0["name"]?.text } == ["id", "amount", "day", "note"])
    }

    @Test("help fits into 80 columns", arguments: ["convert", "inspect", "formats"])
    func help(_ command: String) async throws {
        let result = try await Project().command([command, "--help"], environment: ["COLUMNS": "80"]).run()
        #expect(result.exitCode == 0)
        for line in result.output.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    }

    private func succeed(_ project: Project, _ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let result = try await project.command(arguments).run()
        try #require(result.exitCode == 0, "\(result.transcript)", sourceLocation: sourceLocation)
    }
}
