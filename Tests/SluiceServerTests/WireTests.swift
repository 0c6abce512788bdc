import SluiceAWS
import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceServer

@Suite("wire forms")
struct WireTests {
    private let value = WireValue.structure([
        "text": .text("ü\"\n"), "bytes": .bytes([0, 255]), "numbers": .list([.integer(0), .integer(-25), .integer(.max), .integer(.min)]),
        "time": .time(micros: 1_700_000_000_123_000), "real": .real(1.5), "flags": .list([.boolean(true), .boolean(false), .null]),
        "gone": nil, "empty": .object([]), "long": .text(String(repeating: "x", count: 70_000)),
    ])

    @Test("CBOR comes back as it went, with times in milliseconds under tag 1")
    func cbor() throws {
        let bytes = CBOREncoder.encode(value)
        #expect(try CBORDecoder.decode(bytes) == value)
        #expect(CBOREncoder.encode(.time(micros: 1_700_000_000_123_456)) == [0xC1, 0x1B, 0, 0, 1, 0x8B, 0xCF, 0xE5, 0x68, 0x7B])
        #expect(try CBORDecoder.decode([0xC1, 0x1A, 0, 1, 0, 0]) == .time(micros: 65_536_000))
        // Lengths that are not told, chunks, and floats of all widths.
        #expect(try CBORDecoder.decode([0x9F, 0x01, 0xFF]) == .list([.integer(1)]))
        #expect(try CBORDecoder.decode([0xBF, 0x61, 0x61, 0x5F, 0x41, 1, 0x41, 2, 0xFF, 0xFF]) == .structure(["a": .bytes([1, 2])]))
        #expect(try CBORDecoder.decode([0xF9, 0x3E, 0]) == .real(1.5))
        #expect(try CBORDecoder.decode([0xFA, 0x3F, 0xC0, 0, 0]) == .real(1.5))
    }

    @Test("no bytes make the decoder do more than refuse")
    func hostileCBOR() {
        for bytes: [UInt8] in [
            [], [0xFF], [0x9B, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0x5B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
            [0xA1, 0x01, 0x02], [0x61, 0xFF], [0x1B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0x01, 0x01],
            [0x5F, 0x61, 0x61, 0xFF],
            [0xC1, 0x1B, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [UInt8](repeating: 0x81, count: 100_000), [0x1C],
        ] {
            #expect(throws: CBORDecoder.Failure.self) { try CBORDecoder.decode(bytes) }
        }
        var random = SeededGenerator(seed: 9)
        let good = CBOREncoder.encode(value)
        for _ in 0..<2_000 {
            var bytes = Array(good.prefix(Int.random(in: 0...200, using: &random)))
            for _ in 0..<3 where !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            // What is taken can be written again.
            if let taken = try? CBORDecoder.decode(bytes) { #expect(!CBOREncoder.encode(taken).isEmpty) }
        }
    }

    @Test("JSON has times as seconds, and an event goes through the decoder of clients")
    func json() throws {
        let small = WireValue.structure(["t": .time(micros: 1_700_000_000_123_456), "b": .bytes([0, 255]), "u": .time(micros: -1_500_000)])
        #expect(String(decoding: WireFormat.json.encode(small), as: UTF8.self) == #"{"t":1700000000.123,"b":"AP8=","u":-1.500}"#)
        #expect(WireValue.list([.time(micros: -500_000), .time(micros: 7_000)]).json == "[-0.500,0.007]")
        let message = EventMessage(
            headers: [":event-type": .text("e"), "n": .integer(-3), "b": .boolean(true), "x": .bytes([1])], payload: [1, 2, 3])
        var decoder = EventDecoder()
        decoder.append(message.encoded)
        #expect(try decoder.next() == message)
        #expect(
            EventMessage(
                headers: [":message-type": .text("event"), ":event-type": .text("a"), ":content-type": .text("application/json")],
                payload: Array("{}".utf8)
            ).encoded.count == EventFrames.event("a", "{}").count)
    }

    @Test("broken rules are told together, in the services' words")
    func rules() throws {
        var input = try InputReader(
            .structure(["Name": .text("a b"), "Limit": .integer(0), "Mode": .text("X"), "Tags": .object([.init("", .text("v"))])]))
        _ = try input.text("Name", TextRule(length: 1...2, pattern: ("[a-z]+", { !$0.contains(" ") })))
        _ = try input.integer("Limit", 1...10)
        _ = try input.text("Mode", TextRule(values: ["A", "B"]))
        _ = try input.requiredText("Missing")
        _ = try input.map("Tags", count: 1...5, key: TextRule(length: 1...128), value: TextRule())
        let fault = #expect(throws: ServiceFault.self) { try input.finish() }
        #expect(fault?.code == "ValidationException")
        #expect(
            fault?.message.hasPrefix(
                "5 validation errors detected: Value 'a b' at 'name' failed to satisfy constraint: Member must have length less than or equal to 2; "
                    + "Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1; ") == true)
        #expect(fault?.message.contains("Value null at 'missing' failed to satisfy constraint: Member must not be null") == true)
        #expect(fault?.message.contains("Member must satisfy enum value set: [A, B]") == true)
        #expect(throws: ServiceFault.self) { try input.integer("Name") }
    }
}
