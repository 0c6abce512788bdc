import SluiceAWS
import SluiceTestKit
import Testing

@Suite("messages of an event stream")
struct EventDecoderTests {
    private func bytes(_ hex: String) -> [UInt8] {
        let digits = Array(hex)
        return stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0..<$0 + 2]), radix: 16) }
    }

    private func decode(_ bytes: [UInt8], by size: Int = .max) throws(EventDecoder.Failure) -> [EventMessage] {
        var decoder = EventDecoder()
        var messages: [EventMessage] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            decoder.append(rest.prefix(size))
            rest = rest.dropFirst(size)
            while let message = try decoder.next() { messages.append(message) }
        }
        try decoder.finish()
        return messages
    }

    @Test("the vectors of the SDKs are read")
    func vectors() throws {
        #expect(try decode(bytes("000000100000000005c248eb7d98c8ff")) == [EventMessage()])
        let payload = try decode(bytes("0000001d00000000fd528c5a7b27666f6f273a27626172277dc3653936"))
        #expect(payload == [EventMessage(payload: Array("{'foo':'bar'}".utf8))])
    }

    @Test("every type of header is read, however the bytes come", arguments: [1, 2, 3, 7, 16, 100, Int.max])
    func headers(_ size: Int) throws {
        let headers =
            EventFrames.header("yes", type: 0) + EventFrames.header("no", type: 1) + EventFrames.header("byte", type: 2, [0xFE])
            + EventFrames.header("short", type: 3, EventFrames.number(Int16(-300)))
            + EventFrames.header("int", type: 4, EventFrames.number(Int32.min))
            + EventFrames.header("long", type: 5, EventFrames.number(Int64.max)) + EventFrames.header("bytes", type: 6, [0, 2, 0, 255])
            + EventFrames.header("text", "å") + EventFrames.header("time", type: 8, EventFrames.number(Int64(1_500)))
            + EventFrames.header("uuid", type: 9, EventFrames.number(UInt128.max - 1))
        let expected = EventMessage(
            headers: [
                "yes": .boolean(true), "no": .boolean(false), "byte": .integer(-2), "short": .integer(-300),
                "int": .integer(Int64(Int32.min)), "long": .integer(.max), "bytes": .bytes([0, 255]), "text": .text("å"),
                "time": .time(1_500), "uuid": .uuid(.max - 1),
            ], payload: [1, 2, 3])
        let frame = EventFrames.frame(headers: headers, payload: [1, 2, 3])
        let found = try decode(frame + EventFrames.frame() + frame, by: size)
        #expect(found == [expected, EventMessage(), expected])
    }

    @Test("a bit that is wrong anywhere is found")
    func damage() {
        let frame = EventFrames.event("Some", "{}")
        for place in frame.indices {
            for bit in 0..<8 {
                var damaged = frame
                damaged[place] ^= 1 << bit
                #expect(throws: EventDecoder.Failure.self, "byte \(place), bit \(bit)") { try decode(damaged) }
            }
        }
    }

    @Test("a stream that is cut says behind how many bytes", arguments: [1, 11, 12, 15, 20])
    func cut(_ count: Int) {
        let whole = EventFrames.frame()
        let next = EventFrames.event("Some", "{}").prefix(count)
        #expect(throws: EventDecoder.Failure.cut(have: count)) { try decode(whole + next) }
    }

    @Test("a length is refused before its bytes are waited for")
    func lengths() {
        func refusal(_ total: UInt32, _ headers: UInt32) -> EventDecoder.Failure? {
            var decoder = EventDecoder()
            decoder.append(EventFrames.frame(total: total, headerBytes: headers).prefix(12))
            do throws(EventDecoder.Failure) {
                let message = try decoder.next()
                #expect(message == nil)
                return nil
            } catch {
                return error
            }
        }
        #expect(refusal(15, 0) == .lengths(total: 15, headers: 0))
        #expect(refusal(0, 0) == .lengths(total: 0, headers: 0))
        #expect(refusal(20, 5) == .lengths(total: 20, headers: 5))
        #expect(refusal(20, .max) == .lengths(total: 20, headers: .max))
        #expect(refusal(.max, 0) == .tooLong(bytes: Int(UInt32.max) - 16, limit: 24 << 20))
        #expect(refusal(200_016, 200_000) == .tooLong(bytes: 200_000, limit: 128 << 10))
        #expect(refusal(16 + 24 << 20, 0) == nil)
        #expect(refusal(17 + 24 << 20, 0) != nil)
    }

    @Test("headers that do not fill their place are refused")
    func malformed() {
        for headers: [UInt8] in [
            [0], [1], [1, 0x61], [1, 0x61, 10], [1, 0x61, 3, 0], [1, 0x61, 7, 0, 2, 0x62], [0, 7, 0, 0], [1, 0xFF, 0],
            [1, 0x61, 7, 0, 1, 0xC3],
        ] {
            #expect(throws: EventDecoder.Failure.headers, "\(headers)") { try decode(EventFrames.frame(headers: headers)) }
        }
    }

    @Test("bytes at random are never a message, and never crash", arguments: [UInt64(1), 2, 3])
    func noise(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<2_000 {
            let count = Int.random(in: 12...64, using: &random)
            let noise = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(throws: EventDecoder.Failure.self, "seed \(seed)") { try decode(noise, by: 5) }
        }
    }
}
