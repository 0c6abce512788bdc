import SluiceCore
import Testing

@Suite("Types, schemas and suggestions")
struct TypeTests {
    @Test(
        "a type's text reads back as the type",
        arguments: [
            "null", "boolean", "int8", "int64", "float32", "decimal(38,0)", "decimal(12,2)", "string", "binary", "date", "timestamp",
            "timestamptz",
            "map<string, int64>", "map<int32, list<choice<boolean, string>>>", "choice<int64, string>",
            "choice<struct<a: int64>, map<string, date>, list<int8>>",
            "list<list<int64>>", "struct<a: int64, b: struct<c: list<string>>>", "struct<\"with space\": date, \"q\"\"q\": date>",
        ])
    func roundTrip(_ text: String) throws {
        let type = text == "null" ? DataType.null : try DataType(parsing: text)
        #expect(type.description == text)
    }

    @Test("SQL and Hive spellings")
    func spellings() throws {
        #expect(try DataType(parsing: "BIGINT") == .int64)
        #expect(try DataType(parsing: "array<struct<a:int>>") == .list(.structure([Field("a", .int32)])))
        #expect(try DataType(parsing: "MAP<string,int>") == .map(key: .string, value: .int32))
        #expect(try DataType(parsing: " decimal ( 10 , 2 ) ") == .decimal(precision: 10, scale: 2))
    }

    @Test(
        "malformed types are refused with the text",
        arguments: [
            "", "integr", "decimal(39,0)", "decimal(5,6)", "decimal(x)", "list<", "list<int64", "list<int64>>", "struct<a int64>",
            "struct<a: int64, a: date>", "map<string>", "map<null, int64>", "map<string, int64", "choice<int64>", "choice<int64, int64>",
            "choice<int64, null>", "choice<int64, choice<date, string>>",
            String(repeating: "list<", count: 100_000),
        ])
    func malformed(_ text: String) {
        #expect { try DataType(parsing: text) } throws: { ($0 as? SluiceError)?.code == .typeError }
    }

    @Test("the nearest name is offered, and none when nothing is near")
    func suggestions() {
        let names = ["arr_delay", "dep_delay", "carrier"]
        #expect(Suggestion.nearest(to: "arr_dealy", in: names) == "arr_delay")
        #expect(Suggestion.nearest(to: "Carrier", in: names) == "carrier")
        #expect(Suggestion.nearest(to: "tailnum", in: names) == nil)
        #expect(Suggestion.remedy(for: "x", in: names, noun: "columns") == "columns: arr_delay, dep_delay, carrier")
    }

    @Test("a schema has each name once")
    func schemas() throws {
        #expect { try Schema([Field("a", .int64), Field("a", .date)]) } throws: { ($0 as? SluiceError)?.code == .duplicateColumn }
        // Two normal forms of one name are two names.
        #expect(try Schema([Field("\u{E9}", .int64), Field("e\u{301}", .date)]).index(of: "e\u{301}") == 1)
        let schema = try Schema([Field("a", .int64), Field("A", .date)])
        #expect(schema.index(of: "A") == 1)
        #expect { try schema.require("b") } throws: { ($0 as? SluiceError)?.code == .unknownColumn }
    }

    @Test("a choice has 2 to 128 alternatives", arguments: [(127, true), (128, true), (129, false)])
    func alternatives(_ count: Int, _ isFine: Bool) {
        let types = (0..<count).map { "decimal(\(38 - $0 / 30),\($0 % 30))" }
        let text = "choice<" + types.joined(separator: ", ") + ">"
        #expect(((try? DataType(parsing: text)) != nil) == isFine)
    }

    @Test("maps are JSON objects where their keys are texts, else lists of entries")
    func mapJSON() {
        let byText = Value.map([.init(.string("a\"b"), .integer(1)), .init(.string("c"), .null)])
        #expect(byText.json == #"{"a\"b":1,"c":null}"#)
        let byNumber = Value.map([.init(.integer(7), .list([.string("x")])), .init(.integer(8), .map([]))])
        #expect(byNumber.json == #"[{"key":7,"value":["x"]},{"key":8,"value":{}}]"#)
        #expect(byText.description == byText.json)
    }

    @Test("base64 round trip, and malformed text is refused", arguments: 0..<20)
    func base64(_ count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + 200) }
        #expect(Base64.decode(Base64.encode(bytes).utf8) == bytes)
        #expect(Base64.decode("a".utf8) == nil)
        #expect(Base64.decode("ab=c".utf8) == nil)
        #expect(Base64.decode("====".utf8) == nil)
    }

    @Test("JSON strings escape what JSON wants escaped")
    func jsonStrings() {
        #expect(Value.string("a\"b\\c\n\u{1}é").json == #""a\"b\\c\n\u0001é""#)
        #expect(Value.structure([.init("x", .list([.null, .float(.nan), .date(0)]))]).json == #"{"x":[null,null,"1970-01-01"]}"#)
    }
}
