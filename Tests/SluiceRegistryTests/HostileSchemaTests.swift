import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceRegistry

@Suite("hostile schemas and records")
struct HostileSchemaTests {
    private static let seeds: [(SchemaFormat, String)] = [
        (
            .avro,
            #"{"type":"record","name":"R","fields":[{"name":"a","type":["null",{"type":"array","items":"R"}]},{"name":"b","type":{"type":"map","values":"long"},"default":{}}]}"#
        ),
        (
            .json,
            ##"{"type":"object","properties":{"a":{"$ref":"#"},"b":{"anyOf":[{"type":"string","pattern":"^a+$"},{"minimum":1}]}},"required":["a"]}"##
        ),
        (.protobuf, ProtoSchemaTests.shop),
    ]

    @Test("damaged texts are schemas or errors, never a crash", arguments: seeds) func damagedTexts(_ format: SchemaFormat, _ text: String)
    {
        var random = SeededGenerator(seed: 3)
        var refused = 0
        for _ in 0..<3_000 {
            var bytes = Array(text.utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes.remove(at: place)
                case 1: bytes[place] = UInt8.random(in: 0...127, using: &random)
                case 2: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 8)], at: place)
                default: bytes.insert(Array("{}[]\"=;,:<>".utf8).randomElement(using: &random)!, at: place)
                }
            }
            do {
                let document = try SchemaDocument(parsing: String(decoding: bytes, as: UTF8.self), format)
                _ = try SchemaDocument.incompatibilities(old: document, new: document, .backward)
            } catch {
                refused += 1
            }
        }
        #expect(refused > 500)
    }

    @Test("random records are values or faults, never a crash", arguments: seeds) func randomRecords(_ format: SchemaFormat, _ text: String)
        throws
    {
        let document = try SchemaDocument(parsing: text, format)
        var random = SeededGenerator(seed: 4)
        var faults = 0
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 1...40, using: &random)).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            do throws(PayloadFault) {
                _ = try document.value(of: bytes[...], isStrict: true)
            } catch {
                faults += 1
            }
            do throws(PayloadFault) { try document.check(plain: bytes[...]) } catch { faults += 1 }
        }
        #expect(faults > 20_000)
    }

    @Test("nesting has a limit in every language", arguments: [100, 5_000]) func nesting(_ depth: Int) {
        let avro = String(repeating: #"{"type":"array","items":"#, count: depth) + #""int""# + String(repeating: "}", count: depth)
        let json = String(repeating: #"{"items":"#, count: depth) + "true" + String(repeating: "}", count: depth)
        let protobuf = "syntax=\"proto3\";" + String(repeating: "message M{", count: depth) + String(repeating: "}", count: depth)
        for (format, text) in [(SchemaFormat.avro, avro), (.json, json), (.protobuf, protobuf)] {
            let error = #expect(throws: SluiceError.self) { try SchemaDocument(parsing: text, format) }
            #expect(error?.code == .limitExceeded || error?.message.contains("nested deeper") == true)
        }
    }

    @Test("records of recursive schemas have a limit") func recursion() throws {
        let avro = try SchemaDocument(parsing: #"{"type":"record","name":"R","fields":[{"name":"n","type":["null","R"]}]}"#, .avro)
        let deep = [UInt8](repeating: 2, count: 10_000) + [0]
        #expect(throws: PayloadFault.self) { try avro.value(of: deep[...]) }
        let proto = try SchemaDocument(parsing: "syntax = \"proto3\"; message R { R n = 1; }", .protobuf)
        var record: [UInt8] = []
        for _ in 0..<100 {
            var outer: [UInt8] = []
            ProtoBinaryWriter.tag(1, 2, to: &outer)
            ProtoBinaryWriter.varint(UInt64(record.count), to: &outer)
            record = outer + record
        }
        #expect(throws: PayloadFault.self) { try proto.value(of: record[...]) }
    }

    @Test("a few bytes do not become a large array") func bombs() throws {
        let document = try SchemaDocument(parsing: #"{"type":"array","items":"null"}"#, .avro)
        // 2^40 nulls, in zig-zag.
        #expect(throws: PayloadFault.self) { try document.value(of: hexadecimalBytes("8080808080800100")[...]) }
    }

    @Test("a long text is refused before it is read") func length() {
        let text = "\"" + String(repeating: "x", count: RegistryLimits.definitionCharacters) + "\""
        #expect(#expect(throws: SluiceError.self) { try SchemaDocument(parsing: text, .avro) }?.code == .limitExceeded)
    }
}
