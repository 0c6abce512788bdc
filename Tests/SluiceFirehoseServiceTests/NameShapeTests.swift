import SluiceCore
import SluiceJSON
import Testing

@testable import SluiceFirehoseService

@Suite("names of records for conversion") struct NameShapeTests {
    private static let schema = try? Schema([
        Field("userId", .int64), Field("a_b", .int64), Field("st", .structure([Field("innerKey", .int64), Field("deep", .list(inner))])),
        Field("m", .map(key: .string, value: inner)), Field("when", .int64),
    ])
    private static let inner = DataType.structure([Field("x", .int64), Field("X", .int64)])

    private static func shaped(_ json: String, _ change: (inout Conversion) -> Void = { _ in }) throws -> String? {
        var conversion = Conversion(database: "d", table: "t")
        change(&conversion)
        let shape = NameShape(conversion, try #require(schema))
        return try shape.map { String(decoding: $0.shaped(try JSONParser.parse(Array(json.utf8))).json, as: UTF8.self) }
    }

    @Test(
        "without regard to case, whatever case columns have",
        arguments: [
            (#"{"userId":1,"st":{"innerKey":2}}"#, #"{"userId":1,"st":{"innerKey":2}}"#),
            (#"{"USERID":1,"St":{"INNERKEY":2,"Deep":[{"x":1,"X":2}]}}"#, #"{"userId":1,"st":{"innerKey":2,"deep":[{"x":1,"X":2}]}}"#),
            (#"{"M":{"Key":{"x":1,"other":2}},"other":{"userId":1}}"#, #"{"m":{"key":{"x":1}}}"#), ("[1]", "[1]"),
        ])
    func insensitive(_ json: String, _ expected: String) throws { #expect(try Self.shaped(json) == expected) }

    @Test("with case, mappings and dots") func options() throws {
        let json = #"{"userid":1,"userId":2,"a.b":3,"TS":4}"#
        #expect(try Self.shaped(json) { $0.ignoresCase = false } == nil)
        let dotted = try Self.shaped(json) {
            $0.ignoresCase = false
            $0.dotsBecomeUnderscores = true
        }
        #expect(dotted == #"{"userId":2,"a_b":3}"#)
        #expect(try Self.shaped(json) { $0.mappings = ["ts": "WHEN"] } == #"{"userId":1,"userId":2,"when":4}"#)
    }
}
