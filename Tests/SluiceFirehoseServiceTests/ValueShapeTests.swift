import SluiceCore
import SluiceJSON
import Testing

@testable import SluiceFirehoseService

@Suite("records for conversion") struct ValueShapeTests {
    /// 2024-01-01T00:00:00Z.
    private static let micros: Int64 = 1_704_067_200_000_000

    private static func shaped(_ json: String, _ type: DataType) throws -> String {
        String(decoding: ValueShape.shaped(try JSONParser.parse(Array(json.utf8)), type).json, as: UTF8.self)
    }

    @Test(
        "times that become those of a column",
        arguments: [
            (#""2024-01-01T00:00:00Z""#, 0), (#""2024-01-01T02:00:00.123+02:00""#, 123_000), (#""2023-12-31 23:00:00-0100""#, 0),
            ("1704067200", 0), ("1704067200000", 0), ("1704067200123", 123_000), ("1704067200.5", 500_000), (#""1704067200""#, 0),
            (#""1704067200123""#, 123_000), ("1.7040672E9", 0), ("1704067200500e-3", 500_000),
            ("-1.5", -1_704_067_201_500_000), ("1704067200.000001000", 1),
        ] as [(String, Int64)])
    func times(_ json: String, _ more: Int64) throws {
        for isZoned in [false, true] {
            var text = Array(try Self.shaped(json, .timestamp(zoned: isZoned)).utf8)[...]
            #expect(text.popFirst() == UInt8(ascii: "\"") && text.popLast() == UInt8(ascii: "\""))
            let time = try #require(text.withUnsafeBufferPointer { TimeText.timestamp($0) })
            #expect(time.utcMicros == Self.micros + more)
            if !isZoned { #expect(time.offsetSeconds == nil) }
        }
    }

    @Test(
        "what is no time, and what a column cannot keep, stays for the reader to refuse",
        arguments: [
            #""yesterday""#, "true", "1.0000001", "99999999999999999999", #""2024-01-01T00:00:00.1234567Z""#, #""""#, #""-""#, #""1.""#,
            "9223372036854775807", #""0000-01-01T00:00:00+01:00""#, #""2024-01-01T00:00:00""#, #""2024-01-01""#,
        ])
    func others(_ json: String) throws { #expect(try Self.shaped(json, .timestamp(zoned: false)) == json) }

    @Test(
        "numbers with an exponent become plain ones for integers and decimals",
        arguments: [
            ("1e3", "1000"), ("1.5E1", "15"), ("1.50e1", "15"), ("2E+1", "20"), ("-25e-1", "-2.5"), ("1e-3", "0.001"), ("0.05e1", "0.5"),
            ("0.05e3", "50"), ("0e9", "0"), ("-0.0e2", "-0"), ("12e0", "12"), ("1e65", "1e65"),
            ("1e99999999999999999999", "1e99999999999999999999"),
            ("1e1000", "1e1000"), ("12", "12"), ("1.50", "1.50"),
        ])
    func plain(_ json: String, _ expected: String) throws {
        for type in [DataType.int8, .int64, .decimal(precision: 10, scale: 2)] { #expect(try Self.shaped(json, type) == expected) }
        for type in [DataType.float64, .string] { #expect(try Self.shaped(json, type) == json) }
        #expect(ValueShape.hasExponent(Array(json.utf8)[...]) == json.utf8.contains { $0 | 0x20 == UInt8(ascii: "e") })
    }

    @Test("times are found where the columns are, and nowhere else") func places() throws {
        let time = DataType.timestamp(zoned: false)
        let type = DataType.structure([
            Field("at", time), Field("list", .list(time)), Field("map", .map(key: .string, value: time)),
            Field("in", .structure([Field("at", time)])),
            Field("text", .string), Field("number", .int64),
        ])
        let zero = "\"1970-01-01T00:00:00Z\""
        let json = #"{"at":0,"list":[0],"map":{"a":0},"in":{"at":0},"text":"# + zero + #","number":0,"more":0}"#
        let found = try Self.shaped(json, type)
        #expect(found.hasSuffix(#""text":"# + zero + #","number":0,"more":0}"#), "\(found)")
        #expect(found.ranges(of: "1970-01-01").count == 5 && !found.contains("[0]"), "\(found)")
        #expect(ValueShape.has(type) && !ValueShape.has(.structure([Field("a", .string), Field("b", .list(.date))])))
    }

    @Test("objects behind one another are taken apart, lists are not") func objects() throws {
        func parts(_ text: String) throws -> [String] {
            try RecordSplitter.objects(Array(text.utf8)[...]).map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(try parts(#"{"id":5}{"id":6}"#) == [#"{"id":5}"#, #"{"id":6}"#])
        #expect(try parts("{\"a\":\"}{\"}\n {}\r\n") == ["{\"a\":\"}{\"}", "{}"])
        for text in [#"[{"id":5}]"#, "{},{}", "{} 1", "{", ""] { #expect(throws: PatternFault.self) { try parts(text) } }
    }
}
