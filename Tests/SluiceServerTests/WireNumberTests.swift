import SluiceJSON
import SluiceServer
import Testing

@Suite("numbers of documents") struct WireNumberTests {
    @Test("one beyond a double is no number, and is never written as one", arguments: ["1e999", "-1e999"]) func beyond(_ text: String)
        throws
    {
        let value = WireValue(try JSONParser.parse(Array("{\"a\":[\(text)]}".utf8)))
        var bytes: [UInt8] = []
        value.appendJSON(to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == "{\"a\":[\"\(text)\"]}")
        #expect(throws: Never.self) { try JSONParser.parse(bytes) }
    }

    @Test(
        "one beyond a double makes no request, wherever it stands",
        arguments: [#"{"a":1e999}"#, #"{"a":[{"b":-1e400}]}"#, #"{"a":{"b":1.0,"c":[2,1E+309]}}"#, "1e999"])
    func refused(_ text: String) {
        let fault = #expect(throws: ServiceFault.self) { try WireFormat.json.decode(Array(text.utf8)) }
        #expect(fault?.code == "SerializationException" && fault?.status == 400)
    }

    @Test(
        "of CBOR, the floats that are no numbers make none either, of any width",
        arguments: [
            [0xF9, 0x7E, 0x00], [0xF9, 0x7C, 0x00], [0xFA, 0xFF, 0x80, 0, 0], [0xFB, 0x7F, 0xF8, 0, 0, 0, 0, 0, 0],
            [0xA1, 0x61, 0x61, 0x81, 0xFB, 0xFF, 0xF0, 0, 0, 0, 0, 0, 0], [0xC1, 0xFB, 0x7F, 0xF0, 0, 0, 0, 0, 0, 0],
        ] as [[UInt8]]) func refusedFloats(_ bytes: [UInt8])
    {
        let fault = #expect(throws: ServiceFault.self) { try WireFormat.cbor.decode(bytes) }
        #expect(fault?.code == "SerializationException")
    }

    @Test("numbers that a double is near to stay, and texts of any digits") func kept() throws {
        let value = try WireFormat.json.decode(Array(#"{"a":1e308,"b":100000000000000000000000000000,"c":1e-999,"d":"1e999"}"#.utf8))
        #expect(value["a"] == .real(1e308) && value["b"] == .real(1e29))
        #expect(value["c"] == .real(0) && value["d"] == .text("1e999"))
    }

    @Test("what JSON cannot say is a text", arguments: [(Double.infinity, "Infinity"), (-.infinity, "-Infinity"), (.nan, "NaN")])
    func texts(_ number: Double, _ text: String) {
        var bytes: [UInt8] = []
        WireValue.real(number).appendJSON(to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == "\"\(text)\"")
    }
}
