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

    @Test("what JSON cannot say is a text", arguments: [(Double.infinity, "Infinity"), (-.infinity, "-Infinity"), (.nan, "NaN")])
    func texts(_ number: Double, _ text: String) {
        var bytes: [UInt8] = []
        WireValue.real(number).appendJSON(to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == "\"\(text)\"")
    }
}
