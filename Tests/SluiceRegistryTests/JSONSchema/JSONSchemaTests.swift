import SluiceCore
import SluiceFormats
import SluiceTestKit
import Testing

@testable import SluiceRegistry

@Suite("JSON Schema")
struct JSONSchemaTests {
    private static func fault(_ schema: String, _ record: String) throws -> PayloadFault? {
        let schema = try JSONSchema(parsing: schema)
        let value = try WholeJSON.value(Array(record.utf8), noun: "the record")
        do throws(PayloadFault) {
            try JSONSchemaValidator.check(value, schema)
            return nil
        } catch {
            return error
        }
    }

    private static let order = ##"""
        {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "required": ["id"], "additionalProperties": false,
         "properties": {"id": {"type": "integer", "minimum": 1}, "items": {"type": "array", "items": {"$ref": "#/$defs/item"}, "uniqueItems": true},
            "mail": {"type": "string", "pattern": "^[^@]+@[^@]+$", "maxLength": 20}, "rate": {"multipleOf": 0.1}, "kind": {"enum": ["a", 1, null]},
            "pay": {"oneOf": [{"required": ["card"]}, {"required": ["cash"]}]}},
         "$defs": {"item": {"type": "object", "properties": {"sku": {"type": "string", "minLength": 2}}, "required": ["sku"]}}}
        """##

    @Test(
        "faults name the field and the value",
        arguments: [
            (#"{"id": 0}"#, "id", "0 is below 1"), (#"{"id": 1.5}"#, "id", "is no integer"), ("{}", "id", "it is missing"),
            (#"{"id": 1, "iems": []}"#, "iems", #"did you mean "items"?"#),
            (#"{"id": 1, "items": [{"sku": "ab"}, {"sku": "x"}]}"#, "items[1].sku", "fewer than 2"),
            (#"{"id": 1, "items": [{"sku": "ab"}, {"sku": "ab"}]}"#, "items", "equal"),
            (#"{"id": 1, "mail": "x"}"#, "mail", "does not match"),
            (#"{"id": 1, "rate": 0.35}"#, "rate", "no multiple of 0.1"), (#"{"id": 1, "kind": "b"}"#, "kind", "none of"),
            (#"{"id": 1, "pay": {"card": 1, "cash": 2}}"#, "pay", "2 of the alternatives"), ("[]", "", "is no object"),
        ]) func faults(_ record: String, _ path: String, _ words: String) throws
    {
        let fault = try #require(try Self.fault(Self.order, record))
        #expect(fault.path == path)
        #expect(fault.why.contains(words), "\(fault.why)")
    }

    @Test(
        "records that fit",
        arguments: [#"{"id": 1}"#, #"{"id": 2.0, "rate": 0.3, "kind": null, "pay": {"card": 1}, "items": [{"sku": "ab", "x": 1}]}"#])
    func fits(_ record: String) throws {
        #expect(try Self.fault(Self.order, record) == nil)
    }

    @Test("a row's null is left out where the schema has no null for it, and a decimal keeps its digits") func rows() throws {
        let text = #"{"type": "object", "properties": {"a": {"type": "string"}, "n": {"type": "number"}}, "additionalProperties": false}"#
        let document = try SchemaDocument(parsing: text, .json)
        let row = Value.structure([.init("a", .null), .init("n", .decimal(12_345_678_901_234_567_890, scale: 5))])
        #expect(String(decoding: try document.glueBytes(of: row), as: UTF8.self) == #"{"n":123456789012345.67890}"#)
        #expect(throws: PayloadFault.self) { try document.glueBytes(of: .structure([.init("b", .integer(1))])) }
    }

    @Test(
        "a text that is no schema is refused with its pointer",
        arguments: [
            (#"{"type": "strin"}"#, "at #"), (#"{"properties": {"a/b": {"type": 5}}}"#, "#/properties/a~1b"),
            (#"{"$ref": "other.json"}"#, "another document"),
            (##"{"$ref": "#/$defs/x"}"##, "leads nowhere"), (#"{"unevaluatedProperties": false}"#, "not supported"),
            (#"{"pattern": "("}"#, "regular expression"),
            (#"{"minLength": -1}"#, "whole number"), (#"{"exclusiveMinimum": true}"#, "a number from draft-06"), ("5", "true or false"),
            (#"{"allOf": []}"#, "no list"),
        ]) func refused(_ text: String, _ words: String)
    {
        let error = #expect(throws: SluiceError.self) { try JSONSchema(parsing: text) }
        #expect(error?.code == .invalidSchema && error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test(
        "a schema that refers to itself ends",
        arguments: [
            ##"{"$ref": "#"}"##,
            ##"{"allOf": [{"$ref": "#/$defs/a"}], "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}"##,
        ])
    func circular(_ text: String) throws {
        #expect(try Self.fault(text, "1") != nil)
        let schema = try JSONSchema(parsing: text)
        _ = try JSONCoverage.findings(reader: schema, writer: schema, direction: .backward)
    }

    private static let hasValidator = InstalledProgram.succeeds("python3", ["-c", "import jsonschema"])

    @Test(
        "jsonschema for Python says the same of random schemas and records",
        .enabled(if: hasValidator, "the Python package jsonschema is not there"))
    func agrees() async throws {
        var random = SeededGenerator(seed: 7)
        let cases = (0..<800).map { _ in
            (schema: RandomJSONSchema.schema(&random, 0), record: RandomJSONSchema.record(&random, 0))
        }
        let directory = try TemporaryDirectory()
        try directory.write("cases.jsonl", cases.map { #"{"s": \#($0.schema), "r": \#($0.record)}"# }.joined(separator: "\n"))
        let program = """
            import json, jsonschema
            for line in open("cases.jsonl"):
                case = json.loads(line)
                print(jsonschema.Draft202012Validator(case["s"]).is_valid(case["r"]))
            """
        let result = try await Command("python3", ["-c", program], directory: directory.root).run()
        try #require(result.exitCode == 0, "\(result.transcript.suffix(2_000))")
        let answers = result.output.split(separator: "\n").map { $0 == "True" }
        #expect(answers.count == cases.count && answers.count(where: { $0 }) > 80)
        for (index, answer) in answers.enumerated() {
            let fault = try Self.fault(cases[index].schema, cases[index].record)
            #expect((fault == nil) == answer, "schema \(cases[index].schema) record \(cases[index].record): \(fault?.message ?? "fits")")
        }
    }
}

/// Small schemas and records that meet often.
enum RandomJSONSchema {
    private static let names = ["a", "b", "c"]

    static func record(_ random: inout SeededGenerator, _ depth: Int) -> String {
        switch Int.random(in: 0..<(depth > 1 ? 6 : 8), using: &random) {
        case 0: return "null"
        case 1: return Bool.random(using: &random) ? "true" : "false"
        case 2, 3: return ["0", "1", "2", "3", "5", "-1", "1.5", "2.0"].randomElement(using: &random)!
        case 4, 5: return ["\"\"", "\"x\"", "\"xy\"", "\"yes\""].randomElement(using: &random)!
        case 6:
            return "[" + (0..<Int.random(in: 0...3, using: &random)).map { _ in record(&random, depth + 1) }.joined(separator: ",") + "]"
        default:
            let members = names.filter { _ in Bool.random(using: &random) }
            return "{" + members.map { "\"\($0)\":" + record(&random, depth + 1) }.joined(separator: ",") + "}"
        }
    }

    static func schema(_ random: inout SeededGenerator, _ depth: Int) -> String {
        if depth > 2 || Int.random(in: 0..<12, using: &random) == 0 {
            return ["true", "{}", #"{"type":"string"}"#, #"{"type":"integer"}"#, #"{"type":"number"}"#, "false"].randomElement(
                using: &random)!
        }
        var members: [String] = []
        func maybe(_ chance: Int, _ text: (inout SeededGenerator) -> String) {
            if Int.random(in: 0..<chance, using: &random) == 0 { members.append(text(&random)) }
        }
        maybe(2) { random in
            let types = ["object", "object", "array", "string", "integer", "number", "null", "boolean"]
            let picked = Set((0..<Int.random(in: 1...3, using: &random)).map { _ in types.randomElement(using: &random)! })
            return #""type":[\#(picked.sorted().map { "\"\($0)\"" }.joined(separator: ","))]"#
        }
        maybe(2) { random in
            #""properties":{"#
                + names.filter { _ in Bool.random(using: &random) }.map { "\"\($0)\":" + schema(&random, depth + 1) }.joined(separator: ",")
                + "}"
        }
        maybe(4) { random in #""required":["\#(names.randomElement(using: &random)!)"]"# }
        maybe(4) { random in #""additionalProperties":"# + schema(&random, depth + 2) }
        maybe(4) { random in #""items":"# + schema(&random, depth + 1) }
        maybe(8) { random in #""prefixItems":["# + schema(&random, depth + 1) + "]" }
        maybe(6) { random in #""minimum":\#(Int.random(in: -1...2, using: &random))"# }
        maybe(6) { random in #""exclusiveMaximum":\#(Int.random(in: 1...4, using: &random))"# }
        maybe(6) { random in #""maxLength":\#(Int.random(in: 0...2, using: &random))"# }
        maybe(8) { random in #""maxItems":\#(Int.random(in: 0...2, using: &random))"# }
        maybe(8) { random in #""enum":["# + (0..<3).map { _ in record(&random, 2) }.joined(separator: ",") + "]" }
        maybe(8) { _ in #""pattern":"^x""# }
        maybe(8) { random in #""patternProperties":{"^[ab]$":\#(schema(&random, depth + 2))}"# }
        maybe(8) { random in #""anyOf":["# + (0..<2).map { _ in schema(&random, depth + 1) }.joined(separator: ",") + "]" }
        maybe(12) { random in #""oneOf":["# + (0..<2).map { _ in schema(&random, depth + 1) }.joined(separator: ",") + "]" }
        maybe(12) { random in #""allOf":["# + schema(&random, depth + 1) + "]" }
        maybe(14) { random in #""not":"# + schema(&random, depth + 2) }
        maybe(14) { random in #""if":\#(schema(&random, depth + 2)),"then":\#(schema(&random, depth + 2))"# }
        maybe(14) { random in #""contains":"# + schema(&random, depth + 2) }
        return "{" + members.joined(separator: ",") + "}"
    }
}
