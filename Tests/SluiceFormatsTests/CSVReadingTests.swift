import SluiceCore
import SluiceFormats
import Testing

@Suite("CSV reading") struct CSVReadingTests {
    @Test("quotes, line ends in fields, doubled quotes and empty fields are told apart") func quoting() throws {
        let text = "a,b,c\r\n1,\"x,y\",\"say \"\"hi\"\"\"\r\n2,,\"\"\r\n3,\"two\nlines\",z\n"
        let result = try read(text, csv(), schema(("a", "int64"), ("b", "string"), ("c", "string")))
        #expect(result.rejects.isEmpty)
        #expect(result.column("b") == [.string("x,y"), .null, .string("two\nlines")])
        #expect(result.column("c") == [.string("say \"hi\""), .string(""), .string("z")])
        #expect(result.lines == [2, 3, 4])
    }

    @Test("lines end with LF, CRLF or CR", arguments: ["\n", "\r\n", "\r"]) func lineEnds(_ end: String) throws {
        let result = try read(
            ["a,b", "1,2", "", "3,\"4\(end)5\"", "6,7"].joined(separator: end), csv(), schema(("a", "int64"), ("b", "string")))
        #expect(result.column("a") == [.integer(1), .integer(3), .integer(6)])
        #expect(result.column("b")[1] == .string("4\(end)5"))
        #expect(result.lines == [2, 4, 6])
    }

    @Test("only wanted columns are read, in the wanted order, and others are not checked") func projection() throws {
        let result = try read("a,b,c\n1,x,3\n4,y,6\n", csv(), schema(("c", "int32"), ("a", "int8")))
        #expect(result.rows == [[.integer(3), .integer(1)], [.integer(6), .integer(4)]])
    }

    @Test("every type is read from its text") func types() throws {
        let types: [(String, String, Value)] = [
            ("boolean", "TRUE", .boolean(true)), ("int8", "-128", .integer(-128)), ("int16", "32767", .integer(32767)),
            ("int32", "+5", .integer(5)), ("int32", "-0", .integer(0)), ("decimal(5,2)", "007.50", .decimal(750, scale: 2)),
            ("float64", "-007.5", .float(-7.5)), ("float64", "0.5", .float(0.5)), ("float64", "0", .float(0)),
            ("int64", "-9223372036854775808", .integer(.min)), ("float32", "0.5", .float(0.5)),
            ("float64", "1e-3", .float(0.001)), ("decimal(5,2)", "-123.4", .decimal(-12340, scale: 2)), ("string", " x ", .string(" x ")),
            ("binary", "AQI=", .binary([1, 2])), ("date", "2024-02-29", .date(19782)),
            ("timestamp", "1970-01-01 00:00:01.5", .timestamp(1_500_000, zoned: false)),
            ("timestamptz", "1970-01-01T01:00:00+01:00", .timestamp(0, zoned: true)),
            ("list<int64>", "\"[1,null,3]\"", .list([.integer(1), .null, .integer(3)])),
            ("struct<x: string>", "\"{\"\"x\"\":\"\"y\"\"}\"", .structure([.init("x", .string("y"))])),
        ]
        for (type, text, value) in types {
            let result = try read("a,b\n\(text),1\n,1\n", csv(), schema(("a", type)))
            #expect(result.rows == [[value], [.null]], "\(type)")
        }
    }

