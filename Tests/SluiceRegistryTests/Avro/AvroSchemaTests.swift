import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceRegistry

@Suite("Avro schemas")
struct AvroSchemaTests {
    @Test(
        "a text that is no schema is refused with its place",
        arguments: [
            ("{", "line 1, column 2"), (#"{"type": "record", "name": "r"}"#, #"no "fields""#),
            (#"{"type": "record", "name": "r", "fields": [{"name": "a", "type": "strin"}]}"#, #"at r.a: there is no type "strin""#),
            (#"{"type": "record", "name": "r", "fields": [{"name": "a", "type": "int", "default": "x"}]}"#, "at r.a: the default"),
            (#"{"type": "record", "name": "r", "fields": [{"name": "a", "type": "int"}, {"name": "a", "type": "int"}]}"#, "two fields"),
            (#"{"type": "enum", "name": "e", "symbols": ["A", "A"]}"#, "a symbol twice"),
            (#"{"type": "enum", "name": "e", "symbols": ["A"], "default": "B"}"#, "none of its symbols"),
            (#"["null", "null"]"#, "two types null"), (#"["null", ["int"]]"#, "directly in a union"), ("[]", "no types"),
            (#"{"type": "fixed", "name": "f", "size": -1}"#, #"no "size""#),
            (#"{"type": "record", "name": "1x", "fields": []}"#, "is no name"),
            (#"{"type": "record", "name": "int", "fields": []}"#, "primitive type"), ("42", "is no type"),
            (#"{"type": "array"}"#, #"no "items""#),
        ]) func refused(_ text: String, _ words: String)
    {
        let error = #expect(throws: SluiceError.self) { try AvroSchema(parsing: text) }
        #expect(error?.code == .invalidSchema)
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        #expect(error?.remedy != nil)
    }

    /// Texts and their canonical forms.
    private static let canonical: [(text: String, form: String)] = [
        (#""int""#, #""int""#), (#"{"type": "int"}"#, #""int""#),
        (
            #"{"type": "record", "name": "R", "namespace": "a.b", "doc": "x", "fields": [{"name": "f", "type": ["null", {"type": "long", "logicalType": "timestamp-millis"}], "default": null, "order": "ignore"}]}"#,
            #"{"name":"a.b.R","type":"record","fields":[{"name":"f","type":["null","long"]}]}"#
        ),
    ]

    @Test("the canonical form leaves out what does not matter to reading") func form() throws {
        for (text, form) in Self.canonical { #expect(try AvroSchema(parsing: text).canonical == form) }
    }

    @Test("the fingerprint of int is the one that the specification's algorithm gives") func knownFingerprint() throws {
        // Avro's own test data (share/test/data/schema-tests.txt) has it as 8247732601305521295.
        #expect(try AvroSchema(parsing: #""int""#).rabinFingerprint == 8_247_732_601_305_521_295)
    }

    @Test("canonical forms and fingerprints are those of fastavro", .enabled(if: hasFastavro, "the Python package fastavro is not there"))
    func fastavro() async throws {
        let directory = try TemporaryDirectory()
        let schemas = [
            #""string""#, #"{"type":"array","items":"bytes"}"#,
            #"{"type":"record","name":"Node","namespace":"t","fields":[{"name":"next","type":["null","Node"]},{"name":"k","type":{"type":"enum","name":"K","symbols":["A","B"]}},{"name":"k2","type":"t.K"}]}"#,
            #"{"type":"record","name":"x.y.Z","aliases":["old"],"fields":[{"name":"f","type":{"type":"fixed","name":"F","size":4}},{"name":"m","type":{"type":"map","values":{"type":"record","name":"I","namespace":"other","fields":[]}}}]}"#,
        ]
        try directory.write("schemas.json", "[" + schemas.joined(separator: ",") + "]")
        let result = try await Command(
            "python3",
            [
                "-c",
                """
                import json
                from fastavro.schema import to_parsing_canonical_form as form, fingerprint
                for schema in json.load(open("schemas.json")):
                    text = form(schema)
                    print(text)
                    print(fingerprint(text, "CRC-64-AVRO"))
                """,
            ], directory: directory.root
        ).run()
        try #require(result.exitCode == 0, "\(result.transcript)")
        let lines = result.output.split(separator: "\n").map(String.init)
        #expect(lines.count == schemas.count * 2)
        for (index, text) in schemas.enumerated() {
            let schema = try AvroSchema(parsing: text)
            #expect(schema.canonical == lines[index * 2])
            // fastavro prints the bytes, least significant first.
            let bytes = withUnsafeBytes(of: schema.rabinFingerprint.littleEndian) {
                $0.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
            }
            #expect(bytes.joined() == lines[index * 2 + 1])
        }
    }

    @Test("a name is completed with the namespace around it") func namespaces() throws {
        let schema = try AvroSchema(
            parsing: #"""
                {"type": "record", "name": "Outer", "namespace": "a", "fields": [
                    {"name": "x", "type": {"type": "record", "name": "Inner", "fields": [{"name": "o", "type": ["null", "Outer"]}]}},
                    {"name": "y", "type": {"type": "fixed", "name": "b.F", "size": 1}}, {"name": "z", "type": "a.Inner"}]}
                """#)
        #expect(schema.named.keys.sorted() == ["a.Inner", "a.Outer", "b.F"])
    }
}

/// Whether Python has what the tests compare with.
let hasFastavro = InstalledProgram.succeeds("python3", ["-c", "import fastavro"])
