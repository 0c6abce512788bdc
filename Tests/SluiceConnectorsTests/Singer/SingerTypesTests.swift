import SluiceCore
import SluiceJSON
import Testing

@testable import SluiceConnectors

@Suite("types of Singer schemas")
struct SingerTypesTests {
    @Test(
        "what takes every value of a schema",
        arguments: [
            (#"{"type": "integer"}"#, "int64"), (#"{"type": ["null", "number"]}"#, "float64"),
            (#"{"type": ["boolean", "null"]}"#, "boolean"),
            (#"{"type": "string", "format": "date-time"}"#, "timestamptz"), (#"{"type": ["string"], "format": "date"}"#, "date"),
            (#"{"type": "string", "format": "uuid"}"#, "string"), (#"{"type": "number", "multipleOf": 0.01}"#, "decimal(38,2)"),
            (#"{"type": "number", "multipleOf": 0.5}"#, "float64"), (#"{"type": "array", "items": {"type": "integer"}}"#, "list<int64>"),
            (#"{"type": "array"}"#, "string"), (#"{"type": "object", "properties": {"a": {"type": "string"}}}"#, "struct<a: string>"),
            (#"{"type": ["object", "null"]}"#, "string"), ("{}", "string"),
            (#"{"anyOf": [{"type": "string", "format": "date-time"}, {"type": ["null", "string"]}]}"#, "string"),
            (#"{"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]}"#, "timestamptz"),
            (#"{"type": ["integer", "number"]}"#, "float64"), (#"{"type": ["integer", "string"]}"#, "choice<int64, string>"),
            (#"{"type": ["object", "string"], "properties": {"a": {}}}"#, "string"), (##"{"$ref": "#/nowhere"}"##, "string"),
            (#"{"allOf": [{"type": "integer"}]}"#, "int64"), (#"{"type": "null"}"#, "string"),
        ])
    func types(_ schema: String, _ expected: String) throws {
        let node = try JSONParser.parse(Array(schema.utf8))
        var types = SingerTypes(node)
        let type = types.type(of: node, depth: 0)
        #expect(try type == DataType(parsing: expected))
    }

    @Test("references lead into the schema, and one that leads to itself ends") func references() throws {
        let schema = """
            {"properties": {"a": {"$ref": "#/definitions/x"}, "b": {"$ref": "#/properties/b"}}, "definitions": {"x": {"type": "integer"}}}
            """
        let fields = try SingerTypes.fields(JSONParser.parse(Array(schema.utf8)), of: "s")
        #expect(fields.map(\.type) == [.int64, .string])
    }

    @Test(
        "a schema that holds itself is text where it does, however often and however it says so",
        arguments: [
            ##"{"properties": {"a": {"$ref": "#"}, "b": {"$ref": "#"}, "c": {"$ref": "#/"}}}"##,
            ##"{"properties": {"a": {"$ref": "#/definitions/x"}}, "definitions": {"x": {"anyOf": [{"$ref": "#/definitions/x"}, {"$ref": "#/definitions/x"}, {"type": "array", "items": {"$ref": "#/definitions/x"}}]}}}"##,
            ##"{"properties": {"a": {"$ref": "#/definitions/x"}}, "definitions": {"x": {"properties": {"l": {"$ref": "#/definitions/y"}, "r": {"$ref": "#/definitions/y"}}}, "y": {"properties": {"l": {"$ref": "#/definitions/x"}, "r": {"$ref": "#/definitions/x"}}}}}"##,
        ])
    func cycles(_ schema: String) throws {
        let fields = try SingerTypes.fields(JSONParser.parse(Array(schema.utf8)), of: "s")
        #expect(fields.first?.name == "a")
        #expect(throws: Never.self) { try Schema(fields) }
    }

    @Test("a schema that names another, and that another, many times over is refused") func explosion() throws {
        let definitions = (0..<20).map {
            ##""d\##($0)": {"properties": {"a": {"$ref": "#/definitions/d\##($0 + 1)"}, "b": {"$ref": "#/definitions/d\##($0 + 1)"}}}"##
        }
        let schema =
            ##"{"properties": {"x": {"$ref": "#/definitions/d0"}}, "definitions": {\##(definitions.joined(separator: ",")), "d20": {"type": "integer"}}}"##
        let node = try JSONParser.parse(Array(schema.utf8))
        let error = #expect(throws: SluiceError.self) { try SingerTypes.fields(node, of: "s") }
        #expect(error?.code == .tapFailed && error?.remedy != nil)
    }
}
