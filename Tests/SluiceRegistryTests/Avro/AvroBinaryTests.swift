import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceRegistry

@Suite("Avro records")
struct AvroBinaryTests {
    private static let schema = #"""
        {"type": "record", "name": "Order", "fields": [
            {"name": "id", "type": "long"}, {"name": "note", "type": ["null", "string"], "default": null},
            {"name": "state", "type": {"type": "enum", "name": "State", "symbols": ["NEW", "DONE"]}},
            {"name": "items", "type": {"type": "array", "items": {"type": "record", "name": "Item", "fields": [
                {"name": "sku", "type": "string"}, {"name": "price", "type": {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}}]}}},
            {"name": "tags", "type": {"type": "map", "values": "double"}},
            {"name": "at", "type": {"type": "long", "logicalType": "timestamp-micros"}},
            {"name": "hash", "type": {"type": "fixed", "name": "Hash", "size": 3}}]}
        """#

    private func document() throws -> SchemaDocument { try SchemaDocument(parsing: Self.schema, .avro) }

    private let record = #"""
        {"id": 5, "note": {"string": "x"}, "state": "NEW", "items": [{"sku": "a", "price": 12.34}], "tags": {"w": 1.5},
         "at": "2026-11-30T08:00:00Z", "hash": "abc"}
        """#

    private func plain(_ text: String) throws -> PayloadFault? {
        let document = try document()
        do throws(PayloadFault) {
            try document.check(plain: Array(text.utf8)[...])
            return nil
        } catch {
            return error
        }
    }

    @Test("a JSON record that fits is taken, a union's value plain or named") func fits() throws {
        #expect(try plain(record) == nil)
        #expect(try plain(record.replacing(#"{"string": "x"}"#, with: #""x""#)) == nil)
        #expect(try plain(record.replacing(#""note": {"string": "x"}, "#, with: "")) == nil)
    }

    /// What is replaced, by what, the path and words of the fault.
    @Test(
        "a JSON record that does not fit is refused with the field's path",
        arguments: [
            (#""id": 5"#, #""id": "5""#, "id", "is no long"), (#""NEW""#, #""OLD""#, "state", "none of the symbols"),
            ("12.34", "12.345", "items[0].price", "is no decimal(10,2)"), (#""sku": "a""#, #""sku": 1"#, "items[0].sku", "is no string"),
            (#""sku": "a", "#, "", "items[0].sku", "it is missing"), ("1.5", "true", "tags.w", "is no double"),
            (#""abc""#, #""ab""#, "hash", "2 bytes"),
            (#"{"string": "x"}"#, "7", "note", "is no union of null, string"), (#""tags""#, #""tag""#, "tag", #"did you mean "tags"?"#),
        ]) func faults(_ old: String, _ new: String, _ path: String, _ words: String) throws
    {
        let fault = try #require(try plain(record.replacing(old, with: new)))
        #expect(fault.path == path)
        #expect(fault.why.contains(words), "\(fault.why)")
    }

    @Test("what is written is read back") func roundTrip() throws {
        let document = try document()
        let value = Value.structure([
            .init("id", .integer(-3)), .init("note", .null), .init("state", .string("DONE")),
            .init("items", .list([.structure([.init("sku", .string("µ")), .init("price", .decimal(-1_234, scale: 2))])])),
            .init("tags", .map([.init(.string("k"), .float(0.5))])), .init("at", .timestamp(1_700_000_000_000_001, zoned: true)),
            .init("hash", .binary([1, 2, 3])),
        ])
        #expect(try document.value(of: try document.glueBytes(of: value)[...]) == value)
    }

    @Test("bytes are those of fastavro, and theirs are read", .enabled(if: hasFastavro, "the Python package fastavro is not there"))
    func fastavro() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("schema.avsc", Self.schema)
        let program = """
            import datetime, decimal, io, json, fastavro
            schema = fastavro.parse_schema(json.load(open("schema.avsc")))
            for n in range(40):
                buffer = io.BytesIO()
                fastavro.schemaless_writer(buffer, schema, {"id": (-3) ** n, "note": None if n % 3 else "n" * n, "state": "DONE" if n % 2 else "NEW",
                    "items": [{"sku": str(k), "price": decimal.Decimal(k * 999 - 5000).scaleb(-2)} for k in range(n % 5)],
                    "tags": {} if n % 2 else {"t": n / 4}, "at": datetime.datetime(1960 + n, 1, 2, 3, 4, 5, n, datetime.timezone.utc), "hash": bytes([n, 255, 0])})
                print(buffer.getvalue().hex())
            """
        let result = try await Command("python3", ["-c", program], directory: directory.root).run()
        try #require(result.exitCode == 0, "\(result.transcript)")
        let document = try document()
        let lines = result.output.split(separator: "\n")
        #expect(lines.count == 40)
        for line in lines {
            let bytes = hexadecimalBytes(String(line))
            let value = try document.value(of: bytes[...])
            #expect(try document.glueBytes(of: value) == bytes)
        }
    }

    @Test("a record that is cut or has something behind it is refused at every length") func cut() throws {
        let document = try document()
        let bytes = try document.glueBytes(of: try document.value(of: try encoded(document)[...]))
        for count in 0..<bytes.count {
            #expect(throws: PayloadFault.self) { try document.value(of: bytes[..<count]) }
        }
        #expect(throws: PayloadFault.self) { try document.value(of: (bytes + [0])[...]) }
    }

    private func encoded(_ document: SchemaDocument) throws -> [UInt8] {
        try document.glueBytes(
            of: .structure([
                .init("id", .integer(1)), .init("note", .string("n")), .init("state", .string("NEW")), .init("items", .list([])),
                .init("tags", .structure([])), .init("at", .integer(1)), .init("hash", .binary([1, 2, 3])),
            ]))
    }
}

/// The bytes of hexadecimal digits, with blanks wherever they are.
func hexadecimalBytes(_ text: String) -> [UInt8] { Hexadecimal.bytes(text.utf8.filter { $0 > 0x20 })! }
