import SluiceCore
import SluiceTestKit
import Testing

@Suite("base 64")
struct Base64Tests {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")

    /// A digit at a time, as RFC 4648 describes it.
    private func slowlyEncoded(_ bytes: [UInt8]) -> [UInt8] {
        var digits: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for place in 0..<4 { digits.append(place <= group.count ? Self.alphabet[bits >> (18 - 6 * place) & 63] : Self.padding) }
        }
        return digits
    }

    private func slowlyDecoded(_ text: [UInt8]) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: text.count, by: 4) {
            let group = text[start..<start + 4]
            let pads = group.reversed().prefix { $0 == Self.padding }.count
            guard pads == 0 || (pads <= 2 && start + 4 == text.count) else { return nil }
            var bits = 0
            for digit in group.dropLast(pads) {
                guard let value = Self.alphabet.firstIndex(of: digit) else { return nil }
                bits = bits << 6 | value
            }
            bits <<= 6 * pads
            bytes += [UInt8(bits >> 16), UInt8(bits >> 8 & 255), UInt8(bits & 255)].dropLast(pads)
        }
        return bytes
    }

    @Test("it says what the slow way says, of what is right and of what is not")
    func equality() {
        var random = SeededGenerator(seed: 64)
        for _ in 0..<3_000 {
            let bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            var text = Array("[".utf8)
            Base64.append(bytes, to: &text)
            let first = text.removeFirst()
            #expect(first == UInt8(ascii: "["))
            #expect(text == slowlyEncoded(bytes) && text.count == Base64.encodedCount(bytes.count))
            #expect(Base64.decode(text) == bytes && slowlyDecoded(text) == bytes)
            guard !text.isEmpty else { continue }
            for _ in 0..<3 {
                let byte = Bool.random(using: &random) ? Self.padding : UInt8.random(in: 0...255, using: &random)
                text[Int.random(in: 0..<text.count, using: &random)] = byte
                #expect(Base64.decode(text) == slowlyDecoded(text), "\(text)")
                let cut = Array(text.prefix(Int.random(in: 0...text.count, using: &random)))
                #expect(Base64.decode(cut) == slowlyDecoded(cut), "\(cut)")
            }
        }
    }

    @Test("sequences that are not in one piece of memory go the same way")
    func pieces() {
        let bytes = (0..<200).map { UInt8($0) }
        #expect(Base64.encode(bytes.lazy.map { $0 }) == Base64.encode(bytes))
        #expect(Base64.decode(Base64.encode(bytes).utf8.lazy.map { $0 }) == bytes)
    }

    @Test("each byte at each place is a digit or none")
    func everyByte() {
        let whole = slowlyEncoded((0..<60).map { UInt8($0 * 4) })
        for byte in UInt8.min...UInt8.max {
            for place in 0..<44 {
                var text = whole
                text[place] = byte
                #expect(Base64.decode(text) == slowlyDecoded(text), "\(byte) at \(place)")
            }
        }
    }

    @Test("groups are decoded up to the first byte that is no digit, wherever it stands, and nothing is written behind the slack")
    func groups() {
        let bytes = (0..<48).map { UInt8($0 * 5) }
        let whole = slowlyEncoded(bytes)
        for place in 0...whole.count {
            var text = whole
            if place < text.count { text[place] = UInt8(ascii: "\"") }
            var target = [UInt8](repeating: 0xAA, count: 48 + Base64.slack + 8)
            let done = text.withUnsafeBufferPointer { text in
                target.withUnsafeMutableBytes {
                    Base64.decodeGroups(text, into: UnsafeMutableRawBufferPointer(rebasing: $0[..<(48 + Base64.slack)]))
                }
            }
            #expect(done == place / 4)
            #expect(Array(target.prefix(done * 3)) == Array(bytes.prefix(done * 3)))
            #expect(target.suffix(8).allSatisfy { $0 == 0xAA })
        }
    }
}