    @Test(
        "a value that does not fit is never narrowed: the row is rejected with column, value, place and bytes",
        arguments: [
            ("int8", "128"), ("int64", "9223372036854775808"), ("int64", "1.0"), ("int64", " 1"), ("float64", "1e999"), ("float32", "1e39"),
            ("decimal(5,2)", "1.234"), ("decimal(3,1)", "100"), ("boolean", "yes"), ("date", "2023-02-29"), ("date", "01/02/2024"),
            ("timestamp", "2024-01-01T00:00:00Z"), ("timestamp", "2024-01-01T24:00:00"), ("binary", "AQ"), ("list<int64>", "[1"),
            ("int64", "1.234,56"), ("null", "x"), ("int64", "007"), ("int64", "007.50"), ("float64", "007"), ("float32", "-007"),
            ("decimal(5,2)", "+007"), ("decimal(5,0)", "00"), ("int64", "1e3"), ("decimal(5,2)", "1e3"), ("float64", "1_000"),
        ]) func misfits(_ type: String, _ text: String) throws
    {
        let wanted = try type == "null" ? Schema([Field("k", .string), Field("v", .null)]) : schema(("k", "string"), ("v", type))
        let result = try read("k,v\na,\nbé,\"\(text)\"\nc,\n", csv(), wanted)
        #expect(result.column("k") == [.string("a"), .string("c")])
        #expect(result.lines == [2, 4])
        let reject = try #require(result.rejects.first)
        #expect(reject.error.code == .valueDoesNotFit)
        #expect(reject.error.column == "v")
        #expect(reject.error.message.contains(text))
        #expect(reject.location?.description == "test.csv:3:4")
        #expect(String(decoding: reject.raw, as: UTF8.self) == "bé,\"\(text)\"")
    }

    @Test("the place of a value in a record of several lines is its own line and column") func place() throws {
        let result = try read("a,b\n\"one\ntwo\",x\n", csv(), schema(("b", "int64")))
        #expect(result.rejects.first?.location?.description == "test.csv:3:6")
    }

    @Test("too many and too few fields are rejected; with ragged: pad the missing ones are null") func ragged() throws {
        let text = "a,b,c\n1,2,3\n1,2,3,4\n1,2\n\"1\",2,3,4\n1,2,3\n"
        let wanted = try schema(("a", "int64"), ("c", "int64"))
        let strict = try read(text, csv(), wanted)
        #expect(strict.rows.count == 2)
        #expect(strict.rejects.map(\.error.code) == [.tooManyFields, .tooFewFields, .tooManyFields])
        #expect(strict.rejects[0].location?.description == "test.csv:3:7")
        #expect(strict.rejects[2].location?.description == "test.csv:5:9")
        let padded = try read(text, csv(["ragged": .text("pad")]), wanted)
        #expect(padded.rows == [[.integer(1), .integer(3)], [.integer(1), .null], [.integer(1), .integer(3)]])
        #expect(padded.rejects.map(\.error.code) == [.tooManyFields, .tooManyFields])
    }

    @Test("invalid UTF-8 and NUL reject their row only, with the byte and an encoding to try") func encodingFaults() throws {
        let bytes = Array("a,b\n1,x\n2,".utf8) + [0xE9, 0x0A] + Array("3,y\n4,".utf8) + [0x00] + Array("\n5,é\n".utf8)
        let result = try read(bytes, csv(), schema(("a", "int64"), ("b", "string")))
        #expect(result.column("a") == [.integer(1), .integer(3), .integer(5)])
        #expect(result.rejects.map(\.error.code) == [.invalidEncoding, .invalidEncoding])
        #expect(result.rejects[0].error.message.contains("byte 2"))
        #expect(result.rejects[0].error.message.contains("encoding: cp1252"))
        #expect(result.rejects[0].location?.description == "test.csv:3:3")
        #expect(result.rejects[0].raw == [0x32, 0x2C, 0xE9])
        #expect(result.rejects[1].error.message.contains("NUL"))
    }

    @Test("a NUL within quotes is a part of its field; before and behind them it is none") func quotedNUL() throws {
        let text = "a,b\n1,\"x\0y\"\n2,\"x\"\"\0\"\n3,x\0\n\0\"4\",x\n"
        let result = try read(Array(text.utf8), csv(), schema(("a", "string"), ("b", "string")))
        #expect(result.column("b") == [.string("x\0y"), .string("x\"\0")])
        #expect(result.rejects.map(\.error.code) == [.invalidEncoding, .invalidEncoding])
        let mixed = try read(Array("a,b\n1,\"x\0".utf8) + [0xE9] + Array("\"\n".utf8), csv(), schema(("a", "string"), ("b", "string")))
        #expect(mixed.rejects.map(\.error.message).first?.contains("byte 5") == true, "\(mixed.rejects)")
    }

