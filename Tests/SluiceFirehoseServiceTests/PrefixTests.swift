import SluiceCore
import SluiceJSON
import SluiceSchedules
import Testing

@testable import SluiceFirehoseService

@Suite("prefixes and queries of Firehose") struct PrefixTests {
    /// 2026-03-01T00:05:09.012345Z.
    private static let micros: Int64 = 1_772_323_509_012_345

    @Test(
        "times as Java writes them",
        arguments: [
            ("yyyy/MM/dd/HH/", "2026/03/01/00/"), ("yy-M-d H", "26-3-1 0"), ("'day='dd''", "day=01'"), ("hh:mm a", "12:05 AM"),
            ("EEE EEEE MMM MMMM", "Sun Sunday Mar March"), ("DDD.SSS.SSSSSSSSS", "060.012.012345000"), ("kk", "24"), ("", ""),
            ("''", "'"), ("'it''s'", "it's"),
        ])
    func times(_ pattern: String, _ expected: String) throws {
        let text = try JavaTimePattern(pattern).text(ofLocal: Self.micros / 1_000_000, micros: Self.micros % 1_000_000)
        #expect(text == expected)
    }

    @Test(
        "the year of the week is that of the week's Saturday",
        arguments: [
            ((2026, 12, 26), "2026 26"), ((2026, 12, 27), "2027 27"), ((2026, 12, 31), "2027 27"), ((2027, 1, 1), "2027 27"),
            ((2027, 12, 31), "2028 28"), ((2022, 12, 31), "2022 22"), ((2023, 1, 1), "2023 23"), ((2024, 12, 29), "2025 25"),
        ] as [((Int, Int, Int), String)])
    func weekYears(_ day: (Int, Int, Int), _ expected: String) throws {
        let date = try #require(CivilDate(year: day.0, month: day.1, day: day.2))
        for second in [0, 86_399] {
            let local = Int64(date.daysSinceEpoch * 86_400 + second)
            #expect(try JavaTimePattern("YYYY YY").text(ofLocal: local, micros: 0) == expected)
            #expect(try JavaTimePattern("yyyy").text(ofLocal: local, micros: 0) == "\(day.0)")
        }
    }

    @Test("times before 1970") func early() throws {
        #expect(try JavaTimePattern("yyyy-MM-dd HH:mm:ss").text(ofLocal: -1, micros: 0) == "1969-12-31 23:59:59")
    }

    @Test("patterns that mean something else are refused", arguments: ["Q", "'open", "yyyyy", "[HH]", "ddd", "XXX"])
    func refusedTimes(_ pattern: String) { #expect(throws: PatternFault.self) { try JavaTimePattern(pattern) } }

    @Test("what is in an expression is put in its place") func evaluated() throws {
        let prefix = try PrefixExpression(
            "a/!{timestamp:dd-HH}/!{firehose:random-string}/k=!{partitionKeyFromQuery:k}/!{firehose:error-output-type}!")
        let zone = try ZoneDirectory.system.zone("Asia/Tokyo")
        let text = prefix.text(.init(micros: Self.micros, zone: zone, random: "RND", errorType: "failed", keys: ["k": "v/w"]))
        #expect(text == "a/01-09/RND/k=v/w/failed!")
        #expect(prefix.keys == ["k"] && prefix.hasErrorType)
    }

    @Test(
        "expressions that are none",
        arguments: ["!{timestamp:yyyy", "!{timestamp}", "!{firehose:now}", "!{partitionKeyFromLambda:k}", "!{timestamp:}", "!{}"])
    func refused(_ text: String) { #expect(throws: PatternFault.self) { try PrefixExpression(text) } }

    @Test("simple paths of jq") func paths() throws {
        let query = try MetadataQuery(#"{ day : .at.day , "x y":.list[1]["a b"], n:.["n"], f: .f."g h" }"#)
        #expect(query.names == ["day", "x y", "n", "f"])
        let record = try JSONParser.parse(
            Array(#"{"at":{"day":"mon"},"list":[0,{"a b":1.50}],"n":false,"f":{"g h":"z"}}"#.utf8))
        #expect(try query.values(in: record) == ["day": "mon", "x y": "1.5", "n": "false", "f": "z"])
        // Of members with one name jq takes the last, also where it is null.
        let twice = try JSONParser.parse(Array(#"{"u":"first","u":{"v":1},"u":{"v":2,"v":"last"}}"#.utf8))
        #expect(try MetadataQuery("{u: .u.v}").values(in: twice) == ["u": "last"])
        for text in [
            #"{}"#, #"{"at":{"day":null}}"#, #"{"at":{"day":"mon","day":null}}"#, #"{"at":{"day":""}}"#, #"{"at":{"day":[1]}}"#, "[]", "1",
        ] {
            let node = try JSONParser.parse(Array(text.utf8))
            #expect(throws: PatternFault.self) { try query.values(in: node) }
        }
    }

    @Test(
        "numbers as jq 1.6 writes them",
        arguments: [
            ("1.50", "1.5"), ("1.0", "1"), ("1e2", "100"), ("100", "100"), ("-1.50", "-1.5"), ("0", "0"), ("-0.0", "-0"),
            ("12345678901234567890", "12345678901234567000"), ("123456789012345678", "123456789012345680"),
            ("9007199254740993", "9007199254740992"), ("1e15", "1000000000000000"), ("1e16", "1e+16"), ("12345e15", "12345000000000000000"),
            ("12345e30", "1.2345e+34"), ("1e-4", "0.0001"), ("1e-5", "1e-05"), ("123e-8", "1.23e-06"), ("1234.5e-7", "0.00012345"),
            ("1.5e300", "1.5e+300"), ("5e-324", "5e-324"), ("1e-400", "0"), ("-1e1000", "-1.7976931348623157e+308"), ("0.1", "0.1"),
        ])
    func numbers(_ number: String, _ expected: String) throws {
        let record = try JSONParser.parse(Array(#"{"n":\#(number)}"#.utf8))
        #expect(try MetadataQuery("{n: .n}").values(in: record) == ["n": expected])
    }

    @Test(
        "queries beyond simple paths are refused",
        arguments: [
            "{}", ".a", "{a}", "{a: .}", "{a: .b | tostring}", "{a: .b // 1}", "{a: .b, a: .c}", "{a: .b..c}", "{a: .b[]}", "{a: .b[-1]}",
            "{a: .b} {c: .d}", "{a: .b", "{a: \"b\"}", "{a: .\"b}", "{a: (.b)}", "{a: .b?}",
        ])
    func refusedQueries(_ text: String) { #expect(throws: PatternFault.self) { try MetadataQuery(text) } }

    @Test("records that hold others") func split() throws {
        func json(_ text: String) throws -> [String] {
            try RecordSplitter.split(Array(text.utf8)[...], .json).map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(try json(#"{"a":"\"}{"} [{"b":1},{"c":[{}]}]{}"#) == [#"{"a":"\"}{"}"#, #"{"b":1}"#, #"{"c":[{}]}"#, "{}"])
        for text in ["", "1", "{", #"{"a":""#, #"{"\"#, "null"] { #expect(throws: PatternFault.self) { try json(text) } }
        let parts = try RecordSplitter.split(Array("--a---b--".utf8)[...], .delimited(Array("--".utf8)))
        #expect(parts.map { String(decoding: $0, as: UTF8.self) } == ["a", "-b"])
    }
}
