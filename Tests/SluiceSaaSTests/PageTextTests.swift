import Testing

@testable import SluiceSaaS

@Suite("pages of a job's results")
struct PageTextTests {
    private func read(_ text: String, header: String? = nil) -> PageText? { PageText(Array(text.utf8), header: header) }

    @Test("records are counted, and empty fields lose their quotes") func counted() throws {
        let page = try #require(read("\"a\",\"b\"\n\"\",\"x\"\n\"1\n2\",\"\"\n\"he \"\"said\"\"\",\"\"\"\"\n"))
        #expect(page.rows == 3)
        #expect(page.header == "\"a\",\"b\"")
        #expect(String(decoding: page.bytes, as: UTF8.self) == "\"a\",\"b\"\n,\"x\"\n\"1\n2\",\n\"he \"\"said\"\"\",\"\"\"\"\n")
    }

    @Test("later pages may repeat the line of names, or not") func header() throws {
        let first = try #require(read("a,b\n1,2\n"))
        let repeated = try #require(read("a,b\n3,4\n", header: first.header))
        let plain = try #require(read("3,4\n", header: first.header))
        #expect(repeated.rows == 1 && plain.rows == 1)
        #expect(repeated.bytes == plain.bytes)
        #expect(try #require(read("a,b\n")).rows == 0)
        #expect(try #require(read("")).rows == 0)
    }

    @Test("a page that ends inside a record is none", arguments: ["a,b\n1,2", "a\n\"1\n", "a\n\"1\"\n\"2"]) func cut(_ text: String) {
        #expect(read(text) == nil)
    }

    @Test("line ends of two bytes") func lineEnds() throws {
        let page = try #require(read("\"a\",\"b\"\r\n\"1\",\"\"\r\n"))
        #expect(page.rows == 1)
        #expect(page.header == "\"a\",\"b\"")
        #expect(String(decoding: page.bytes, as: UTF8.self) == "\"a\",\"b\"\r\n\"1\",\r\n")
    }
}
