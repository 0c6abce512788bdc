import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceRegistry

@Suite("Avro schema resolution")
struct AvroResolutionTests {
    /// A record of the fields.
    static func record(_ fields: String, name: String = "R", extra: String = "") -> String {
        #"{"type": "record", "name": "\#(name)"\#(extra), "fields": [\#(fields)]}"#
    }

    static func field(_ name: String, _ type: String, _ extra: String = "") -> String {
        #"{"name": "\#(name)", "type": \#(type)\#(extra)}"#
    }

    static func findings(reader: String, writer: String) throws -> [Incompatibility] {
        try AvroResolution.findings(reader: AvroSchema(parsing: reader), writer: AvroSchema(parsing: writer), direction: .backward)
    }

    /// Reader, writer.
    private static let compatible: [(String, String)] = [
        (#""long""#, #""int""#), (#""double""#, #""float""#), (#""float""#, #""long""#), (#""bytes""#, #""string""#),
        (#""string""#, #""bytes""#),
        (#"["null", "long"]"#, #""int""#), (#"["string", "long"]"#, #"["int", "string"]"#),
        (#"{"type": "array", "items": "double"}"#, #"{"type": "array", "items": "int"}"#),
        (record(field("a", #""int""#) + "," + field("b", #""string""#, #", "default": "x""#)), record(field("a", #""int""#))),
        (record(field("a", #""int""#)), record(field("a", #""int""#) + "," + field("b", #""string""#))),
        (record(field("a", #""int""#, #", "aliases": ["old"]"#)), record(field("old", #""int""#))),
        (record("", name: "New", extra: #", "aliases": ["Old"]"#), record("", name: "Old")),
        (record("", name: "x.R"), record("", name: "y.R")),
        (#"{"type": "enum", "name": "E", "symbols": ["A", "B"]}"#, #"{"type": "enum", "name": "E", "symbols": ["A"]}"#),
        (
            #"{"type": "enum", "name": "E", "symbols": ["A"], "default": "A"}"#, #"{"type": "enum", "name": "E", "symbols": ["A", "C"]}"#
        ),
        (
            #"{"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2}"#,
            #"{"type": "bytes", "logicalType": "decimal", "precision": 8, "scale": 2}"#
        ),
        (
            record(field("next", #"["null", "R"]"#) + "," + field("v", #""long""#)),
            record(field("next", #"["null", "R"]"#) + "," + field("v", #""int""#))
        ),
    ]

    @Test("what the specification lets be read is compatible", arguments: compatible) func reads(_ reader: String, _ writer: String) throws
    {
        #expect(try Self.findings(reader: reader, writer: writer) == [])
    }

    /// Reader, writer, kind of the first finding, its path.
    private static let incompatible: [(String, String, String, String)] = [
        (#""int""#, #""long""#, "type-changed", "(root)"), (#""float""#, #""double""#, "type-changed", "(root)"),
        (#""long""#, #"["null", "long"]"#, "type-changed", "(root)"), (#"["null", "int"]"#, #""string""#, "type-not-in-union", "(root)"),
        (record(field("a", #""int""#) + "," + field("b", #""string""#)), record(field("a", #""int""#)), "field-without-default", "R.b"),
        (record("", name: "New"), record("", name: "Old"), "name-changed", "New"),
        (
            #"{"type": "enum", "name": "E", "symbols": ["A"]}"#, #"{"type": "enum", "name": "E", "symbols": ["A", "C"]}"#, "symbol-missing",
            "E"
        ),
        (#"{"type": "fixed", "name": "F", "size": 4}"#, #"{"type": "fixed", "name": "F", "size": 8}"#, "size-changed", "F"),
        (
            #"{"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2}"#,
            #"{"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 3}"#, "logical-type-changed", "(root)"
        ),
        (
            #"{"type": "long", "logicalType": "timestamp-millis"}"#, #"{"type": "long", "logicalType": "timestamp-micros"}"#,
            "logical-type-changed", "(root)"
        ),
        (
            record(
                field("items", #"{"type": "array", "items": {"type": "record", "name": "I", "fields": [{"name": "p", "type": "int"}]}}"#)),
            record(
                field("items", #"{"type": "array", "items": {"type": "record", "name": "I", "fields": [{"name": "p", "type": "string"}]}}"#)
            ),
            "type-changed", "R.items[].p"
        ),
        (
            record(field("next", #"["null", "R"]"#) + "," + field("v", #""int""#)),
            record(field("next", #"["null", "R"]"#) + "," + field("v", #""long""#)), "type-changed", "R.v"
        ),
    ]

    @Test("what cannot be read is named with its place", arguments: incompatible)
    func refuses(_ reader: String, _ writer: String, _ kind: String, _ path: String) throws {
        let findings = try Self.findings(reader: reader, writer: writer)
        #expect(findings.first?.kind == kind, "\(findings)")
        #expect(findings.first?.path == path, "\(findings)")
        #expect(findings.allSatisfy { !$0.why.isEmpty && !$0.allowed.isEmpty && $0.old != $0.new })
    }

    @Test("a forward finding names the old and the new schema the other way round") func directions() throws {
        let old = try SchemaDocument(parsing: Self.record(Self.field("a", #""int""#)), .avro)
        let new = try SchemaDocument(parsing: Self.record(""), .avro)
        #expect(try SchemaDocument.incompatibilities(old: old, new: new, .backward) == [])
        let finding = try #require(try SchemaDocument.incompatibilities(old: old, new: new, .forward).first)
        #expect(finding.old == "int" && finding.new == "absent" && finding.path == "R.a")
    }

    /// A random type, and a value of it as Python writes it.
    private static func type(_ random: inout SeededGenerator, _ depth: Int, _ names: inout Int) -> (schema: String, value: String) {
        switch Int.random(in: 0..<(depth > 2 ? 8 : 12), using: &random) {
        case 0: return (#""int""#, "7")
        case 1: return (#""long""#, "1099511627776")
        case 2: return (#""float""#, "0.5")
        case 3: return (#""double""#, "0.25")
        case 4: return (#""string""#, #""s""#)
        case 5: return (#""bytes""#, #"b"b""#)
        case 6: return (#""boolean""#, "True")
        case 7: return (#""null""#, "None")
        case 8:
            let (item, value) = type(&random, depth + 1, &names)
            return (#"{"type": "array", "items": \#(item)}"#, "[\(value), \(value)]")
        case 9:
            let (inner, value) = type(&random, depth + 1, &names)
            return (#"{"type": "map", "values": \#(inner)}"#, #"{"k": \#(value)}"#)
        case 10:
            let (inner, value) = type(&random, depth + 3, &names)
            guard inner != #""null""# else { return (inner, value) }
            return (#"["null", \#(inner)]"#, Bool.random(using: &random) ? "None" : value)
        default:
            names += 1
            let name = "N\(names)"
            let fields = (0..<Int.random(in: 0...3, using: &random)).map { index in ("f\(index)", type(&random, depth + 1, &names)) }
            let schema = fields.map { field($0.0, $0.1.schema) }.joined(separator: ", ")
            return (record(schema, name: name), "{" + fields.map { #""\#($0.0)": \#($0.1.value)"# }.joined(separator: ", ") + "}")
        }
    }

    @Test(
        "where resolution finds nothing, fastavro reads the writer's data with the reader's schema",
        .enabled(if: hasFastavro, "the Python package fastavro is not there")) func agreesWithFastavro() async throws
    {
        let directory = try TemporaryDirectory()
        var cases: [(reader: String, writer: String, value: String)] = []
        var random = SeededGenerator(seed: 20_261_130)
        for _ in 0..<600 {
            var (readerNames, writerNames) = (0, 0)
            let reader = Self.type(&random, 0, &readerNames)
            let writer = Bool.random(using: &random) ? Self.type(&random, 0, &writerNames) : reader
            cases.append((reader.schema, writer.schema, writer.value))
        }
        let program =
            """
            import io, json, sys, fastavro
            def fits(reader, writer, value):
                buffer = io.BytesIO()
                fastavro.schemaless_writer(buffer, fastavro.parse_schema(json.loads(writer)), value)
                buffer.seek(0)
                try:
                    fastavro.schemaless_reader(buffer, fastavro.parse_schema(json.loads(writer)), fastavro.parse_schema(json.loads(reader)))
                    return True
                except Exception:
                    return False
            for reader, writer, value in [
            """ + cases.map { "(r'''\($0.reader)''', r'''\($0.writer)''', \($0.value))," }.joined(separator: "\n")
            + "\n]: print(fits(reader, writer, value))\n"
        try directory.write("check.py", program)
        let result = try await Command("python3", ["check.py"], directory: directory.root).run()
        try #require(result.exitCode == 0, "\(result.transcript.suffix(2_000))")
        let answers = result.output.split(separator: "\n").map { $0 == "True" }
        #expect(answers.count == cases.count)
        var compatible = 0
        for (index, answer) in answers.enumerated() {
            let one = cases[index]
            let findings = try Self.findings(reader: one.reader, writer: one.writer)
            if findings.isEmpty { compatible += 1 }
            // A value is one of many, so that fastavro may read what not every value allows; never the other way round.
            if findings.isEmpty { #expect(answer, "reader \(one.reader) writer \(one.writer) value \(one.value)") }
        }
        #expect(compatible > 200)
    }
}
