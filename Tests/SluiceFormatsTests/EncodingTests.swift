import SluiceCore
import SluiceFormats
import Testing

@Suite("Encodings") struct EncodingTests {
    private static let text = "a,b\n1,naïve € 😀\n2,\"zwei\nZeilen\"\n"

    private static func utf16(_ text: String, bigEndian: Bool, mark: Bool) -> [UInt8] {
        ((mark ? [0xFEFF] : []) + Array(text.utf16)).flatMap { unit in
            let (high, low) = (UInt8(unit >> 8), UInt8(truncatingIfNeeded: unit))
            return bigEndian ? [high, low] : [low, high]
        }
    }

    @Test("UTF-16 is read with its mark, or by name", arguments: [true, false]) func utf16(_ bigEndian: Bool) throws {
        let wanted = try schema(("b", "string"))
        let marked = try read(Self.utf16(Self.text, bigEndian: bigEndian, mark: true), csv(), wanted)
        #expect(marked.rows == [[.string("naïve € 😀")], [.string("zwei\nZeilen")]])
        let name = OptionValue.text(bigEndian ? "utf-16be" : "utf-16le")
        let named = try read(Self.utf16(Self.text, bigEndian: bigEndian, mark: false), csv(["encoding": name]), wanted)
        #expect(named.rows == marked.rows)
    }

    @Test("a UTF-8 mark is no part of the first column's name") func mark() throws {
        #expect(try csv().open(MemorySource([0xEF, 0xBB, 0xBF] + Array(Self.text.utf8)), path: "x").layout.columns == ["a", "b"])
    }

    @Test("single-byte encodings", arguments: [("cp1252", "€é"), ("latin-1", "\u{80}é")]) func singleByte(_ name: String, _ value: String)
        throws
    {
        let result = try read(Array("a,b\n1,".utf8) + [0x80, 0xE9, 0x0A], csv(["encoding": .text(name)]), schema(("b", "string")))
        #expect(result.rows == [[.string(value)]])
    }

    @Test("what an encoding does not define rejects the record with it only") func undefined() throws {
        let code = try read(
            Array("a,b\n1,".utf8) + [0x81, 0x0A] + Array("2,x\n".utf8), csv(["encoding": .text("cp1252")]), schema(("a", "int64")))
        #expect(code.rows == [[.integer(2)]])
        #expect(code.rejects.map(\.error.code) == [.invalidEncoding])
        #expect(code.rejects.first?.error.message.contains("cp1252") == true)

        var units = Self.utf16("a,b\n1,x\n2,y\n", bigEndian: false, mark: true)
        units[2 + 2 * 6] = 0x00
        units[3 + 2 * 6] = 0xD8
        let pair = try read(units, csv(), schema(("a", "int64")))
        #expect(pair.rows == [[.integer(2)]])
        #expect(pair.rejects.map(\.error.code) == [.invalidEncoding])

        let odd = try read(Self.utf16("a,b\n1,x\n2,y", bigEndian: false, mark: true) + [0x41], csv(), schema(("a", "int64")))
        #expect(odd.rows == [[.integer(1)]])
        #expect(odd.rejects.map(\.error.code) == [.invalidEncoding])
    }

    @Test("texts longer than the converter's buffer arrive whole", arguments: ["utf-16le", "cp1252"]) func long(_ name: String) throws {
        let body = String(repeating: "é,x\n", count: 60_000)
        let bytes = name == "cp1252" ? body.unicodeScalars.map { UInt8($0.value) } : Self.utf16(body, bigEndian: false, mark: false)
        let result = try read(bytes, csv(["encoding": .text(name), "header": .texts(["a", "b"])]), schema(("a", "string")))
        #expect(result.rows.count == 60_000)
        #expect(result.rows.allSatisfy { $0 == [.string("é")] })
    }
}