    @Test("an open quote rejects the line on which it opened, not the rest of the file") func openQuote() throws {
        let text = "a,b\n1,x\n2,\"open\n3,y\n4,z\n"
        let result = try read(text, csv(), schema(("a", "int64")))
        #expect(result.column("a") == [.integer(1), .integer(3), .integer(4)])
        let reject = try #require(result.rejects.first)
        #expect(reject.error.code == .malformedRecord)
        #expect(reject.location?.description == "test.csv:3:3")
        #expect(String(decoding: reject.raw, as: UTF8.self) == "2,\"open")
    }

    @Test("text behind a closing quote rejects that line; lenient makes it part of the field") func strayQuote() throws {
        let text = "a,b\n1,\"3\" pipe\"\n2,5\" pipe\n3,\"x\"y\n4,z\n"
        let strict = try read(text, csv(), schema(("a", "int64"), ("b", "string")))
        #expect(strict.column("a") == [.integer(2), .integer(4)])
        #expect(strict.column("b") == [.string("5\" pipe"), .string("z")])
        #expect(strict.rejects.map { $0.location?.description } == ["test.csv:2:5", "test.csv:4:5"])
        let lenient = try read("a,b\n1,\"3\" pipe\"\n2,x\n", csv(["quotes": .text("lenient")]), schema(("b", "string")))
        #expect(lenient.column("b") == [.string("3 pipe\""), .string("x")])
    }

    @Test(
        "lenient quotes read what Python's csv module and pandas read, and end with the field",
        arguments: [
            ("a,b\"c,d", ["a", "b\"c", "d"]), ("\"abc\"def,x,y", ["abcdef", "x", "y"]), ("\"abc\"d\"ef,x,\"y\"", ["abcd\"ef", "x", "y"]),
            ("\"abc\" ,x,y", ["abc ", "x", "y"]), ("\"a\"b\"\"c\"\",x,y", ["ab\"\"c\"\"", "x", "y"]),
            ("1,\"a \"b\" c\",y", ["1", "a b\" c\"", "y"]), ("1,\"a\"\"b\"c,y", ["1", "a\"bc", "y"]),
        ])
    func lenientQuotes(_ line: String, _ fields: [String]) throws {
        let text = "a,b,c\n\(line)\n1,2,3\n\"4\",5,6\n"
        for more in [[:], ["escape": OptionValue.text("^")], ["header": .texts(["a", "b", "c"]), "skip_lines": .integer(1)]] {
            let format = try csv(more.merging(["quotes": .text("lenient")]) { $1 })
            let result = try read(text, format, schema(("a", "string"), ("b", "string"), ("c", "string")))
            #expect(result.rejects.isEmpty)
            #expect(result.rows == [fields, ["1", "2", "3"], ["4", "5", "6"]].map { $0.map { .string($0) } })
        }
    }

    @Test("a lenient header has text behind its quotes too") func lenientHeader() throws {
        let result = try read("\"size\"(cm),b\n1,2\n", csv(["quotes": .text("lenient")]))
        #expect(result.schema.names == ["size(cm)", "b"])
    }

    @Test("dialect: delimiter, comments, skipped lines, trim, null texts") func dialect() throws {
        let text = "exported today, \"broken\nat noon\n# note \"\na;b; c\n 1 ;NA; \" x \" \n# end\n2;\"NA\";-\n"
        let format = try csv([
            "delimiter": .text(";"), "comment": .text("#"), "skip_lines": .integer(2), "trim": .boolean(true),
            "null_values": .texts(["", "NA", "-"]),
        ])
        let result = try read(text, format, schema(("a", "int64"), ("b", "string"), ("c", "string")))
        #expect(result.rejects.isEmpty)
        #expect(result.rows == [[.integer(1), .null, .string(" x ")], [.integer(2), .string("NA"), .null]])
        #expect(result.lines == [5, 7])
    }

    @Test("NA is text unless it is listed") func notAvailable() throws {
        #expect(try read("a\nNA\n", csv(), schema(("a", "string"))).rows == [[.string("NA")]])
        #expect(try read("a\nNA\n", csv(["null_values": .text("NA")]), schema(("a", "string"))).rows == [[.null]])
    }

