import SluiceCore
import SluiceFormats
import Testing

@Suite("CSV headers") struct CSVHeaderTests {
    @Test("a column that is missing names both lists and the near one") func mismatch() throws {
        let error = #expect(throws: SluiceError.self) {
            try read("id,amonut,city\n1,2,x\n", csv(), schema(("id", "int64"), ("amount", "int64")))
        }
        #expect(error?.code == .headerMismatch)
        #expect(error?.message.contains("id, amonut, city") == true)
        #expect(error?.message.contains("id, amount") == true)
        #expect(error?.remedy == "did you mean \"amonut\"?")
    }

    @Test("a column that appears in other files may be null") func union() throws {
        let result = try read("a\n1\n", csv(), schema(("a", "int64"), ("b", "string")), missing: .null)
        #expect(result.rows == [[.integer(1), .null]])
    }

    @Test("a name that stands twice is an error with both places") func duplicates() throws {
        let error = #expect(throws: SluiceError.self) { try csv().open(MemorySource(Array("a,b,a\n".utf8)), path: "x.csv") }
        #expect(error?.code == .duplicateColumn)
        #expect(error?.message.contains("columns 1 and 3") == true)
        #expect(error?.location?.description == "x.csv:1")
    }

    @Test("an empty name becomes its position") func emptyNames() throws {
        #expect(try csv().open(MemorySource(Array("a,,\"\"\n1,2,3\n".utf8)), path: "x.csv").layout.columns == ["a", "column2", "column3"])
    }

    @Test("names are trimmed with the fields, quoted ones are not", arguments: ["\"", ""]) func trimmedNames(_ quote: String) throws {
        let framer = try csv(["trim": .boolean(true), "quote": .text(quote)]).open(MemorySource(Array(" a ,b\t\n1,2\n".utf8)), path: "x")
        #expect(framer.layout.columns == ["a", "b"])
        #expect(
            try csv(["trim": .boolean(true)]).open(MemorySource(Array(" \" a \" ,b\n".utf8)), path: "x").layout.columns == [" a ", "b"])
    }

    @Test("without a header the columns are numbered, with given names named; no line is lost") func absent() throws {
        let numbered = try csv(["header": .boolean(false)]).open(MemorySource(Array("1,2\n3,4\n".utf8)), path: "x.csv")
        #expect(numbered.layout.columns == ["column1", "column2"])
        let result = try read("1,2\n3,4\n", csv(["header": .texts(["x", "y"])]), schema(("y", "int64")))
        #expect(result.rows == [[.integer(2)], [.integer(4)]])
        #expect(result.lines == [1, 2])
    }

    @Test("a header that looks like data is warned of") func lyingHeader() throws {
        let lying = try csv().open(MemorySource(Array("2401-1,7,2024-01-01,12.5\n2401-2,8,2024-01-02,13.5\n".utf8)), path: "x.csv")
        #expect(lying.layout.warnings.count == 1)
        #expect(lying.layout.warnings.first?.contains("header: false") == true)
        let honest = try csv().open(MemorySource(Array("id,n,day,amount\n2401-2,8,2024-01-02,13.5\n".utf8)), path: "x.csv")
        #expect(honest.layout.warnings.isEmpty)
        let texts = try csv().open(MemorySource(Array("a,b\nx,y\n".utf8)), path: "x.csv")
        #expect(texts.layout.warnings.isEmpty)
    }

    @Test("files without records", arguments: ["", "\n", "\n\n", "a,b", "a,b\n", "\u{FEFF}"]) func empty(_ text: String) throws {
        let result = try read(text, csv(), schema(("a", "int64"), ("b", "int64")))
        #expect(result.rows.isEmpty)
        #expect(result.rejects.isEmpty)
    }

    @Test(
        "a header that is no record or no text is an error at its line",
        arguments: [("\"a,b\n1,2\n", "malformed-record"), ("a,\u{0}\n", "invalid-encoding")])
    func unreadable(_ text: String, _ code: String) throws {
        let error = #expect(throws: SluiceError.self) { try csv().open(MemorySource(Array(text.utf8)), path: "x.csv") }
        #expect(error?.code.name == code)
        #expect(error?.location?.description.hasPrefix("x.csv:1") == true)
    }

    @Test("more columns than allowed are an error") func limit() throws {
        func header(_ count: Int) -> [UInt8] { Array((0..<count).map { "c\($0)" }.joined(separator: ",").utf8) }
        #expect(try csv().open(MemorySource(header(CoreLimits.columns)), path: "x").layout.columns.count == CoreLimits.columns)
        let error = #expect(throws: SluiceError.self) { try csv().open(MemorySource(header(CoreLimits.columns + 1)), path: "x") }
        #expect(error?.code == .limitExceeded)
    }

    @Test("a layout travels as bytes") func layoutTravels() throws {
        let format = try csv([
            "delimiter": .text(";"), "null_values": .texts(["", "NA"]), "trim": .boolean(true), "header": .texts(["é\"", "b\n"]),
        ])
        let layout = try format.open(MemorySource(Array("1;2\n".utf8)), path: "x").layout
        let copy = try FileLayout(serialized: layout.serialized)
        #expect(copy == layout)
        #expect(!layout.serialized.contains(0x0A))
        let decoder = try FormatRegistry.decoder(copy, schema: schema(("b\n", "int64")))
        let decoded = decoder.decode(
            RawRecords(bytes: Array("NA; 7 ".utf8), starts: [0], ends: [6]),
            origin: Origin(.shard(stream: "s", shard: "0"), .dense(first: 0, count: 1)))
        #expect(decoded.batch.columns[0].values == [.integer(7)])
    }

    @Test("bytes that are no layout are an error", arguments: ["", "{", "[]", "{}", #"{"format":1}"#, #"{"format":"csv","columns":[1]}"#])
    func layoutFaults(_ text: String) {
        #expect(throws: SluiceError.self) { try FileLayout(serialized: Array(text.utf8)) }
    }
}
