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
        let type = SingerTypes(node).type(of: node, depth: 0)
        #expect(try type == DataType(parsing: expected))
    }

    @Test("references lead into the schema, and one that leads to itself ends") func references() throws {
        let schema = """
            {"properties": {"a": {"$ref": "#/definitions/x"}, "b": {"$ref": "#/properties/b"}}, "definitions": {"x": {"type": "integer"}}}
            """
        let fields = try SingerTypes.fields(JSONParser.parse(Array(schema.utf8)), of: "s")
        #expect(fields.map(\.type) == [.int64, .string])
    }
}
