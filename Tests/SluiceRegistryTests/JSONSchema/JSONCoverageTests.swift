import SluiceCore
import SluiceFormats
import SluiceTestKit
import Testing

@testable import SluiceRegistry

@Suite("JSON Schema compatibility")
struct JSONCoverageTests {
    private func findings(old: String, new: String) throws -> [Incompatibility] {
        try JSONCoverage.findings(reader: JSONSchema(parsing: new), writer: JSONSchema(parsing: old), direction: .backward)
    }

    private static func object(_ properties: String, _ rest: String = "") -> String {
        #"{"type":"object","properties":{\#(properties)}\#(rest)}"#
    }
    private static let closed = #","additionalProperties":false"#

    /// Old, new.
    private static let compatible: [(String, String)] = [
        (object(#""a":{"type":"integer"}"#, closed), object(#""a":{"type":"integer"},"b":{"type":"string"}"#, closed)),
        (object(#""a":{"type":"integer"},"b":{}"#), object(#""a":{"type":"integer"}"#)),
        (object(#""a":{"type":"integer"}"#), object(#""a":{"type":"number"}"#)),
        (object(#""a":{}"#, #","required":["a"]"#), object(#""a":{}"#)), (object("", closed), object("")),
        (object("", closed), object(#""a":{"default":1}"#, closed + #","required":["a"]"#)),
        (#"{"type":"string","maxLength":3}"#, #"{"type":"string","maxLength":5}"#),
        (#"{"enum":["a","b"]}"#, #"{"enum":["a","b","c"]}"#), (#"{"enum":["a","b"]}"#, #"{"type":"string"}"#),
        (#"{"minimum":5}"#, #"{"exclusiveMinimum":4}"#),
        (#"{"multipleOf":4}"#, #"{"multipleOf":2}"#),
        (#"{"anyOf":[{"type":"string"},{"type":"integer"}]}"#, #"{"type":["string","number"]}"#),
        (#"{"type":"string"}"#, #"{"oneOf":[{"type":"string"},{"type":"null"}]}"#),
        (#"{"items":{"type":"integer"}}"#, #"{"items":{"type":"number"}}"#),
        (
            ##"{"$ref":"#/$defs/t","$defs":{"t":{"type":"array","items":{"$ref":"#/$defs/t"}}}}"##,
            ##"{"type":"array","items":{"$ref":"#"}}"##
        ),
        (#"{"allOf":[{"type":"integer"},{"minimum":3}]}"#, #"{"type":"number","minimum":0}"#),
    ]

    @Test("a schema that allows more reads what one that allows less wrote", arguments: compatible) func reads(_ old: String, _ new: String)
        throws
    {
        #expect(try findings(old: old, new: new) == [])
    }

    /// Old, new, kind, path.
    private static let incompatible: [(String, String, String, String)] = [
        (object(""), object(#""b":{"type":"string"}"#), "field-added-to-open", "b"),
        (object(#""a":{}"#, closed), object("", closed), "field-removed-from-closed", "a"),
        (object(#""a":{}"#), object(#""a":{}"#, #","required":["a"]"#), "required-added", "a"),
        (object(""), object("", closed), "closed", "(root)"),
        (object(#""a":{"type":"number"}"#), object(#""a":{"type":"integer"}"#), "type-narrowed", "a"),
        (object(#""a":{"items":{"type":"string"}}"#), object(#""a":{"items":{"type":"integer"}}"#), "type-narrowed", "a[]"),
        (#"{"type":"string"}"#, #"{"type":"string","maxLength":5}"#, "maxLength-tightened", "(root)"),
        (#"{"minimum":1}"#, #"{"minimum":2}"#, "minimum-tightened", "(root)"),
        (#"{"enum":["a","b"]}"#, #"{"enum":["a"]}"#, "value-missing", "(root)"),
        (#"{"type":"string"}"#, #"{"enum":["a"]}"#, "values-limited", "(root)"),
        (#"{"type":"integer"}"#, #"{"anyOf":[{"type":"string"},{"type":"null"}]}"#, "no-alternative", "(root)"),
        (#"{}"#, "false", "nothing-allowed", "(root)"),
        (#"{"type":"string"}"#, #"{"type":"string","not":{"const":"x"}}"#, "keyword-changed", "(root)"),
    ]

    @Test("what the new schema would refuse is named", arguments: incompatible)
    func refuses(_ old: String, _ new: String, _ kind: String, _ path: String) throws {
        let found = try findings(old: old, new: new)
        #expect(found.contains { $0.kind == kind && $0.path == path }, "\(found)")
        #expect(found.allSatisfy { !$0.why.isEmpty && !$0.allowed.isEmpty })
    }

    @Test("every schema reads what it wrote itself, and a compatible one never refuses a record of the old one") func sound() throws {
        var random = SeededGenerator(seed: 99)
        var (compatible, records) = (0, 0)
        for _ in 0..<3_000 {
            let old = RandomJSONSchema.schema(&random, 1)
            let new = Int.random(in: 0..<4, using: &random) == 0 ? old : RandomJSONSchema.schema(&random, 2)
            let (writer, reader) = (try JSONSchema(parsing: old), try JSONSchema(parsing: new))
            if old == new { #expect(try findings(old: old, new: new) == [], "\(old)") }
            guard try findings(old: old, new: new).isEmpty else { continue }
            compatible += 1
            for _ in 0..<20 {
                let text = RandomJSONSchema.record(&random, 0)
                let record = try WholeJSON.value(Array(text.utf8), noun: "the record")
                guard fits(record, writer) else { continue }
                records += 1
                // Of several alternatives of oneOf that hold, the comparison knows nothing.
                let isTaken = new.contains("oneOf") || fits(record, reader)
                #expect(isTaken, "old \(old) new \(new) record \(text)")
            }
        }
        #expect(compatible > 500 && records > 1_000)
    }

    private func fits(_ record: Value, _ schema: JSONSchema) -> Bool {
        do throws(PayloadFault) {
            try JSONSchemaValidator.check(record, schema)
            return true
        } catch {
            return false
        }
    }
}
