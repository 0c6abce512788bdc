import SluiceTestKit
import Testing

/// What a file is, with the real program.
@Suite("inspect")
struct InspectTests {
    @Test("rows, nulls and bounds are those of the file", arguments: ["csv", "json", "parquet", "avro", "csv.gz"])
    func columns(_ format: String) async throws {
        let project = try Project()
        try project.directory.write("orders.csv", ConvertTests.orders)
        let converted = try await project.sluice(
            "convert", "orders.csv", "file.\(format)", "--columns", "amount: decimal(12,2)")
        try #require(converted.exitCode == 0, "\(converted.transcript)")
        let document = try await project.json("inspect", "file.\(format)")
        #expect(document["format"]?.text == (format == "csv.gz" ? "csv" : format))
        #expect(document["rows"] == .integer(4), "\(document)")
        let columns = document["columns"]?.items ?? []
        #expect(columns.compactMap { $0["name"]?.text } == ["id", "amount", "day", "note"])
        #expect(columns.compactMap { $0["nulls"]?.integer } == [0, 1, 1, 0], "\(document)")
        #expect(columns.first?["minimum"] == .integer(1) && columns.first?["maximum"] == .integer(4), "\(document)")
    }

    @Test("the dialect of the messy file comes with reasons")
    func dialect() async throws {
        let document = try await Project().json("inspect", Repository.path("sample-data/messy.csv"))
        let dialect = document["dialect"]?.items ?? []
        let delimiter = dialect.first { $0["option"] == .string("delimiter") }
        #expect(delimiter?["value"]?.text?.contains(";") == true && delimiter?["reason"]?.text?.isEmpty == false, "\(document)")
        #expect(dialect.contains { $0["option"] == .string("encoding") && $0["value"]?.text?.contains("cp1252") == true }, "\(document)")
        #expect((document["bad_records"]?.integer ?? 0) > 0)
    }

    @Test("why a column of digits stays text is among the evidence")
    func codes() async throws {
        let project = try Project()
        try project.directory.write("codes.csv", "id,plz,n\n12345678901234567,01067,5\n2,80331,6\n")
        let document = try await project.json("inspect", "codes.csv")
        let evidence = (document["dialect"]?.items ?? []).filter { $0["option"] == .string("columns") }
        #expect(evidence.compactMap { $0["value"]?.text } == ["\"id: string\"", "\"plz: string\""], "\(document)")
        #expect(evidence.first?["reason"]?.text?.contains("more than 15 digits") == true, "\(document)")
        let shown = try await project.sluice("inspect", "codes.csv")
        #expect(shown.output.contains("leading zeros, which a number would lose"), "\(shown.transcript)")
    }

    @Test("row groups of Parquet, blocks of Avro")
    func structure() async throws {
        let project = try Project()
        try project.directory.write("n.csv", "n\n" + (0..<1000).map { "\($0)\n" }.joined())
        for output in ["n.parquet", "n.avro"] {
            let options = output == "n.parquet" ? ["--out-option", "row_group_rows=300"] : []
            let result = try await project.command(["convert", "n.csv", output] + options).run()
            try #require(result.exitCode == 0, "\(result.transcript)")
        }
        let parquet = try await project.json("inspect", "n.parquet")
        #expect(parquet["row_groups"]?.items.compactMap { $0["rows"]?.integer } == [300, 300, 300, 100], "\(parquet)")
        let avro = try await project.json("inspect", "n.avro")
        #expect(avro["facts"]?["blocks"]?.integer == 1, "\(avro)")
        #expect(avro["stored_schema"]?.text?.contains("\"record\"") == true, "\(avro)")
        let shown = try await project.sluice("inspect", "n.parquet", "--row-groups")
        #expect(shown.output.contains("Row group 4"), "\(shown.transcript)")
    }

    @Test("a sample leaves the count of a text file open, and --full has it")
    func sample() async throws {
        let project = try Project()
        try project.directory.write("n.csv", "n\n" + (0..<1000).map { "\($0)\n" }.joined())
        let sampled = try await project.json("inspect", "n.csv", "--sample", "10")
        #expect(sampled["rows"] == .null && sampled["rows_read"] == .integer(10), "\(sampled)")
        let full = try await project.json("inspect", "n.csv", "--full")
        #expect(full["rows"] == .integer(1000), "\(full)")
    }

    @Test("cut and missing files are errors", arguments: [("cut.parquet", Int32(1)), ("none.csv", Int32(2))])
    func failures(_ name: String, _ code: Int32) async throws {
        let project = try Project()
        try project.directory.write("cut.parquet", "PAR1 is not all that there is")
        let result = try await project.sluice("inspect", name)
        #expect(result.exitCode == code, "\(result.transcript)")
        #expect(result.errors.contains(name), "\(result.transcript)")
    }

    @Test("one bad file among others does not hide what they are")
    func several() async throws {
        let project = try Project()
        try project.directory.write("good.csv", "a,b\n1,2\n")
        try project.directory.write("cut.parquet", "PAR1 is not all that there is")
        let files = ["good.csv", "cut.parquet", "none.csv", "good.csv"]
        let result = try await project.command(["inspect"] + files).run()
        #expect(result.exitCode == 1, "\(result.transcript)")
        #expect(result.output.contains("good.csv") && result.output.contains("int64"), "\(result.transcript)")
        #expect(result.errors.contains("cut.parquet") && result.errors.contains("none.csv"), "\(result.transcript)")
        let json = try await project.command(["inspect", "--json"] + files).run()
        let entries = try json.json()["files"]?.items ?? []
        let names = entries.compactMap { $0["file"]?.text }
        #expect(json.exitCode == 1 && names == ["good.csv", "cut.parquet", "none.csv"], "\(json.transcript)")
        #expect(entries.compactMap { $0["error"]?["code"]?.text } == ["cut-file", "file-not-found"], "\(json.transcript)")
    }

    @Test("a header that names a column twice is shown as a problem, with what helps and the rest of the file")
    func doubledHeader() async throws {
        let project = try Project()
        try project.directory.write("in.csv", "a,b,a\n1,x,2.5\n3,y,4.5\n")
        let result = try await project.sluice("inspect", "in.csv")
        #expect(result.exitCode == 0, "\(result.transcript)")
        for part in ["names \"a\" twice", "--in-option skip_lines=1", "--in-option header=", "delimiter", "int64", "float64"] {
            #expect(result.output.contains(part), "\(part): \(result.transcript)")
        }
        let document = try await project.json("inspect", "in.csv")
        #expect(document["rows"] == .integer(2) && document["problem"]?["code"]?.text == "duplicate-column", "\(document)")
    }

    @Test("a header of two rows, whose first alone names columns twice, is read as it seems to be")
    func headerOfTwoRows() async throws {
        let project = try Project()
        try project.directory.write("in.csv", "one,one,two\na,b,a\n" + (0..<20).map { "\($0),\($0 * 2),\($0 * 3)\n" }.joined())
        let document = try await project.json("inspect", "in.csv")
        #expect(document["problem"]?["code"]?.text == "duplicate-column", "\(document)")
        let names = document["columns"]?.items.compactMap { $0["name"]?.text } ?? []
        #expect(names == ["one a", "one b", "two a"], "\(document)")
        #expect(document["dialect"]?.items.contains { $0["option"]?.text == "header_rows" } == true, "\(document)")
    }
}
