import SluiceCore
import SluiceFormats
import Testing

@Suite("Inference") struct InferenceTests {
    private func types(_ text: String, _ format: any RecordFormat) throws -> [String: String] {
        var inference = SchemaInference(format)
        try inference.sample(format.open(MemorySource(Array(text.utf8)), path: "x"))
        return Dictionary(uniqueKeysWithValues: inference.schema.fields.map { ($0.name, $0.type.description) })
    }

    @Test(
        "a CSV column gets the narrowest type that holds every value without losing anything",
        arguments: [
            (["1", "-20", ""], "int64"), (["1", "2.5"], "float64"), (["1e3", ".5"], "float64"), (["true", "FALSE"], "boolean"),
            (["2024-01-01", "2024-02-29"], "date"), (["2024-01-01T00:00:00Z", "2024-01-01 10:00:00+02"], "timestamptz"),
            (["2024-01-01 10:00"], "timestamp"), (["", ""], "string"), (["01", "2"], "string"), (["0", "0.5"], "float64"),
            (["123456789012345"], "int64"), (["1234567890123456"], "string"), (["1,234", "5"], "string"), (["NA", "1"], "string"),
            (["1", "x"], "string"), (["2024-01-01", "1"], "string"), (["2024-13-01"], "string"), (["nan"], "string"),
            (["inf", "1.5"], "string"),
            (["+49"], "string"), (["true", "1"], "string"), (["2024-01-01T00:00:00Z", "2024-01-01T00:00:00"], "string"),
            (["-01"], "string"), (["-0"], "int64"), (["007.50"], "string"), (["+1.5"], "string"),
            (["17850.0"], "float64"), (["-"], "string"), (["1 "], "string"),
        ]) func columns(_ values: [String], _ type: String) throws
    {
        let lines = values.map { "k,\($0.contains(",") ? "\"\($0)\"" : $0)\n" }.joined()
        #expect(try types("k,v\n" + lines, csv())["v"] == type)
    }

    @Test("a dialect's marks and patterns are followed") func dialect() throws {
        let format = try csv([
            "delimiter": .text(";"), "decimal_mark": .text(","), "group_mark": .text("."), "date_pattern": .text("%d/%m/%Y"),
        ])
        #expect(try types("a;b;c\n1.234,56;01/02/2024;1.234\n0,5;31/12/2024;5\n", format) == ["a": "float64", "b": "date", "c": "int64"])
    }

    @Test("JSON members are united, nested ones too; what is mixed is a choice") func json() throws {
        let text = """
            {"a":1,"s":{"x":1},"l":[1],"m":1,"e":[],"n":null,"t":"2024-01-01T00:00:00Z","big":9223372036854775808,"o":{}}
            {"b":"x","s":{"y":[{"z":true}]},"l":[2.5,null],"m":"x","a":2}
            {"s":{"y":[{"w":"2024-01-01"}]}}
            """
        #expect(
            try types(text, SluiceFormatsTests.json()) == [
                "a": "int64", "b": "string", "s": "struct<x: int64, y: list<struct<z: boolean, w: date>>>", "l": "list<float64>",
                "m": "choice<int64, string>",
                "e": "list<string>", "n": "string", "t": "timestamptz", "big": "decimal(38,0)", "o": "string",
            ])
    }

    @Test("objects of very many members take time in proportion") func manyMembers() throws {
        let count = 60_000
        func object(_ letter: String) -> String { "{" + (0..<count).map { "\"\(letter)\($0)\":1" }.joined(separator: ",") + "}" }
        let flat = try types(object("k") + "\n" + object("k") + "\n" + object("m"), SluiceFormatsTests.json())
        #expect(flat.count == 2 * count)
        var inference = SchemaInference(try SluiceFormatsTests.json())
        let nested = "{\"o\":\(object("k"))}\n{\"o\":\(object("m"))}\n"
        try inference.sample(SluiceFormatsTests.json().open(MemorySource(Array(nested.utf8)), path: "x"))
        guard case .structure(let fields) = inference.schema.fields[0].type else {
            Issue.record("no struct")
            return
        }
        #expect(fields.map(\.name) == (0..<count).map { "k\($0)" } + (0..<count).map { "m\($0)" })
    }

    @Test("of members with one name the last one counts, and names are told apart by their bytes") func sameNames() throws {
        let text = "{\"a\":1,\"a\":\"x\",\"o\":{\"\u{E9}\":1,\"e\u{301}\":true,\"\u{E9}\":2.5}}"
        let result = try read(text, SluiceFormatsTests.json())
        #expect(result.schema.fields[0].type == .string)
        guard case .structure(let fields) = result.schema.fields[1].type else {
            Issue.record("no struct")
            return
        }
        #expect(fields.map { Array($0.name.utf8) } == ["\u{E9}", "e\u{301}"].map { Array($0.utf8) })
        #expect(fields.map(\.type) == [.float64, .boolean])
    }

    @Test("what is inferred reads every record of the sample") func agrees() throws {
        let text = """
            {"m":1,"o":{},"big":9223372036854775808,"s":{"x":1}}
            {"m":"x","o":{"a":1},"big":1,"s":null}
            {"m":[true],"o":null}
            """
        let result = try read(text, SluiceFormatsTests.json())
        #expect(result.rejects.isEmpty)
        #expect(result.column("m") == [.integer(1), .string("x"), .list([.boolean(true)])])
        #expect(result.column("big") == [.decimal(9_223_372_036_854_775_808, scale: 0), .decimal(1, scale: 0), .null])
    }

    @Test("files are united by name, later columns behind; types of both count") func files() throws {
        let format = try csv()
        var inference = SchemaInference(format)
        for text in ["a,b\n1,x\n", "c,a\ny,2.5\n", "b\n"] { try inference.sample(format.open(MemorySource(Array(text.utf8)), path: "x")) }
        #expect(inference.schema.names == ["a", "b", "c"])
        #expect(inference.schema["a"]?.type == .float64)
        #expect(inference.sampledRows == 2)
    }

    @Test("the first, the last and some files between are looked at")
    func sampledFiles() {
        #expect(SchemaInference.sampledFiles(of: 0) == [])
        #expect(SchemaInference.sampledFiles(of: 1) == [0])
        #expect(SchemaInference.sampledFiles(of: 3) == [0, 1, 2])
        let many = SchemaInference.sampledFiles(of: 365)
        #expect(many.count == FormatLimits.sampleFiles)
        #expect(many.first == 0 && many.last == 364)
        #expect(Set(many).count == many.count)
    }

    @Test("a sample ends at its limit") func limit() throws {
        let format = try csv()
        var inference = SchemaInference(format)
        let text = "a\n" + String(repeating: "1\n", count: FormatLimits.sampleRows + CoreLimits.batchRows) + "x\n"
        try inference.sample(format.open(MemorySource(Array(text.utf8)), path: "x"))
        #expect(inference.schema["a"]?.type == .int64)
        #expect((FormatLimits.sampleRows...(FormatLimits.sampleRows + CoreLimits.batchRows)).contains(inference.sampledRows))
    }

    @Test("a sample of long records ends at its bytes") func byteLimit() throws {
        let format = try csv()
        var inference = SchemaInference(format)
        let line = String(repeating: "x", count: 64 << 10) + ",1\n"
        try inference.sample(format.open(RepeatingSource([("a,b\n", 1), (line, 200)]), path: "x"))
        let bytes = inference.sampledRows * line.utf8.count
        #expect((FormatLimits.sampleBytes...(FormatLimits.sampleBytes + 2 * CoreLimits.batchBytes)).contains(bytes))
    }
}
