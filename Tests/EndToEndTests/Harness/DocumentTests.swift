import SluiceTestKit
import Testing

@Suite("documents for assertions")
struct DocumentTests {
    @Test("CSV with quotes, doubled quotes, line breaks and CRLF")
    func quoting() throws {
        let document = try CSVDocument(parsing: "a,b\r\n\"x,\"\"y\"\"\",\"two\nlines\"\r\n,\n")
        #expect(document.columns == ["a", "b"])
        #expect(document.rows == [["x,\"y\"", "two\nlines"], ["", ""]])
    }

    @Test("a CSV row of another width is an error")
    func width() { #expect(throws: CommandError.self) { try CSVDocument(parsing: "a,b\n1\n") } }

    @Test("JSON kinds stay apart")
    func kinds() throws {
        let document = try JSONDocument(parsing: #"{"n": 1, "f": 1.5, "t": true, "s": "1", "l": [null]}"#)
        #expect(document["n"] == .integer(1))
        #expect(document["f"] == .number(1.5))
        #expect(document["t"] == .boolean(true))
        #expect(document["s"] == .string("1"))
        #expect(document["l"]?[0] == .null)
        #expect(document["absent"] == nil)
    }

    @Test("a text that is no JSON document is an error", arguments: ["", "{", "1 2", "error: x"])
    func notJSON(_ text: String) { #expect(throws: CommandError.self) { try JSONDocument(parsing: text) } }
}
