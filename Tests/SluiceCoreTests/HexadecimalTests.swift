import SluiceCore
import Testing

@Suite("hexadecimal")
struct HexadecimalTests {
    @Test("digits give the bytes back, in either case")
    func bytes() {
        let bytes = (UInt8.min ... .max).map { $0 }
        let text = Hexadecimal.text(bytes)
        #expect(text.hasPrefix("000102") && text.hasSuffix("fdfeff"))
        #expect(Hexadecimal.bytes(text.utf8) == bytes && Hexadecimal.bytes(text.uppercased().utf8) == bytes)
        #expect(Hexadecimal.bytes("".utf8) == [])
    }

    @Test("what is no pair of digits is refused", arguments: ["0", "0g", "+1", "-1", " 1", "1 ", "0x", "١١", "/0", ":0", "@0", "`0"])
    func refused(_ text: String) { #expect(Hexadecimal.bytes(text.utf8) == nil) }

    @Test("a UUID has its groups")
    func uuid() {
        #expect(Hexadecimal.uuid((0..<16).map { UInt8($0 * 16 + $0) }) == "00112233-4455-6677-8899-aabbccddeeff")
    }
}
