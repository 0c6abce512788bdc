import SluiceCore
import SluiceFormats
import Testing

@Suite("JSON lines reading") struct JSONLinesTests {
    private func one(_ line: String, _ type: String) throws -> (value: Value?, reject: Reject?) {
        let result = try read(line + "\n", json(), schema(("v", type)), path: "x.jsonl")
        return (result.rows.first?.first, result.rejects.first)
    }

    @Test("a carriage return alone is a space, and moves no line number") func carriageReturns() throws {
        let result = try read("{\"v\":1}\r\n{\"v\":\r\r\"x\"}\n{\r\"v\":2}\n", json(), schema(("v", "int64")), path: "x.jsonl")
        #expect(result.lines == [1, 3])
        #expect(result.rejects.map { $0.location?.description } == ["x.jsonl:2:8"])
    }

    @Test("values of every type") func types() throws {
        let cases: [(String, String, Value)] = [
            ("boolean", "true", .boolean(true)), ("int8", "-128", .integer(-128)), ("int64", "9223372036854775807", .integer(.max)),
            ("float64", "1", .float(1)), ("float64", "-0.5e2", .float(-50)), ("float32", "0.25", .float(0.25)),
            (
                "decimal(38,0)", "12345678901234567890123456789012345678",
                .decimal(12_345_678_901_234_567_890_123_456_789_012_345_678, scale: 0)
            ),
            ("decimal(5,2)", "\"1.50\"", .decimal(150, scale: 2)), ("date", "\"2024-02-29\"", .date(19782)),
            ("timestamptz", "\"1970-01-01T00:00:00.001Z\"", .timestamp(1000, zoned: true)),
            ("binary", "\"AQI=\"", .binary([1, 2])), ("string", "\"é\"", .string("é")),
            ("string", "12345678901234567890", .string("12345678901234567890")), ("string", "1.50", .string("1.50")),
            ("string", "{\"a\": [1]}", .string("{\"a\": [1]}")), ("list<int64>", "[]", .list([])),
            ("list<list<int8>>", "[[1],null,[]]", .list([.list([.integer(1)]), .null, .list([])])),
            (
                "struct<a: int64, b: struct<c: string>>", "{\"b\":{\"c\":\"x\",\"d\":0}}",
                .structure([.init("a", .null), .init("b", .structure([.init("c", .string("x"))]))])
            ),
        ]
        for (type, text, value) in cases {
            let (found, reject) = try one("{\"v\":\(text)}", type)
            #expect(found == value, "\(type) \(reject?.error.message ?? "")")
            #expect(try one("{\"v\" : null }", type).value == .null)
            #expect(try one("{}", type).value == .null)
        }
    }

    @Test(
        "a value of another type or out of range rejects the record with member, value and place",
        arguments: [
            ("int64", "9223372036854775808"), ("int64", "1.0"), ("int64", "1e2"), ("int64", "\"1\""), ("int8", "128"), ("float64", "1e999"),
            ("float64", "\"1\""), ("boolean", "0"), ("boolean", "\"true\""), ("date", "\"2023-02-29\""), ("date", "20240101"),
            ("timestamp", "\"2024-01-01T00:00:00Z\""), ("list<int64>", "1"), ("list<int64>", "{}"), ("struct<a: int64>", "[1]"),
            ("decimal(3,1)", "1.25"), ("binary", "\"*\""),
        ]) func misfits(_ type: String, _ text: String) throws
    {
        let result = try read("{\"v\":null}\n{\"é\":1,\"v\":\(text),\"w\":1}\n", json(), schema(("v", type)), path: "x.jsonl")
        #expect(result.rows == [[.null]])
        let reject = try #require(result.rejects.first)
        #expect(reject.error.code == .valueDoesNotFit)
        #expect(reject.error.column == "v")
        #expect(reject.location?.description == "x.jsonl:2:12")
        #expect(reject.error.message.contains(type))
    }

    @Test("a misfit inside a list of structs names the path, and half of a record leaves nothing behind") func nestedMisfit() throws {
        let text = #"{"v":[{"a":1}],"w":1}"# + "\n" + #"{"v":[{"a":2},{"a":3},{"a":"x"}],"w":2}"# + "\n" + #"{"w":3,"v":[{"a":4},{}]}"#
        let result = try read(text, json(), schema(("v", "list<struct<a: int64>>"), ("w", "int64")))
        #expect(result.column("w") == [.integer(1), .integer(3)])
        #expect(result.column("v")[1] == .list([.structure([.init("a", .integer(4))]), .structure([.init("a", .null)])]))
        #expect(result.rejects.first?.error.column == "v.a")
    }

    @Test("lines of nothing but blanks and carriage returns are no records", arguments: ["\r\n", " \r\r\n", "\t\n", "\n\r"])
    func blankLines(_ blank: String) throws {
        let format = try json(["layout": .text("lines")])
        let wanted = try schema(("a", "int64"))
        let text = Array(("{\"a\":1}\n" + blank + "{\"a\":2}\r\n" + blank).utf8)
        let careful = try readCarefully(text, format, wanted)
        #expect(careful.rows == ["{\"a\":1}", "{\"a\":2}"])
        #expect(careful.rejects.isEmpty)
        #expect(try readInBlocks(text, format, wanted) == careful)
    }