    @Test("an empty line is a null where there is one column, and nothing elsewhere") func emptyLines() throws {
        #expect(try read("a\n\nx\n\"\"\n", csv(), schema(("a", "string"))).rows == [[.null], [.string("x")], [.string("")]])
        #expect(try read("a,b\n\nx,y\n\n", csv(), schema(("a", "string"))).rows == [[.string("x")]])
    }

    @Test(
        "numbers in local spelling",
        arguments: [
            ("1.234,56", 1234.56), ("-12.345.678", -12_345_678), ("0,5", 0.5), ("1234,5", 1234.5),
        ]) func localNumbers(_ text: String, _ value: Double) throws
    {
        let format = try csv(["delimiter": .text(";"), "decimal_mark": .text(","), "group_mark": .text(".")])
        #expect(try read("a;b\n\(text);1\n", format, schema(("a", "float64"))).rows == [[.float(value)]])
    }

    @Test("wrong groups are not numbers", arguments: ["1.23,4", "12.34", "1234.567", ".123", "1,234.5", "1..234", "1.234.", "1,5,5"])
    func wrongGroups(_ text: String) throws {
        let format = try csv(["delimiter": .text(";"), "decimal_mark": .text(","), "group_mark": .text(".")])
        #expect(try read("a;b\n\(text);1\n", format, schema(("a", "float64"))).rejects.map(\.error.code) == [.valueDoesNotFit])
    }

    @Test("a number in local spelling has a longest text", arguments: [0, 1]) func longNumber(_ excess: Int) throws {
        let text = "0," + String(repeating: "0", count: FormatLimits.scalarBytes - 2 + excess)
        let result = try read("a;b\n\(text);1\n", csv(["delimiter": .text(";"), "decimal_mark": .text(",")]), schema(("a", "float64")))
        #expect(result.rows.count == 1 - excess)
        #expect(result.rejects.count == excess)
    }

    @Test("dates and timestamps by pattern") func patterns() throws {
        let format = try csv(["date_pattern": .text("%d/%m/%Y"), "timestamp_pattern": .text("%d-%b-%y %I:%M:%S.%f %p %z")])
        let text = "d,t\n29/02/2024,01-Feb-70 12:00:01.25 AM +01:00\n29/02/2023,01-Feb-70 12:00:01.25 AM Z\n"
        let result = try read(text, format, schema(("d", "date"), ("t", "timestamptz")))
        #expect(result.rows == [[.date(19782), .timestamp((31 * 86_400 - 3599) * 1_000_000 + 250_000, zoned: true)]])
        #expect(result.rejects.map(\.error.column) == ["d"])
    }

    @Test("a copied record decodes as from its file, and a line end in it is found out") func payloads() throws {
        let format = try csv()
        let decoder = try format.decoder(
            FileLayout(format: "csv", columns: ["a", "b"]), schema: schema(("a", "int64"), ("b", "string")), missing: .error)
        let records = RawRecords(bytes: Array("1,x2,\"y\"\n3,\"z\"\nw4,\"open".utf8), starts: [0, 3, 9, 16], ends: [3, 9, 16, 23])
        let origin = Origin(.shard(stream: "s", shard: "0"), .dense(first: 10, count: 4))
        let decoded = decoder.decode(records, origin: origin)
        #expect(decoded.batch["a"]?.values == [.integer(1), .integer(2)])
        #expect(decoded.rejects.map(\.error.code) == [.malformedRecord, .malformedRecord])
        #expect(decoded.rejects.first?.location?.description == "s/0@12")
        let lines = RawRecords(bytes: Array("1,x\n2,y3,z\n".utf8), starts: [0, 7], ends: [7, 11])
        let unquoted = decoder.decode(lines, origin: Origin(.shard(stream: "s", shard: "0"), .dense(first: 0, count: 2)))
        #expect(unquoted.batch["b"]?.values == [.string("z")])
        #expect(unquoted.rejects.map(\.error.code) == [.malformedRecord])
    }
}
