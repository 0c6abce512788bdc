import SluiceCore
import SluiceFormats
import Testing

/// Values that the grammar has (y) and has not (n), each wanted and not wanted, read both ways.
@Suite("JSON grammar") struct JSONCorpusTests {
    private static let valid = [
        "0", "-0", "1", "-1", "123", "1234567890123456789", "12345678901234567890123456789012345678901234567890", "0.5", "-0.5e-3", "1E5",
        "1e+5",
        "0e0", "0.0", "1.7976931348623157e308", "1e400", "true", "false", "null", "\"\"", "\" \"", "\"a\"", "\"\\u0041\"", "\"\\\\\"",
        "\"\\\"\"",
        "\"\\/\\b\\f\\n\\r\\t\"", "\"\\ud83d\\ude00\"", "\"é日本語😀\"", "\"{[,:]}\"", "\"\\\\\\\\\"", "\"\\\\\\\"\"", "\"\u{7f}\"",
        "\"\u{2028}\"",
        "[]", "[ ]", "[1]", "[1,2]", "[ 1 , 2 ]", "[[]]", "[[],[[]]]", "[null]", "[\"a\",{}]", "{}", "{ }", "{\"a\":1}", "{ \"a\" : 1 }",
        "{\"a\":{\"b\":[{\"c\":null}]}}", "{\"\":0}", "{\"a\":1,\"a\":2}", "{\"\\u0061\":1}", "[true,false,null]", "{\"a\":[],\"b\":{}}",
        "\"\\uD800\"", "\"\\uDFFF\"", "\"\\uD800\\uD800\"", "[1.5,2]", "\t1\t",
    ]

    private static let invalid = [
        "", "01", "-", "-01", "+1", ".5", "1.", "1.e5", "1e", "1e+", "0x1", "1_000", "Infinity", "-Infinity", "NaN", "nan", "tru", "truE",
        "nul",
        "nulll", "falsey", "True", "'a'", "a", "\"", "\"a", "\"\\\"", "\"\\x41\"", "\"\\u12\"", "\"\\u12G4\"", "\"\\u\"", "\"\\\"",
        "\"\t\"",
        "\"\u{1}\"", "\"\u{1f}\"", "\"a\"\"b\"", "\"a\" \"b\"", "1 2", "1\"a\"", "\"a\"1", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[,]",
        "[1,,2]",
        "[1 2]", "[1:2]", "[\"a\":1]", "[{]}", "{", "}", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{,}", "{\"a\"}",
        "{\"a\",}",
        "{\"a\" 1}", "{a:1}", "{1:1}", "{null:1}", "{\"a\":1 \"b\":2}", "{\"a\":1,,\"b\":2}", "{\"a\"::1}", "{\"a\":1:2}", "{[]:1}",
        "{{}:1}",
        "{\"a\":}", "{:1}", "[1}", "{\"a\":1]", "{\"a\":[1}", "[{\"a\":1]", "[]]", "{}}", "[][]", "{}{}", "1,", "1:", ",1", "\\", "\\\"",
        "\"a\\",
        "\u{FEFF}1", "[1]x", "{\"a\":1}x", "\u{c}1", "1\u{b}", "\"a\"\\", "--1", "1-", "1+1", "0.1.2", "1e5e5", "[}", "{]", "\"\\u00\\\"",
        "#", "//", "/**/1",
        "[1//\n]", "<a>", "[\"\\uD8\"]", "\u{0}", "\"\u{0}\"",
    ]

    private static let types = [
        "string", "int64", "float64", "boolean", "decimal(20,2)", "list<int64>", "list<string>", "struct<a: int64>",
        "struct<a: struct<b: string>>",
        "map<string, int64>", "choice<int64, string>", "date",
    ]

    private func lines(_ value: String, _ shift: Int) -> [String] {
        let pad = String(repeating: "x", count: shift)
        return [
            "{\"v\":\(value)}", "{\"w\":\(value),\"v\":1}", "{\"pad\":\"\(pad)\",\"w\":[\(value)],\"v\":\"\(pad)\"}",
            "{\"pad\":\"\(pad)\",\"v\":{\"a\":\(value),\"b\":\(value)},\"w\":{\"k\":\(value)}}", value, "{\"v\":1}\(value)",
        ]
    }

    @Test("wanted or not, whatever the type, both readers see the same", arguments: [0, 47, 61])
    func bothWays(_ shift: Int) throws {
        for value in Self.valid + Self.invalid {
            var text = ""
            for line in lines(value, shift) { text += line.replacing("\n", with: " ") + "\n" }
            for type in Self.types {
                try expectSame(Array(text.utf8), ["layout": .text("lines")], schema(("v", type), ("pad", "string")), "\(type), \(value)")
            }
        }
    }

    @Test("what the grammar has is a row, what it has not is a reject") func accepted() throws {
        let wanted = try schema(("n", "int64"))
        for value in Self.valid {
            let seen = try readInBlocks(Array("{\"n\":1,\"w\":\(value)}".utf8), json(), wanted)
            #expect(seen.rows == [#"{"n":1}"#], "\(value) \(seen.rejects)")
        }
        for value in Self.invalid where !value.contains("\n") {
            let seen = try readInBlocks(Array("{\"n\":1,\"w\":\(value)}".utf8), json(["layout": .text("lines")]), wanted)
            #expect(seen.rows == [] && seen.rejects.count == 1, "\(value)")
        }
    }

    @Test("bytes that are no UTF-8, at every place of a block") func encodings() throws {
        let wrong: [[UInt8]] = [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF], [0xE1, 0x80], [0xED, 0xA0, 0x80],
            [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xF1, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5],
            [0xFF],
            [0xE2, 0x28, 0xA1], [0xF0, 0x28, 0x8C, 0xBC], [0xC3, 0xC3],
        ]
        let right: [[UInt8]] = [
            [0xC2, 0x80], [0xDF, 0xBF], [0xE0, 0xA0, 0x80], [0xED, 0x9F, 0xBF], [0xEE, 0x80, 0x80], [0xEF, 0xBF, 0xBF],
            [0xF0, 0x90, 0x80, 0x80],
            [0xF4, 0x8F, 0xBF, 0xBF],
        ]
        for shift in 0..<66 {
            for bytes in wrong + right {
                let start = Array("{\"v\":\"".utf8) + [UInt8](repeating: 0x61, count: shift) + bytes
                let text = start + Array("\"}\n{\"v\":\"b\"}\n".utf8)
                let seen = try readInBlocks(text, json(), schema(("v", "string")))
                #expect(seen.rows.count == (wrong.contains(bytes) ? 1 : 2), "\(bytes) behind \(shift)")
                try expectSame(text, [:], schema(("v", "string")), "\(bytes) behind \(shift)")
                try expectSame(start, ["layout": .text("lines")], schema(("v", "string")), "cut in \(bytes) behind \(shift)")
            }
        }
    }

    @Test("nesting is bounded alike") func depth() throws {
        for depth in [126, 127, 128, 129, 5000] {
            for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
                let value = String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
                for key in ["v", "w"] {
                    try expectSame(Array("{\"\(key)\":\(value)}\n{\"v\":2}\n".utf8), [:], schema(("v", "string")), "\(depth)")
                }
            }
        }
    }
}
