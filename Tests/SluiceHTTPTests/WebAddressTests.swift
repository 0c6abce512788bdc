import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceHTTP

@Suite("addresses")
struct WebAddressTests {
    @Test("parts are told apart, usual ports left out") func parts() throws {
        let address = try WebAddress(parsing: "HTTPS://API.Example.com:443/v1/a%20b?x=1#frag")
        #expect(address.description == "https://api.example.com/v1/a%20b?x=1")
        #expect(try WebAddress(parsing: "http://127.0.0.1:8080").description == "http://127.0.0.1:8080/")
        #expect(try WebAddress(parsing: "http://127.0.0.1:8080").isLoopback)
        #expect(try !WebAddress(parsing: "http://127.0.0.1.evil.com").isLoopback)
        #expect(address.adding([("page[size]", "10"), ("q", "a b&c")]).query == "x=1&page%5Bsize%5D=10&q=a%20b%26c")
    }

    @Test(
        "what is no address is refused",
        arguments: [
            "", "example.com", "ftp://x/", "https://", "https://user:pw@host/", "https://ho st/", "https://host/\u{e4}", "https://a\\b/",
        ])
    func refused(_ text: String) { #expect(throws: SluiceError.self) { try WebAddress(parsing: text) } }

    @Test("references lead on from where they stand") func references() throws {
        let base = try WebAddress(parsing: "https://h/a/b?c=1")
        let cases = [
            "/x": "https://h/x", "x": "https://h/a/x", "?y": "https://h/a/b?y", "//o/z": "https://o/z", "http://o/": "http://o/",
            "?y=http://o/": "https://h/a/b?y=http://o/", "/x?y=http://o/": "https://h/x?y=http://o/", "": "https://h/a/b?c=1",
        ]
        for (reference, wanted) in cases { #expect(try base.resolving(reference).description == wanted) }
    }

    @Test("forms are read as they were written") func forms() {
        let pairs = [(name: "a b", value: "1&2=3"), (name: "ü", value: "")]
        let read = FormText.decode(FormText.encode(pairs))
        #expect(read.map(\.name) == ["a b", "ü"])
        #expect(read.map(\.value) == ["1&2=3", ""])
        #expect(FormText.decode("x=a+b%zz")[0].value == "a b%zz")
    }
}
