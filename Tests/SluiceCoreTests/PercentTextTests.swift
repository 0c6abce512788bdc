import SluiceCore
import Testing

@Suite("percent-encoding")
struct PercentTextTests {
    @Test("what is encoded comes back, whatever bytes it has") func roundTrip() {
        let text = "a b/ü%+~.\u{0}"
        #expect(PercentText.encode(text) == "a%20b%2F%C3%BC%25%2B~.%00")
        #expect(PercentText.encode(text, keepsSlashes: true) == "a%20b/%C3%BC%25%2B~.%00")
        #expect(PercentText.decode(PercentText.encode(text)) == text)
    }

    @Test(
        "what is no encoding stays as it is",
        arguments: [("100%", "100%"), ("%", "%"), ("%4", "%4"), ("%zz", "%zz"), ("%+5", "% 5"), ("%-1", "%-1"), ("%41%", "A%"), ("", "")])
    func foreign(_ text: String, _ decoded: String) { #expect(PercentText.decode(text) == decoded) }

    @Test("a plus is a blank in forms, and a plus in paths") func plus() {
        #expect(PercentText.decode("a+b%2Bc") == "a b+c")
        #expect(PercentText.decode("a+b%2Bc", plusIsBlank: false) == "a+b+c")
    }
}
