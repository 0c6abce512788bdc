import SluiceCore
import Testing

@testable import SluiceRegistry

@Suite("headers of records")
struct WireHeaderTests {
    /// The id in the tests of Glue's own serializers (awslabs/aws-glue-schema-registry).
    private let id = SchemaVersionID("b7b4a7f0-9c96-4e4a-a687-fb5de9ef0c63")!

    @Test("Glue's header is byte 3, the compression, and the id's bytes in order") func glue() throws {
        let record = WireHeader.glueRecord(id, [1, 2, 3], compresses: false)
        #expect(record == hexadecimalBytes("0300 b7b4a7f09c964e4aa687fb5de9ef0c63 010203"))
        let (header, payload) = try WireHeader.parse(record[...])
        #expect(header == .glue(id, isCompressed: false))
        #expect(Array(payload) == [1, 2, 3])
    }

    @Test("a packed payload is zlib's, and is unpacked") func packed() throws {
        let plain = [UInt8](repeating: 7, count: 5_000)
        let record = WireHeader.glueRecord(id, plain, compresses: true)
        #expect(record[1] == 5)
        #expect(record[18] & 0x0F == 8, "RFC 1950 begins with the method, 8")
        #expect(record.count < 200)
        #expect(Array(try WireHeader.parse(record[...]).payload) == plain)
        // zlib.compress(b"hello glue") of Python.
        let theirs = hexadecimalBytes("0305 b7b4a7f09c964e4aa687fb5de9ef0c63 789ccb48cdc9c95748cf294d0500156403e2")
        #expect(String(decoding: try WireHeader.parse(theirs[...]).payload, as: UTF8.self) == "hello glue")
    }

    @Test("Confluent's header is byte 0 and four bytes") func confluent() throws {
        let (header, payload) = try WireHeader.parse([0, 0, 0, 1, 2, 9][...])
        #expect(header == .confluent(258) && Array(payload) == [9])
    }

    @Test("a cut header, another compression and damage are named", arguments: 0..<18) func cut(_ count: Int) {
        let record = WireHeader.glueRecord(id, [], compresses: false)
        #expect(throws: SluiceError.self) { try WireHeader.parse(record[..<count]) }
    }

    @Test("damage is a malformed record, and a bomb is cut off") func damage() {
        var record = WireHeader.glueRecord(id, [UInt8](repeating: 1, count: 100), compresses: true)
        record[20] ^= 0xFF
        #expect(throws: SluiceError.self) { try WireHeader.parse(record[...]) }
        record[1] = 4
        let error = #expect(throws: SluiceError.self) { try WireHeader.parse(record[...]) }
        #expect(error?.message.contains("compression is 4") == true)
        let bomb = WireHeader.glueRecord(id, [UInt8](repeating: 0, count: RegistryLimits.payloadBytes + 1), compresses: true)
        #expect(throws: SluiceError.self) { try WireHeader.parse(bomb[...]) }
    }

    @Test(
        "ids are UUIDs in text, and nothing else is",
        arguments: ["", "b7b4a7f0", "b7b4a7f0-9c96-4e4a-a687-fb5de9ef0c6+", "b7b4a7f09-c96-4e4a-a687-fb5de9ef0c63"])
    func ids(_ text: String) {
        #expect(SchemaVersionID(text) == nil)
        #expect(SchemaVersionID("B7B4A7F0-9C96-4E4A-A687-FB5DE9EF0C63")?.text == id.text)
    }
}