    @Test("escapes, also of characters beyond the basic plane, in values and keys") func escapes() throws {
        let line = #"{"\u0076":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"}"#
        #expect(try one(line, "string").value == .string("\"\\/\u{8}\u{c}\n\r\té😀"))
        #expect(try one(#"{"v":"\ud83d"}"#, "string").reject?.error.code == .malformedRecord)
        #expect(try one(#"{"v":"\ude00x"}"#, "string").reject?.error.code == .malformedRecord)
    }

    @Test("of a key that stands twice the last counts") func duplicates() throws {
        #expect(try one(#"{"v":1,"v":2}"#, "int64").value == .integer(2))
        #expect(try one(#"{"v":[1,2],"v":[3]}"#, "list<int64>").value == .list([.integer(3)]))
        #expect(try one(#"{"v":1,"v":null}"#, "int64").value == .null)
    }

    @Test(
        "malformed records are rejected with line and column, also in parts that nobody wants",
        arguments: [
            (#"{"v":1"#, 7), (#"{"v":1,}"#, 8), (#"{"v":1,"w":01}"#, 12), (#"{"v":1,"w":tru}"#, 15), (#"{"v":1,"w":"\x"}"#, 13),
            (#"{"v":1,"w":[1,]}"#, 15), (#"{"v":1} x"#, 9), ("{'v':1}", 2), (#"{"v" 1}"#, 6), (#"{"v":1,"w":1.}"#, 14),
            (#"{"v":1,"w":.5}"#, 12),
            (#"{"v":1,"w":+5}"#, 12), (#"{"v":1,"w":1e}"#, 14), ("[1]", 1), ("1", 1), ("\"v\"", 1), (#"{"v":NaN}"#, 6),
            (#"{"v":1,"w":"\u12G4"}"#, 13),
            ("{\"v\":1,\"w\":\"\u{1}\"}", 13), (#"{"v":1,"w":"abc"#, 16), ("{", 2), (#"{"v":-}"#, 7), (#"{"v":1,"w":nul"#, 15),
        ]) func malformed(_ line: String, _ column: Int) throws
    {
        let result = try read("{\"v\":1}\n" + line + "\n{\"v\":3}", json(), schema(("v", "int64")), path: "x.jsonl")
        #expect(result.rows == [[.integer(1)], [.integer(3)]])
        #expect(result.rejects.first?.error.code == .malformedRecord)
        #expect(result.rejects.first?.location?.description == "x.jsonl:2:\(column)")
        #expect(result.rejects.first.map { String(decoding: $0.raw, as: UTF8.self) } == line)
    }

    @Test("nesting is bounded, in what is wanted and in what is not", arguments: ["v", "other"]) func depth(_ key: String) throws {
        func nested(_ depth: Int) -> String {
            "{\"\(key)\":" + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}"
        }
        #expect(try one(nested(CoreLimits.nestingDepth - 1), "string").reject == nil)
        let reject = try one(nested(CoreLimits.nestingDepth), "string").reject
        #expect(reject?.error.code == .malformedRecord)
        #expect(reject?.error.message.contains("\(CoreLimits.nestingDepth)") == true)
        #expect(try one(nested(1_000_000), "string").reject != nil)
    }

    @Test("blank lines are skipped and counted; CRLF ends a line; a mark at the start is none of its content") func lines() throws {
        let result = try read("\u{FEFF}\n  \t\r\n{\"v\":1}\r\n\n{\"v\":2}", json(), schema(("v", "int64")))
        #expect(result.rows == [[.integer(1)], [.integer(2)]])
        #expect(result.lines == [3, 5])
    }

    @Test("invalid UTF-8 rejects its record") func encoding() throws {
        let result = try read(Array("{\"v\":\"".utf8) + [0xFF] + Array("\"}\n{\"v\":\"é\"}\n".utf8), json(), schema(("v", "string")))
        #expect(result.rows == [[.string("é")]])
        #expect(result.rejects.map(\.error.code) == [.invalidEncoding])
    }

    @Test("many members, in changing order") func order() throws {
        let names = (0..<300).map { "member \($0)" }
        let wanted = try Schema(names.map { Field($0, .int64) })
        var lines = ""
        for shift in [0, 1, 150] {
            let members = names.indices.map { index in "\"\(names[(index * 7 + shift) % 300])\":\((index * 7 + shift) % 300)" }
            lines += "{" + members.joined(separator: ",") + "}\n"
        }
        let result = try read(lines, json(), wanted)
        #expect(result.rows.count == 3)
        #expect(result.rows.allSatisfy { $0 == (0..<300).map { .integer(Int64($0)) } })
    }
}
