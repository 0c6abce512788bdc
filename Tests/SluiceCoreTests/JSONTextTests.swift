import SluiceCore
import SluiceTestKit
import Testing

@Suite("JSON strings")
struct JSONTextTests {
    /// A byte at a time.
    private func slowly(_ text: [UInt8]) -> [UInt8] {
        var written = Array("\"".utf8)
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): written += [UInt8(ascii: "\\"), byte]
            case 0x09: written += #"\t"#.utf8
            case 0x0A: written += #"\n"#.utf8
            case 0x0D: written += #"\r"#.utf8
            case 0..<0x20: written += Array(((byte < 0x10 ? #"\u000"# : #"\u00"#) + String(byte, radix: 16)).utf8)
            default: written.append(byte)
            }
        }
        return written + Array("\"".utf8)
    }

    @Test("runs of bytes are written as single bytes are, in whatever memory they are")
    func equality() {
        var random = SeededGenerator(seed: 34)
        for _ in 0..<2_000 {
            let text = (0..<Int.random(in: 0...40, using: &random)).map { _ -> UInt8 in
                let isSpecial = Int.random(in: 0..<8, using: &random) == 0
                return isSpecial ? [0x22, 0x5C, 0x0A, 0x1F].randomElement(using: &random) ?? 0 : .random(in: 0...255, using: &random)
            }
            var whole: [UInt8] = []
            JSONText.appendString(text, to: &whole)
            #expect(whole == slowly(text))
            var pieces: [UInt8] = []
            JSONText.appendString(text.lazy.map { $0 }, to: &pieces)
            #expect(pieces == whole)
        }
        var written: [UInt8] = []
        JSONText.appendString("straße \u{1F642}".utf8, to: &written)
        #expect(written == Array(#""straße \#u{1F642}""#.utf8))
    }
}
