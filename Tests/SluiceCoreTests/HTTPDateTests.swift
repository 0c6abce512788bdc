import SluiceCore
import Testing

@Suite("times in headers") struct HTTPDateTests {
    @Test("are written and read as RFC 9110 has them") func texts() {
        let text = "Sun, 06 Nov 1994 08:49:37 GMT"
        #expect(HTTPDate.text(784_111_777_999_999) == text)
        #expect(HTTPDate.micros(text) == 784_111_777_000_000 && HTTPDate.seconds(text) == 784_111_777)
        for other in ["yesterday", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT"] {
            #expect(HTTPDate.micros(other) == nil, "\(other)")
        }
    }
}
